#include "tests/bench/bare_epoll.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string_view>
#include <vector>

namespace shakedown {
namespace {

constexpr std::string_view kRequest = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";

int connected_socket(uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return -1;
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::fcntl(socket, F_SETFL, O_NONBLOCK);
  return socket;
}

bool ask(int socket) {
  return ::send(socket, kRequest.data(), kRequest.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(kRequest.size());
}

}  // namespace

uint64_t bare_epoll(uint16_t port, int connections, std::chrono::nanoseconds length) {
  const int epoll = ::epoll_create1(0);
  std::vector<int> sockets;
  for (int i = 0; i < connections; ++i) {
    sockets.push_back(connected_socket(port));
    epoll_event event{};
    event.events = EPOLLIN | EPOLLET;
    event.data.fd = sockets.back();
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, sockets.back(), &event);
  }
  for (const int socket : sockets) ask(socket);
  uint64_t answers = 0;
  const auto end = std::chrono::steady_clock::now() + length;
  std::vector<epoll_event> events(static_cast<std::size_t>(connections));
  char room[8192];
  while (std::chrono::steady_clock::now() < end) {
    const int ready = ::epoll_wait(epoll, events.data(), connections, 10);
    for (int i = 0; i < ready; ++i) {
      const int socket = events[static_cast<std::size_t>(i)].data.fd;
      if (::recv(socket, room, sizeof room, 0) <= 0) continue;
      ++answers;  // one small answer comes in one piece
      ask(socket);
    }
  }
  for (const int socket : sockets) ::close(socket);
  ::close(epoll);
  return answers;
}

}  // namespace shakedown
