// What is sent, and what ends its answer. Ownership: plain value. Threads: immutable after make; share freely.
#pragma once

#include <optional>
#include <string>

#include "agent/load/protocols/protocol.h"
#include "agent/load/protocols/text_template.h"
#include "core/base/regex.h"
#include "core/protocols/tcp.h"

namespace shakedown {

struct TcpEnd {
  TextTemplate text;  // empty = something else ends it
  std::optional<Regex> regex;
  uint64_t length = 0;  // bytes, 0 = something else
};

struct TcpMessage final : PreparedRequest {
  TextTemplate send;
  std::optional<TcpEnd> greeting;  // what the peer says first on a connection
  TcpEnd until;
  uint64_t longest = 0;  // bytes of an answer
  bool repeatable = false;

  // Errors: scenario (an expression that cannot be used, a secret that is not declared).
  static Result<std::unique_ptr<const TcpMessage>> make(const TcpRequest& request, const Secrets& secrets, uint64_t value_size);
};

}  // namespace shakedown
