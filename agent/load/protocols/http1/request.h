// An HTTP/1.1 request with holes, cut into pieces once, so that rendering is a few appends into a
// reused buffer. Secrets are part of the pieces.
// Ownership: plain value. Threads: immutable after make; share freely.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "agent/load/protocols/protocol.h"
#include "agent/load/protocols/text_template.h"
#include "core/model/operation.h"
#include "core/protocols/http1.h"

namespace shakedown {

class Http1Request final : public PreparedRequest {
 public:
  // value_size = bytes of {value}. Errors: scenario (a hole that names an undeclared secret, a line
  // break in path or header). Adds Host (unless declared) and Content-Length (with a body, or for
  // POST, PUT and PATCH), traceparent where the request carries trace context, and the target's mark with the run's id.
  static Result<Http1Request> make(const HttpRequest& http, const Target& target, const Secrets& secrets, uint64_t value_size,
                                   Trace trace = Trace::none);

  // The bytes to send: either kept ready, or rendered into scratch. Valid until scratch changes.
  std::string_view render(const Holes& holes, std::string& scratch) const;
  // HEAD: the answer has no body whatever it says.
  bool head_only() const { return head_only_; }
  // May be sent again when nobody knows whether it arrived (RFC 9110 9.2.2).
  bool idempotent() const { return idempotent_; }
  // Whether holes.trace and holes.span must be set.
  bool traced() const { return traced_; }

 private:
  explicit Http1Request(uint64_t value_size) : head_(value_size), body_(value_size) {}
  Result<void> append_headers(const HttpRequest& http, const Target& target, const Secrets& secrets);

  TextTemplate head_;  // up to the last header's line break
  TextTemplate body_;
  bool has_length_ = false;
  bool head_only_ = false;
  bool idempotent_ = false;
  bool traced_ = false;
  bool fixed_ = false;  // no holes: ready_ is the whole request
  std::string ready_;
};

// "example.com:8080", "[::1]"; the port is left out when it is the scheme's own.
std::string host_header(const Target& target);

}  // namespace shakedown
