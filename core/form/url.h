// The address of a target. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace shakedown {

struct Url {
  std::string scheme;  // "http" or "https"
  std::string host;    // without brackets
  uint16_t port = 0;   // 80 or 443 when not written
  std::string path;    // "" or "/v1", without a slash at the end
};

// http(s)://host[:port][/path]. No user, query or fragment. Errors (kind scenario) say what was
// expected.
Result<Url> parse_url(std::string_view text);

}  // namespace shakedown
