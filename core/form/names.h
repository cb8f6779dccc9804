// Every name that a scenario declares, by kind ("probe", "phase", ...), in the order of its list.
// Ownership: plain values. Threads: read-only once collected.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/form/shape.h"
#include "core/form/tree.h"

namespace shakedown {

class Names {
 public:
  const std::vector<std::string>& of(const std::string& kind) const;
  // Position in its list.
  std::optional<std::size_t> find(const std::string& kind, std::string_view name) const;
  void add(const std::string& kind, std::string name, Position at, Diagnostics& diagnostics);

 private:
  std::map<std::string, std::vector<std::string>> lists_;
  std::map<std::string, std::vector<Position>> places_;
  std::map<std::string, std::unordered_map<std::string, std::size_t>> first_;  // where in its list a name stands first
};

// Walks the tree as far as it has the described form. Reports names that a list declares twice.
Names collect_names(const Node& root, const Shape& shape, Diagnostics& diagnostics);

}  // namespace shakedown
