#include "core/form/names.h"

namespace shakedown {
namespace {

void collect(const Node& node, const Shape& shape, Names& names, Diagnostics& diagnostics);

void collect_list(const Node& node, const Shape& shape, Names& names, Diagnostics& diagnostics) {
  for (const Node& item : node.items) {
    if (!shape.refers_to.empty()) {
      const Entry* name = item.find("name");
      if (name == nullptr) name = item.find("id");
      const bool usable = name != nullptr && name->value.scalar() && name->value.type != NodeType::null;
      // Also without a usable name it takes its place, so that positions match the list.
      names.add(shape.refers_to, usable ? name->value.text : std::string(), usable ? name->value.at : item.at, diagnostics);
    }
    collect(item, shape.item.front(), names, diagnostics);
  }
}

void collect(const Node& node, const Shape& shape, Names& names, Diagnostics& diagnostics) {
  if (shape.form == Form::list && node.type == NodeType::list) {
    collect_list(node, shape, names, diagnostics);
  }
  if (shape.form == Form::named && node.type == NodeType::mapping && shape.key_form == Form::name) {
    for (const Entry& entry : node.entries) names.add(shape.refers_to, entry.key, entry.at, diagnostics);
  }
  if (shape.form == Form::mapping && node.type == NodeType::mapping) {
    for (const Entry& entry : node.entries) {
      const Key* key = shape.find(entry.key);
      if (key != nullptr) collect(entry.value, shape_beside(key->shape, node), names, diagnostics);
    }
  }
}

}  // namespace

const std::vector<std::string>& Names::of(const std::string& kind) const {
  static const std::vector<std::string> none;
  const auto found = lists_.find(kind);
  return found == lists_.end() ? none : found->second;
}

std::optional<std::size_t> Names::find(const std::string& kind, std::string_view name) const {
  const auto list = first_.find(kind);
  if (list == first_.end()) return std::nullopt;
  const auto found = list->second.find(std::string(name));
  if (found == list->second.end()) return std::nullopt;
  return found->second;
}

void Names::add(const std::string& kind, std::string name, Position at, Diagnostics& diagnostics) {
  if (const auto first = find(kind, name)) {
    const Position where = places_[kind][*first];
    diagnostics.error(at,
                      "a second " + kind + " called " + ticked(name) + ", first at " + std::to_string(where.line) + ":" +
                          std::to_string(where.col),
                      "give each " + kind + " its own name");
  }
  if (!name.empty()) first_[kind].try_emplace(name, lists_[kind].size());
  lists_[kind].push_back(std::move(name));
  places_[kind].push_back(at);
}

Names collect_names(const Node& root, const Shape& shape, Diagnostics& diagnostics) {
  Names names;
  collect(root, shape, names, diagnostics);
  return names;
}

}  // namespace shakedown
