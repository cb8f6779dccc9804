#include "tests/component/load/rig/server.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

namespace shakedown {
namespace {

sockaddr_in loopback(uint16_t port, const char* on) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  ::inet_pton(AF_INET, on, &address.sin_addr);
  return address;
}

int bound_socket(uint16_t port, uint16_t& bound, const char* at = "127.0.0.1") {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address = loopback(port, at);
  if (::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) throw std::runtime_error("bind");
  socklen_t size = sizeof address;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  bound = ntohs(address.sin_port);
  return socket;
}

}  // namespace

uint16_t free_port() {
  uint16_t port = 0;
  ::close(bound_socket(0, port));
  return port;
}

TestServer::TestServer(Script script, uint16_t port, const char* address) : script_(std::move(script)) {
  listener_ = bound_socket(port, port_, address);
  if (::listen(listener_, 1024) != 0) throw std::runtime_error("listen");
  acceptor_ = std::thread([this] { accept_all(); });
}

TestServer::~TestServer() {
  kill();
  for (std::thread& thread : threads_) thread.join();
  for (const int socket : sockets_) ::close(socket);
}

void TestServer::accept_all() {
  while (true) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ++connections_;
    const std::lock_guard lock(mutex_);
    if (ending_) {
      ::close(socket);
      return;
    }
    sockets_.push_back(socket);
    threads_.emplace_back([this, socket] {
      Peer peer(socket);
      script_(peer);
      ::shutdown(socket, SHUT_RDWR);
    });
  }
}

void TestServer::kill() {
  {
    const std::lock_guard lock(mutex_);
    if (ending_) return;
    ending_ = true;
    for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
  }
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
}

std::optional<std::string> Peer::request() {
  char room[4096];
  while (true) {
    const std::size_t head = pending_.find("\r\n\r\n");
    if (head != std::string::npos) {
      std::size_t size = head + 4;
      const std::size_t length = pending_.find("Content-Length: ");
      if (length < head) size += std::strtoul(pending_.c_str() + length + 16, nullptr, 10);
      if (pending_.size() >= size) {
        std::string request = pending_.substr(0, size);
        pending_.erase(0, size);
        return request;
      }
    }
    const ssize_t bytes = ::recv(socket_, room, sizeof room, 0);
    if (bytes <= 0) return std::nullopt;
    pending_.append(room, static_cast<std::size_t>(bytes));
  }
}

std::optional<std::string> Peer::line() {
  char room[4096];
  while (true) {
    const std::size_t end = pending_.find('\n');
    if (end != std::string::npos) {
      std::string line = pending_.substr(0, end);
      pending_.erase(0, end + 1);
      return line;
    }
    const ssize_t bytes = ::recv(socket_, room, sizeof room, 0);
    if (bytes <= 0) return std::nullopt;
    pending_.append(room, static_cast<std::size_t>(bytes));
  }
}

bool Peer::send(const std::string& bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t now = ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (now <= 0) return false;
    sent += static_cast<std::size_t>(now);
  }
  return true;
}

bool Peer::answer(int status, const std::string& body, const std::string& headers) {
  return send("HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers +
              "\r\n" + body);
}

void Peer::half_close() { ::shutdown(socket_, SHUT_WR); }

void Peer::wait_for_end() {
  char room[4096];
  while (::recv(socket_, room, sizeof room, 0) > 0) {
  }
}

TestServer::Script always(std::string body) {
  return [body = std::move(body)](Peer& peer) {
    while (peer.request() && peer.answer(200, body)) {
    }
  };
}

}  // namespace shakedown
