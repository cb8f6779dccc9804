#include "core/form/document.h"

#include <algorithm>

#include "core/form/check.h"

namespace shakedown {
namespace {

NodeType type_of_default(const Shape& shape, const std::string& text) {
  switch (shape.form) {
    case Form::boolean:
    case Form::integer:
    case Form::number:
    case Form::bytes:
    case Form::status:
    case Form::any_value: return core_type(text);
    default: return NodeType::text;
  }
}

Document scalar_of(const View& view) {
  Document out;
  if (view) {
    out.type = view.node()->type;
    out.text = view.node()->text;
  } else if (view.has_default()) {
    out.text = view.text();
    out.type = type_of_default(view.shape(), out.text);
  }
  return out;
}

Document mapping_of(const View& view) {
  Document out;
  out.type = NodeType::mapping;
  for (const Key& key : view.shape().keys) {
    const View value = view[key.name];
    if (value || value.has_default()) out.entries.push_back({key.name, {}, document_of(value)});
  }
  return out;
}

}  // namespace

Document document_of(const View& view) {
  Document out;
  switch (view.shape().form) {
    case Form::mapping: return view ? mapping_of(view) : out;
    case Form::named:
      if (!view) return out;
      out.type = NodeType::mapping;
      for (const auto& [name, value] : view.entries()) out.entries.push_back({name, {}, document_of(value)});
      return out;
    case Form::list:
    case Form::one_or_list:
      if (!view) return out;
      out.type = NodeType::list;
      for (const View& item : view.items()) out.items.push_back(document_of(item));
      return out;
    default: return scalar_of(view);
  }
}

View view_of(const Document& document, const Shape& shape) {
  return {document.type == NodeType::null ? nullptr : &document, &shape, Position{}};
}

Result<void> fits(const Document& document, const Shape& shape, const Names& names, const std::string& label) {
  Document copy = document;
  Diagnostics diagnostics("");
  check_form(copy, shape, names, diagnostics, label);
  if (!diagnostics.failed()) return ok();
  std::string all;
  for (const Diagnostic& one : diagnostics.take()) all += (all.empty() ? "" : "; ") + one.problem;
  return fail(ErrorKind::scenario, all);
}

Text text_with_holes(const View& view, const std::vector<std::string>& secrets) {
  return parse_holes(view.text(), view.shape().words, secrets).text;
}

bool uses(const View& view, HoleKind kind, const std::vector<std::string>& secrets) {
  if (!view) return false;
  const auto any = [&](const View& inner) { return uses(inner, kind, secrets); };
  switch (view.shape().form) {
    case Form::mapping: {
      const auto& keys = view.shape().keys;
      return std::any_of(keys.begin(), keys.end(), [&](const Key& key) { return any(view[key.name]); });
    }
    case Form::named: {
      const auto entries = view.entries();
      return std::any_of(entries.begin(), entries.end(), [&](const auto& entry) { return any(entry.second); });
    }
    case Form::list:
    case Form::one_or_list: {
      const auto items = view.items();
      return std::any_of(items.begin(), items.end(), any);
    }
    case Form::holes: return text_with_holes(view, secrets).uses(kind);
    default: return false;
  }
}

namespace {

void mark_named(const Document& document, const std::vector<std::string>& secrets, std::vector<bool>& named) {
  for (const TextPiece& piece : parse_holes(document.text, {}, secrets).text.pieces) {
    if (piece.kind != HoleKind::secret) continue;
    const auto at = std::find(secrets.begin(), secrets.end(), piece.text);
    if (at != secrets.end()) named[static_cast<std::size_t>(at - secrets.begin())] = true;
  }
  for (const Document& item : document.items) mark_named(item, secrets, named);
  for (const Entry& entry : document.entries) mark_named(entry.value, secrets, named);
}

}  // namespace

std::vector<std::string> secrets_named(const Document& document, const std::vector<std::string>& secrets) {
  std::vector<bool> named(secrets.size());
  mark_named(document, secrets, named);
  std::vector<std::string> out;
  for (std::size_t i = 0; i < secrets.size(); ++i) {
    if (named[i]) out.push_back(secrets[i]);
  }
  return out;
}

}  // namespace shakedown
