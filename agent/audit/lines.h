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

// What is chained and its chain; nothing when the line is none of ours.
struct Line {
  Json body;
  std::string chain;
  uint64_t number = 0;
};
std::optional<Line> parse(const std::string& text);

}  // namespace shakedown::audit
