#include "target/http/listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

namespace practice {
namespace {

constexpr int kBacklog = 4096;
constexpr int kBindTries = 40;  // of 50 ms: a killed process may still be on its way out

// SO_REUSEADDR, and never SO_REUSEPORT: two programs must not share one port unnoticed.
Fd bound_socket(const char* flag, std::uint16_t port, const std::string& on_address) {
  Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.open()) fail_errno(kExitUnavailable, "cannot make a socket");
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // accepted ones inherit it
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  ::inet_pton(AF_INET, on_address.c_str(), &address.sin_addr);
  for (int i = 0;; ++i) {
    if (::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) break;
    if (errno != EADDRINUSE || i == kBindTries) {
      fail_errno(kExitUnavailable, std::string(flag) + ": cannot bind " + on_address + ":" + std::to_string(port));
    }
    ::usleep(50'000);
  }
  return socket;
}

std::uint16_t port_of(int socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

}  // namespace

Listener::Listener(const char* flag, std::uint16_t port, const std::string& address)
    : flag_(flag), address_(address), guard_(bound_socket(flag, port, address)) {
  port_ = port_of(guard_.get());
}

void Listener::open() {
  socket_ = bound_socket(flag_, port_, address_);
  if (::listen(socket_.get(), kBacklog) != 0) {
    fail_errno(kExitUnavailable, std::string(flag_) + ": cannot listen on " + address_ + ":" + std::to_string(port_));
  }
}

Listener::Result Listener::accept(Fd& connection) {
  for (;;) {
    connection = Fd(::accept4(socket_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (connection.open()) return Result::kConnection;
    switch (errno) {
      case EINTR:
      case ECONNABORTED: continue;
      case EMFILE:
      case ENFILE:
      case ENOBUFS:
      case ENOMEM: return Result::kNoRoom;
      default: return Result::kNothing;
    }
  }
}

}  // namespace practice
