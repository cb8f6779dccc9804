// A line of the audit, for its two halves. Internal.
#pragma once

#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "core/base/digest.h"

namespace shakedown::audit {

using Json = nlohmann::ordered_json;

inline const std::string kBeginning(64, '0');  // the chain before the first record

inline std::string link(const std::string& before, const Json& without_chain) {
  return hex(sha256(before + without_chain.dump()));
}

// `audit.head`: the last record that was told as written, and the oldest that is kept.
struct Head {
  uint64_t number = 0;
  std::string chain = kBeginning;
  uint64_t oldest = 1;
};
// Nothing when it is not there, or no head.
std::optional<Head> read_head(const std::string& folder);

// What is chained and its chain; nothing when the line is not to the byte as we write it.
struct Line {
  Json body;
  std::string chain;
  uint64_t number = 0;
  std::string before() const { return body.value("before", ""); }
};
std::optional<Line> parse(const std::string& text);

}  // namespace shakedown::audit
