#include "target/http/call.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cctype>
#include <charconv>

namespace practice {
namespace {

constexpr Nanos kPatience = kSecond;

void limit(int fd, int option, Nanos wait) {
  const timeval time{wait / kSecond, wait % kSecond / 1000};
  ::setsockopt(fd, SOL_SOCKET, option, &time, sizeof time);
}

Fd connected(const std::string& host, std::uint16_t port) {
  Fd link(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!link.open()) return link;
  const int on = 1;
  ::setsockopt(link.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  limit(link.get(), SO_SNDTIMEO, kPatience);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  ::inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  if (::connect(link.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    link.reset();
  }
  return link;
}

// The other side has closed it, or has sent what nobody asked for.
bool spent(const Fd& link) {
  char byte = 0;
  return ::recv(link.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0;
}

struct Head {
  std::size_t length = 0;  // with the empty line
  int status = 0;
  std::size_t body = 0;
  bool keep_alive = true;
};

bool parse_head(std::string_view text, Head& head) {
  const std::size_t end = text.find("\r\n\r\n");
  if (end == std::string_view::npos || text.substr(0, 9) != "HTTP/1.1 ") return false;
  head.length = end + 4;
  const std::string_view lines = text.substr(0, end + 2);
  std::from_chars(lines.data() + 9, lines.data() + 12, head.status);
  head.keep_alive = lines.find("\r\nConnection: close\r\n") == std::string_view::npos;
  constexpr std::string_view kLength = "\r\nContent-Length: ";
  const std::size_t at = lines.find(kLength);
  if (at == std::string_view::npos) {
    head.keep_alive = false;  // the end is not known: the connection is not used again
    return true;
  }
  std::from_chars(lines.data() + at + kLength.size(), lines.data() + lines.size(), head.body);
  return true;
}

// The status, or 0 when no whole answer comes in time.
int exchange(const CallSpec& spec, Fd& link, bool& keep_alive) {
  const std::string request =
      "GET " + spec.path + " HTTP/1.1\r\nHost: " + spec.host + ":" + std::to_string(spec.port) + "\r\n\r\n";
  const ssize_t put = ::send(link.get(), request.data(), request.size(), MSG_NOSIGNAL);
  if (put != static_cast<ssize_t>(request.size())) return 0;
  const Nanos deadline = mono_now() + kPatience;
  std::string input;
  std::array<char, 16384> bytes;
  Head head;
  while (head.status == 0 || (head.keep_alive && input.size() < head.length + head.body)) {
    const Nanos left = deadline - mono_now();
    if (left < 1000) return 0;
    limit(link.get(), SO_RCVTIMEO, left);
    const ssize_t got = ::recv(link.get(), bytes.data(), bytes.size(), 0);
    if (got <= 0) return 0;
    input.append(bytes.data(), static_cast<std::size_t>(got));
    if (head.status == 0 && parse_head(input, head) && head.status == 0) return 0;
  }
  keep_alive = head.keep_alive;
  return head.status;
}

}  // namespace

bool call(const CallSpec& spec, Fd& link) {
  if (link.open() && spent(link)) link.reset();
  if (!link.open()) link = connected(spec.host, spec.port);
  if (!link.open()) return false;
  bool keep_alive = false;
  const int status = exchange(spec, link, keep_alive);
  if (!keep_alive) link.reset();
  return status != 0 && status < 500;
}

}  // namespace practice
