#include "core/form/tree.h"

namespace shakedown {
namespace {

bool digits_only(std::string_view s, const char* digits) {
  return !s.empty() && s.find_first_not_of(digits) == std::string_view::npos;
}

bool is_integer(std::string_view s) {
  if (s.starts_with("0o")) return digits_only(s.substr(2), "01234567");
  if (s.starts_with("0x")) return digits_only(s.substr(2), "0123456789abcdefABCDEF");
  if (s.starts_with('-') || s.starts_with('+')) s.remove_prefix(1);
  return digits_only(s, "0123456789");
}

bool is_float(std::string_view s) {
  if (s == ".nan" || s == ".NaN" || s == ".NAN") return true;
  if (s.starts_with('-') || s.starts_with('+')) s.remove_prefix(1);
  if (s == ".inf" || s == ".Inf" || s == ".INF") return true;
  const std::size_t e = s.find_first_of("eE");
  if (e != std::string_view::npos) {
    std::string_view power = s.substr(e + 1);
    if (power.starts_with('-') || power.starts_with('+')) power.remove_prefix(1);
    if (!digits_only(power, "0123456789")) return false;
    s = s.substr(0, e);
  }
  const std::size_t dot = s.find('.');
  if (dot == std::string_view::npos) return digits_only(s, "0123456789");
  const std::string_view whole = s.substr(0, dot), part = s.substr(dot + 1);
  const auto fine = [](std::string_view d) { return d.empty() || digits_only(d, "0123456789"); };
  return fine(whole) && fine(part) && !(whole.empty() && part.empty());
}

}  // namespace

const Entry* Node::find(std::string_view key) const {
  for (const Entry& entry : entries) {
    if (entry.key == key) return &entry;
  }
  return nullptr;
}

std::string describe(const Node& node) {
  switch (node.type) {
    case NodeType::null: return "nothing";
    case NodeType::boolean: return "the boolean " + ticked(node.text);
    case NodeType::integer:
    case NodeType::number: return "the number " + ticked(node.text);
    case NodeType::text: return "the text " + ticked(node.text);
    case NodeType::list: return "a list";
    case NodeType::mapping: return "a mapping";
  }
  return "something else";
}

Document text_document(std::string text) {
  Document out;
  out.type = NodeType::text;
  out.text = std::move(text);
  return out;
}

Document integer_document(int64_t number) {
  Document out;
  out.type = NodeType::integer;
  out.text = std::to_string(number);
  return out;
}

Document mapping_document(std::vector<std::pair<std::string, Document>> entries) {
  Document out;
  out.type = NodeType::mapping;
  for (auto& [key, value] : entries) out.entries.push_back({std::move(key), {}, std::move(value)});
  return out;
}

Document list_document(std::vector<Document> items) {
  Document out;
  out.type = NodeType::list;
  out.items = std::move(items);
  return out;
}

std::string text_of(const Document& document) {
  // A length before each text keeps any two apart.
  const auto counted = [](const std::string& text) { return std::to_string(text.size()) + ":" + text; };
  std::string out = std::to_string(static_cast<int>(document.type));
  if (document.scalar()) return out + counted(document.text);
  out += "(";
  for (const Document& item : document.items) out += text_of(item);
  for (const Entry& entry : document.entries) out += counted(entry.key) + text_of(entry.value);
  return out + ")";
}

NodeType core_type(std::string_view s) {
  if (s.empty() || s == "~" || s == "null" || s == "Null" || s == "NULL") return NodeType::null;
  if (s == "true" || s == "True" || s == "TRUE" || s == "false" || s == "False" || s == "FALSE") {
    return NodeType::boolean;
  }
  if (is_integer(s)) return NodeType::integer;
  return is_float(s) ? NodeType::number : NodeType::text;
}

}  // namespace shakedown
