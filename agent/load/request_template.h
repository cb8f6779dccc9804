// An HTTP/1.1 request with holes, cut into pieces once, so that rendering is a few appends into a
// reused buffer. Secrets are part of the pieces.
// Ownership: plain value. Threads: immutable after make; share freely.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agent/load/call.h"
#include "agent/secrets/secrets.h"
#include "core/base/result.h"
#include "core/model/operation.h"
#include "core/protocols/http1.h"

namespace shakedown {

class RequestTemplate {
 public:
  // value_size = bytes of {value}. Errors: scenario (a hole that names an undeclared secret, a line
  // break in path or header). Adds Host (unless declared) and Content-Length (with a body, or for
  // POST, PUT and PATCH), and traceparent where the request carries trace context.
  static Result<RequestTemplate> make(const HttpRequest& http, const Target& target,
                                      const Secrets& secrets, uint64_t value_size,
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
  struct Piece {
    HoleKind kind = HoleKind::literal;
    std::string text;
  };
  using Pieces = std::vector<Piece>;

  static Result<void> append(Pieces& to, const Text& text, const Secrets& secrets);
  static void append(Pieces& to, std::string_view literal);
  static Result<void> append_headers(RequestTemplate& made, const HttpRequest& http,
                                     const Target& target, const Secrets& secrets);
  void fill(const Pieces& pieces, const Holes& holes, std::string& out) const;
  std::size_t size_of(const Pieces& pieces, const Holes& holes) const;

  Pieces head_;  // up to the last header's line break
  Pieces body_;
  bool has_length_ = false;
  bool head_only_ = false;
  bool idempotent_ = false;
  bool traced_ = false;
  bool fixed_ = false;  // no holes: ready_ is the whole request
  uint64_t value_size_ = 0;
  std::string value_tail_;  // what follows the seed's digits in {value}
  std::string ready_;
};

// "example.com:8080", "[::1]"; the port is left out when it is the scheme's own.
std::string host_header(const Target& target);
// Text with holes and without secrets, filled: for expectations. value_size = bytes of {value}.
std::string fill_text(const Text& text, const Holes& holes, uint64_t value_size);
// The text with each secret in its place. Error scenario: one that is not declared.
Result<Text> with_secrets(const Text& text, const Secrets& secrets);

}  // namespace shakedown
