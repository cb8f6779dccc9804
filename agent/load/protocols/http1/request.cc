#include "agent/load/protocols/http1/request.h"

#include <strings.h>

#include <algorithm>
#include <iterator>

#include "agent/load/protocols/trace.h"

namespace shakedown {
namespace {

bool is_idempotent(const std::string& method) {
  static constexpr std::string_view kIdempotent[] = {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"};
  return std::find(std::begin(kIdempotent), std::end(kIdempotent), method) != std::end(kIdempotent);
}

bool breaks_line(const Text& text) {
  return std::any_of(text.pieces.begin(), text.pieces.end(), [](const TextPiece& piece) {
    return piece.kind == HoleKind::literal && piece.text.find_first_of("\r\n") != std::string::npos;
  });
}

}  // namespace

std::string host_header(const Target& target) {
  std::string host = target.host.find(':') != std::string::npos ? "[" + target.host + "]" : target.host;
  const uint16_t usual = target.scheme == "https" ? 443 : 80;
  return target.port == usual ? host : host + ":" + std::to_string(target.port);
}

Result<void> Http1Request::append_headers(const HttpRequest& http, const Target& target, const Secrets& secrets) {
  const auto declares = [&](const char* name) {
    return std::any_of(http.headers.begin(), http.headers.end(),
                       [&](const auto& header) { return strcasecmp(header.first.c_str(), name) == 0; });
  };
  if (!declares("host")) head_.append("Host: " + host_header(target) + "\r\n");
  if (const auto run = secrets.find(kRunText); !target.mark.empty() && run != secrets.end()) {
    head_.append(target.mark + ": " + run->second + "\r\n");
  }
  for (const auto& [name, value] : http.headers) {
    if (breaks_line(value) || name.find_first_of("\r\n: ") != std::string::npos) {
      return fail(ErrorKind::scenario, "the header `" + name +
                                           "` has a line break, or a space or colon in its name; "
                                           "write one header a line");
    }
    if (strcasecmp(name.c_str(), "content-length") == 0) continue;  // ours is always right
    head_.append(name + ": ");
    SHAKEDOWN_TRY(head_.append(value, secrets));
    head_.append("\r\n");
  }
  return ok();
}

Result<Http1Request> Http1Request::make(const HttpRequest& http, const Target& target, const Secrets& secrets,
                                        uint64_t value_size, Trace trace) {
  if (breaks_line(http.path) || http.method.find_first_of("\r\n ") != std::string::npos) {
    return fail(ErrorKind::scenario,
                "the method or path of a request to `" + target.name + "` has a line break or a space; remove it");
  }
  Http1Request made(value_size);
  made.head_only_ = http.method == "HEAD";
  made.idempotent_ = is_idempotent(http.method);
  made.traced_ = trace == Trace::w3c;
  made.head_.append(http.method + " " + target.base_path);
  SHAKEDOWN_TRY(made.head_.append(http.path, secrets));
  made.head_.append(" HTTP/1.1\r\n");
  SHAKEDOWN_TRY(made.append_headers(http, target, secrets));
  SHAKEDOWN_TRY(made.body_.append(http.body, secrets));
  made.has_length_ = !made.body_.empty() || http.method == "POST" || http.method == "PUT" || http.method == "PATCH";
  if (!made.traced_ && !made.head_.has_holes() && !made.body_.has_holes()) {
    std::string scratch;
    made.ready_ = made.render(Holes{}, scratch);
    made.fixed_ = true;
  }
  return made;
}

std::string_view Http1Request::render(const Holes& holes, std::string& scratch) const {
  if (fixed_) return ready_;
  scratch.clear();
  head_.fill(holes, scratch);
  if (traced_) append_traceparent(scratch, holes.trace, holes.span);
  if (has_length_) {
    scratch += "Content-Length: ";
    scratch += std::to_string(body_.size(holes));
    scratch += "\r\n";
  }
  scratch += "\r\n";
  body_.fill(holes, scratch);
  return scratch;
}

}  // namespace shakedown
