// TCP: a text is sent, and an answer is read until it ends. For line protocols and the like; the form of a request and of what
// is expected, and what a document of that form says. Pure; plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/form/document.h"
#include "core/form/text.h"
#include "core/protocols/protocol.h"

namespace shakedown {

// What the peer says to each connection before it is asked. Exactly one tells its end.
struct TcpGreeting {
  std::optional<Text> text;
  std::optional<std::string> regex;
  uint64_t length = 0;
};

struct TcpRequest {
  Text send;  // empty = the peer speaks first, and that is the answer
  std::optional<TcpGreeting> greeting;
  // What ends an answer: exactly one.
  std::optional<Text> until_text;
  std::optional<std::string> until_regex;  // see core/base/regex.h; searched
  uint64_t until_length = 0;               // bytes, 0 = not declared
  bool until_close = false;
  uint64_t longest = 0;     // bytes of an answer
  bool repeatable = false;  // may be sent twice
};

struct TcpExpect {
  std::optional<Text> starts, contains;
  std::optional<std::string> regex;
};

ProtocolForm tcp_form();
// Views of its forms. secrets: the names that are declared.
TcpRequest read_tcp_request(const View& view, const std::vector<std::string>& secrets);
TcpExpect read_tcp_expect(const View& view, const std::vector<std::string>& secrets);

}  // namespace shakedown
