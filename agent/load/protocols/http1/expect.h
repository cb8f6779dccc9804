// Judges an HTTP answer by an operation's `expect`.
// Ownership: plain value. Threads: immutable after make.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/load/protocols/protocol.h"
#include "agent/load/protocols/text_template.h"
#include "core/protocols/http1.h"

namespace shakedown {

class Http1Check final : public AnswerCheck {
 public:
  Http1Check();
  ~Http1Check() override;
  Http1Check(Http1Check&&) noexcept;
  Http1Check& operator=(Http1Check&&) noexcept;

  // value_size = bytes of {value}. Errors: scenario (a body_regex or JSON text or pointer that cannot be parsed, a secret that
  // is not declared).
  static Result<Http1Check> make(const HttpExpect& expect, const Secrets& secrets = {}, uint64_t value_size = 0);

  const HttpExpect& declared() const { return expect_; }
  bool keep_head() const override { return !expect_.headers.empty(); }
  bool keep_body() const override { return expect_.needs_body(); }
  // Status, every header, body text, expression and JSON values all hold; or the first of them that does not.
  Mismatch judge(const Answer& answer, const Holes& holes) const override;
  bool right_kind(const Answer& answer, const Holes&) const override { return expect_.status_ok(answer.code); }
  std::size_t times_contained(const Answer& answer, const Holes& holes) const override;

 private:
  struct Compiled;  // JSON stays in the .cc
  bool body_holds(const Answer& answer, const Holes& holes) const;

  HttpExpect expect_;
  TextTemplate contains_;
  std::unique_ptr<Compiled> compiled_;
};

// The first value of a header in a kept head, without surrounding blanks; nullopt when absent. Names
// ignore case.
std::optional<std::string_view> find_header(std::string_view head, std::string_view name);
// Whether a line of that name has the value, or any where none is asked for: a header may be sent in several lines, which
// together are one list (RFC 9110, 5.3).
bool has_header(std::string_view head, const HeaderExpect& expected);
// The value at an RFC 6901 pointer as compact JSON text; nullopt when the body is no JSON or has no
// such value.
std::optional<std::string> json_at(std::string_view body, const std::string& pointer);

}  // namespace shakedown
