// Judges an answer over TCP by an operation's `expect`. Ownership: plain value. Threads: immutable after make.
#pragma once

#include <optional>

#include "agent/load/protocols/protocol.h"
#include "agent/load/protocols/text_template.h"
#include "core/base/regex.h"
#include "core/protocols/tcp.h"

namespace shakedown {

class TcpCheck final : public AnswerCheck {
 public:
  // Errors: scenario (an expression that cannot be used, a secret that is not declared).
  static Result<std::unique_ptr<const TcpCheck>> make(const TcpExpect& expect, const Secrets& secrets, uint64_t value_size);

  bool keep_head() const override { return false; }
  bool keep_body() const override { return true; }
  Mismatch judge(const Answer& answer, const Holes& holes) const override;
  // Only what it starts with tells.
  bool right_kind(const Answer& answer, const Holes& holes) const override;
  std::size_t times_contained(const Answer& answer, const Holes& holes) const override;

 private:
  bool starts_well(const Answer& answer, const Holes& holes) const;

  TextTemplate starts_, contains_;  // empty = not declared
  std::optional<Regex> regex_;
};

}  // namespace shakedown
