#include "core/wire/loopback.h"

#include <arpa/inet.h>
#include <sys/un.h>

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

bool is_unix_address(const std::string& address) { return address.starts_with("unix:/"); }

Result<void> require_address(const std::string& address) {
  if (is_unix_address(address)) {
    constexpr std::size_t kLongest = sizeof(sockaddr_un{}.sun_path) - 1;
    if (address.size() - 5 <= kLongest) return ok();
    return fail(ErrorKind::usage, "the path of a Unix socket is at most " + std::to_string(kLongest) + " bytes long: " + address);
  }
  const std::size_t colon = address.rfind(':');
  const std::string port = colon == std::string::npos ? "" : address.substr(colon + 1);
  const bool digits =
      !port.empty() && port.size() <= 5 && std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || std::stoi(port) > 65535) {
    return fail(ErrorKind::usage, "expected HOST:PORT such as 127.0.0.1:7000, or unix:/PATH, found \"" + address + "\"");
  }
  return ok();
}

Result<void> require_loopback(const std::string& address) {
  SHAKEDOWN_TRY(require_address(address));
  if (is_unix_address(address)) return ok();
  std::string host = address.substr(0, address.rfind(':'));
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  if (is_loopback(host)) return ok();
  return fail(ErrorKind::refused, "plain gRPC stays on this host, but " + address +
                                      " is another one (or all); use 127.0.0.1:PORT, or mutual TLS with --certs, for which "
                                      "`shakedown certs` makes what is needed");
}

}  // namespace shakedown
