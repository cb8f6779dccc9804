// A YAML 1.2 document as a tree with positions: core types only, every key once, no merge keys, no
// tags; bounded in bytes, depth and values, also after aliases are expanded, and read in linear time. The only user of yaml-cpp.
// Pure.
#pragma once

#include <optional>
#include <string_view>

#include "core/form/tree.h"

namespace shakedown {

// Nothing when the text cannot be read as one document; the diagnostics say why. May also succeed
// with errors (duplicate keys and the like), so that later stages report theirs too.
std::optional<Node> parse_yaml(std::string_view text, Diagnostics& diagnostics);

}  // namespace shakedown
