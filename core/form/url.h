// The address of a target. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace shakedown {

// What an address may begin with.
struct Scheme {
  std::string name;
  uint16_t port = 0;    // where none is written; 0 = one must be
  bool secure = false;  // over TLS
  bool path = false;    // a path may follow
};
const std::vector<Scheme>& web_schemes();  // http, https

struct Url {
  std::string scheme;
  std::string host;   // without brackets
  uint16_t port = 0;  // the scheme's own when not written
  std::string path;   // "" or "/v1", without a slash at the end
};

// scheme://host[:port][/path]. No user, query or fragment. Errors (kind scenario) say what was expected.
Result<Url> parse_url(std::string_view text, const std::vector<Scheme>& schemes = web_schemes());

}  // namespace shakedown
