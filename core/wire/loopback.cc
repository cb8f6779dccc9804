#include "core/wire/loopback.h"

#include <arpa/inet.h>

#include <algorithm>

namespace shakedown {
namespace {

bool is_loopback(const std::string& host) {
  if (host == "localhost") return true;
  in_addr v4{};
  if (::inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  return ::inet_pton(AF_INET6, host.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

}  // namespace

Result<void> require_loopback(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  const std::string port = colon == std::string::npos ? "" : address.substr(colon + 1);
  const bool digits = !port.empty() && port.size() <= 5 && std::all_of(port.begin(), port.end(), [](char c) {
    return c >= '0' && c <= '9';
  });
  if (!digits || std::stoi(port) > 65535) {
    return fail(ErrorKind::usage, "expected HOST:PORT such as 127.0.0.1:7000, found \"" + address + "\"");
  }
  std::string host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  if (is_loopback(host)) return ok();
  return fail(ErrorKind::refused, "plain gRPC stays on this host, but " + address +
                                      " is another one (or all); use 127.0.0.1:PORT. Mutual TLS for other hosts comes later");
}

}  // namespace shakedown
