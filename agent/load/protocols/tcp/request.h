// What is sent, and what ends its answer. Ownership: plain value. Threads: immutable after make; share freely.
#pragma once

#include <optional>
#include <string>

#include "agent/load/protocols/protocol.h"
#include "agent/load/protocols/text_template.h"
#include "core/base/regex.h"
#include "core/protocols/tcp.h"

namespace shakedown {

struct TcpMessage final : PreparedRequest {
  TextTemplate send;
  TextTemplate until_text;  // empty = something else ends the answer
  std::optional<Regex> until_regex;
  uint64_t until_length = 0;  // bytes, 0 = something else
  uint64_t longest = 0;       // bytes of an answer
  bool repeatable = false;

  // Errors: scenario (an expression that cannot be used, a secret that is not declared).
  static Result<std::unique_ptr<const TcpMessage>> make(const TcpRequest& request, const Secrets& secrets, uint64_t value_size);
};

}  // namespace shakedown
