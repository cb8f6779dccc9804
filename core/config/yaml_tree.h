// A YAML 1.2 document as a tree with positions: core types only, every key once, no merge keys, no
// tags; bounded in bytes, depth and values, also after aliases are expanded, and read in linear time. The only user of yaml-cpp. Ownership: a Node owns its children. Threads:
// plain values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/diagnostic.h"

namespace shakedown {

// What a node is in the YAML 1.2 core schema; text, number, ... are scalars.
enum class NodeType { null, boolean, integer, number, text, list, mapping };

struct Entry;

struct Node {
  NodeType type = NodeType::null;
  std::string text;   // scalars, as written (unquoted)
  bool plain = true;  // scalars: neither quoted nor a block; containers: written in flow style
  Position at;
  std::vector<Node> items;     // list
  std::vector<Entry> entries;  // mapping, in file order, keys unique
  bool incomplete = false;     // mapping: an entry with an unusable key was left out
  bool bad = false;            // a diagnostic was already given for it: readers take it as absent

  bool scalar() const { return type != NodeType::list && type != NodeType::mapping; }
  const Entry* find(std::string_view key) const;
};

struct Entry {
  std::string key;
  Position at;
  Node value;
};

// "the text `abc`", "the number `5`", "a list", "a mapping", "nothing".
std::string describe(const Node& node);

// The type of a plain scalar in the core schema: yes, no, on, off, 0b1, 1:30 and dates are text.
NodeType core_type(std::string_view plain);

// Nothing when the text cannot be read as one document; the diagnostics say why. May also succeed
// with errors (duplicate keys and the like), so that later stages report theirs too.
std::optional<Node> parse_yaml(std::string_view text, Diagnostics& diagnostics);

}  // namespace shakedown
