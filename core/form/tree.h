// What is written, as a tree: scalars with their type in the YAML 1.2 core schema, lists and mappings. From a scenario file it
// has positions; as a document on its way to an agent it has none. Ownership: a Node owns its children. Threads: plain values.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/form/diagnostic.h"

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

// A part of such a tree on its way to whoever reads it through the same form (core/form/document.h).
using Document = Node;  // null = nothing was said

// Built by hand, where no file was read.
Document text_document(std::string text);
Document integer_document(int64_t number);
Document mapping_document(std::vector<std::pair<std::string, Document>> entries);
Document list_document(std::vector<Document> items);

// One line that differs between any two documents that say different things.
std::string text_of(const Document& document);

// "the text `abc`", "the number `5`", "a list", "a mapping", "nothing".
std::string describe(const Node& node);

// The type of a plain scalar in the core schema: yes, no, on, off, 0b1, 1:30 and dates are text.
NodeType core_type(std::string_view plain);

}  // namespace shakedown
