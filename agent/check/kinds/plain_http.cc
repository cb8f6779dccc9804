// Plain HTTP on a port: refused, closed without an answer, or redirected to https. Asked on every address of the target
// that answers on the target's own port; a host that cannot be reached at all proves nothing.
#include <strings.h>

#include "agent/check/addresses.h"
#include "agent/check/checking.h"
#include "agent/check/kinds/reach.h"
#include "agent/load/protocols/http1/expect.h"
#include "agent/load/protocols/http1/request.h"

namespace shakedown {
namespace {

constexpr std::size_t kMostHead = 64 * 1024;

struct Head {
  std::string bytes;
  std::string trouble;  // why it is not known; else it is all that came
};

Task<Head> read_head(const Checking& look, const FileDescriptor& socket) {
  Head head;
  while (head.bytes.find("\r\n\r\n") == std::string::npos && head.bytes.size() < kMostHead) {
    const Received received = co_await receive(look, socket);
    if (received.woken != Woken::readable) {
      head.trouble = why_not(received.woken);
      break;
    }
    head.bytes += received.bytes;
    if (received.closed) break;
  }
  co_return head;
}

bool is_redirect(int status) { return status == 301 || status == 302 || status == 303 || status == 307 || status == 308; }

Observation judge(const Head& head) {
  if (!head.trouble.empty() && head.bytes.empty()) return not_done("connected, then " + head.trouble);
  if (head.bytes.empty()) return holds("closed without an answer");
  const bool tls_alert = head.bytes.size() >= 2 && head.bytes[0] == 0x15 && head.bytes[1] == 3;
  if (tls_alert) return holds("answered with a TLS alert");
  if (!head.bytes.starts_with("HTTP/1.") || head.bytes.size() < 12) return fails("answered with something that is no HTTP");
  const std::string status = head.bytes.substr(9, 3);
  const auto code = number_in(status);
  const std::size_t line = head.bytes.find('\n');
  const auto location =
      line == std::string::npos ? std::nullopt : find_header(std::string_view(head.bytes).substr(line + 1), "Location");
  const bool secure = location && strncasecmp(location->data(), "https://", std::min<std::size_t>(8, location->size())) == 0 &&
                      location->size() > 8;
  if (code && is_redirect(static_cast<int>(*code)) && secure) {
    return holds("redirected with " + status + " to " + std::string(*location));
  }
  return fails("answered with status " + status + " in plain text");
}

Task<Observation> ask_address(const Checking& look, const Target& target, const PlainHttpCheck& check, Endpoint endpoint) {
  const std::string port = "port " + std::to_string(check.port) + ": ";
  const Reached own = co_await reach(look, endpoint);
  if (!own.socket.valid())
    co_return nobody_there(port + "the target cannot be reached on its own port, " + std::to_string(target.port));
  endpoint.port(check.port);
  const Reached plain = co_await reach(look, endpoint);
  if (plain.error == ECONNREFUSED) co_return holds(port + "the connection was refused");
  if (!plain.socket.valid()) co_return not_done(port + plain.why());
  Target in_plain = target;
  in_plain.scheme = "http";
  in_plain.port = check.port;
  const std::string path = target.base_path.empty() ? "/" : target.base_path;
  const std::string request = "GET " + path + " HTTP/1.1\r\nHost: " + host_header(in_plain) + "\r\nConnection: close\r\n\r\n";
  co_await send_all(look, plain.socket, request);
  const Head head = co_await read_head(look, plain.socket);
  Observation found = judge(head);
  found.detail = port + found.detail;
  co_return found;
}

}  // namespace

Task<Observation> carry_out(const Checking& look, const PlainHttpCheck& check) {
  co_return co_await at_each_address(look, look.target(check.target), check, Numbers::equal, &ask_address);
}

}  // namespace shakedown
