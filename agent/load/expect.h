// Judges an answer by an operation's `expect`.
// Ownership: plain value. Threads: immutable after make.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/load/call.h"
#include "agent/secrets/secrets.h"
#include "core/base/result.h"
#include "core/protocols/http1.h"

namespace shakedown {

// Bodies longer than this are judged by their first bytes only.
inline constexpr std::size_t kKeptBody = 1 << 20;

class Expectation {
 public:
  Expectation();
  ~Expectation();
  Expectation(Expectation&&) noexcept;
  Expectation& operator=(Expectation&&) noexcept;

  // value_size = bytes of {value}. Errors: scenario (a body_regex or JSON text or pointer that cannot be parsed, a secret that
  // is not declared).
  static Result<Expectation> make(const HttpExpect& expect, const Secrets& secrets = {}, uint64_t value_size = 0);

  const HttpExpect& declared() const { return expect_; }
  bool keep_head() const { return !expect_.headers.empty(); }
  bool keep_body() const { return expect_.needs_body(); }
  // What does not hold may lie in the part of the body that we did not keep: nobody knows.
  bool cut_short(const Response& response) const {
    return response.body_cut && keep_body() && expect_.status_ok(response.status);
  }

  // Status, every header, body text, expression and JSON values all hold.
  bool holds(const Response& response, const Holes& holes) const {
    return judge(response, holes) == Mismatch::none;
  }
  // The first of them that does not hold.
  Mismatch judge(const Response& response, const Holes& holes) const;
  // The status alone.
  bool status_holds(const Response& response) const { return expect_.status_ok(response.status); }
  // How often the text of body_contains occurs; 0 when none is declared.
  std::size_t times_contained(const Response& response, const Holes& holes) const;

 private:
  struct Compiled;  // JSON stays in the .cc
  bool body_holds(const Response& response, const Holes& holes) const;

  HttpExpect expect_;  // secrets filled in
  uint64_t value_size_ = 0;
  std::unique_ptr<Compiled> compiled_;
};

// The value of a header in a kept head, without surrounding blanks; nullopt when absent. Names
// ignore case.
std::optional<std::string_view> find_header(std::string_view head, std::string_view name);
// The value at an RFC 6901 pointer as compact JSON text; nullopt when the body is no JSON or has no
// such value.
std::optional<std::string> json_at(std::string_view body, const std::string& pointer);

}  // namespace shakedown
