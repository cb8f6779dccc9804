#include "core/form/check.h"

#include <algorithm>
#include <set>

#include "core/form/suggest.h"

namespace shakedown {
namespace {

class Checker {
 public:
  Checker(const Names& names, Diagnostics& diagnostics) : names_(names), diagnostics_(diagnostics) {}
  // label: how messages call the value: "`every`", "item 2 of `start`".
  void check(Node& node, const Shape& shape, const std::string& label);

 private:
  void report(Node& node, Position at, std::string problem, std::string hint) {
    node.bad = true;
    diagnostics_.error(at, std::move(problem), std::move(hint));
  }
  // A suggestion costs a comparison with every known word: none is made beyond what is shown.
  std::string near(const std::string& word, const std::vector<std::string>& known) const {
    return diagnostics_.count() < Diagnostics::kMost ? suggestion(word, known) : std::string();
  }
  bool expect_type(Node& node, NodeType type, const Shape& shape, const std::string& label);
  void check_list(Node& node, const Shape& shape, const std::string& label);
  void check_named(Node& node, const Shape& shape, const std::string& label);
  void check_mapping(Node& node, const Shape& shape, const std::string& label);
  void check_required(Node& node, const Shape& shape);
  void check_groups(Node& node, const Shape& shape);
  void unknown_key(const Entry& entry, const Shape& shape);

  const Names& names_;
  Diagnostics& diagnostics_;
};

std::string listed(const std::vector<std::string>& words, const char* last) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? last : ", ";
    out += ticked(words[i]);
  }
  return out;
}

// The keys of the description that the first unknown ones are probably meant to be.
std::set<std::string> misspelt(const Node& node, const Shape& shape) {
  std::set<std::string> out;
  std::size_t looked_at = 0;
  for (const Entry& entry : node.entries) {
    if (shape.find(entry.key) != nullptr) continue;
    if (++looked_at > Diagnostics::kMost) break;
    out.insert(nearest_word(entry.key, shape.key_names()));
  }
  return out;
}

std::vector<std::string> written(const Node& node, const std::vector<std::string>& keys) {
  std::vector<std::string> out;
  for (const std::string& key : keys) {
    if (node.find(key) != nullptr) out.push_back(key);
  }
  return out;
}

void Checker::check(Node& node, const Shape& shape, const std::string& label) {
  if (node.bad) return;
  switch (shape.form) {
    case Form::list: return check_list(node, shape, label);
    case Form::one_or_list:
      if (node.type == NodeType::list) return check_list(node, shape, label);
      return check(node, shape.pattern.empty() ? shape.item.front() : text_like(shape.pattern, shape.pattern_doc), label);
    case Form::named: return check_named(node, shape, label);
    case Form::mapping: return check_mapping(node, shape, label);
    default: break;
  }
  const Finding finding = check_scalar(node, shape, names_);
  if (!finding.problem.empty()) report(node, node.at, label + ": " + finding.problem, finding.hint);
}

bool Checker::expect_type(Node& node, NodeType type, const Shape& shape, const std::string& label) {
  if (node.type == type) return true;
  std::string hint;
  if (node.type == NodeType::null) {
    hint = "write its values, or remove it";
  } else if (type == NodeType::list) {
    hint = node.scalar() ? "put it into [ ]" : "begin each item with `- `";
  } else if (!shape.keys.empty()) {
    hint = suggestion("", shape.key_names());
  }
  report(node, node.at, label + ": expected " + expected(shape) + ", found " + describe(node), hint);
  return false;
}

void Checker::check_list(Node& node, const Shape& shape, const std::string& label) {
  if (!expect_type(node, NodeType::list, shape, label)) return;
  if (node.items.size() < shape.fewest || node.items.size() > shape.most) {
    const bool few = node.items.size() < shape.fewest;
    // A list that is too long keeps its items, and with them the positions that names refer to.
    node.bad = few;
    diagnostics_.error(
        node.at,
        label + ": expected " + (few ? "at least " : "at most ") + std::to_string(few ? shape.fewest : shape.most) +
            ((few ? shape.fewest : shape.most) == 1 ? " item, found " : " items, found ") + std::to_string(node.items.size()),
        few ? "add what is missing" : "remove some");
  }
  std::size_t number = 0;
  for (Node& item : node.items) {
    check(item, shape.item.front(), "item " + std::to_string(++number) + " of " + label);
  }
}

void Checker::check_named(Node& node, const Shape& shape, const std::string& label) {
  if (!expect_type(node, NodeType::mapping, shape, label)) return;
  if (node.entries.empty()) {
    report(node, node.at, label + ": expected at least one entry, found none", "add one, or remove the key");
  }
  for (Entry& entry : node.entries) {
    if (shape.key_form == Form::reference && !names_.find(shape.refers_to, entry.key)) {
      report(entry.value, entry.at, label + ": there is no " + shape.refers_to + " called " + ticked(entry.key),
             near(entry.key, names_.of(shape.refers_to)));
    } else if (shape.key_form == Form::text && !matches(entry.key, shape.pattern)) {
      report(entry.value, entry.at, label + ": expected " + shape.pattern_doc + ", found " + ticked(entry.key), "");
    } else if (shape.key_form == Form::name && !matches(entry.key, kNamePattern)) {
      report(entry.value, entry.at, label + ": " + ticked(entry.key) + " is no name",
             "use at most 64 letters, digits, `_`, `-` and `.`");
    }
    check(entry.value, shape.item.front(), ticked(entry.key));
  }
}

void Checker::unknown_key(const Entry& entry, const Shape& shape) {
  const std::string what = with_article(shape.title);
  if (std::find(shape.later.begin(), shape.later.end(), entry.key) != shape.later.end()) {
    diagnostics_.error(entry.at, ticked(entry.key) + " in " + what + " is reserved for a later version", "remove it");
    return;
  }
  diagnostics_.error(entry.at, "unknown key " + ticked(entry.key) + " in " + what, near(entry.key, shape.key_names()));
}

void Checker::check_mapping(Node& node, const Shape& shape, const std::string& label) {
  if (!expect_type(node, NodeType::mapping, shape, label)) return;
  for (Entry& entry : node.entries) {
    const Key* key = shape.find(entry.key);
    if (key == nullptr) {
      unknown_key(entry, shape);
    } else {
      check(entry.value, shape_beside(key->shape, node), ticked(entry.key));
    }
  }
  check_required(node, shape);
  check_groups(node, shape);
}

void Checker::check_required(Node& node, const Shape& shape) {
  if (node.incomplete) return;
  const std::set<std::string> meant = misspelt(node, shape);
  std::vector<std::string> missing;
  for (const Key& key : shape.keys) {
    if (key.required && meant.count(key.name) == 0 && node.find(key.name) == nullptr) missing.push_back(key.name);
  }
  if (missing.empty()) return;
  std::string hint = "add " + ticked(missing.front()) + ": " + expected(shape.find(missing.front())->shape);
  diagnostics_.error(node.at, with_article(shape.title) + " without " + listed(missing, " and "), std::move(hint));
}

void Checker::check_groups(Node& node, const Shape& shape) {
  const auto name_of = [&] { return with_article(shape.title); };
  for (const auto& group : shape.exactly_one) {
    const std::vector<std::string> found = written(node, group);
    const auto later = [&](const Entry& e) {
      return std::find(shape.later.begin(), shape.later.end(), e.key) != shape.later.end();
    };
    if (found.size() == 1) continue;
    if (found.empty() && std::any_of(node.entries.begin(), node.entries.end(), later)) continue;
    const std::string which = found.empty() ? "none" : listed(found, " and ");
    diagnostics_.error(node.at, name_of() + " needs exactly one of " + listed(group, " and ") + ", found " + which,
                       found.empty() ? "add one" : "keep one");
    node.bad = true;
  }
  for (const auto& group : shape.at_least_one) {
    if (!written(node, group).empty()) continue;
    report(node, node.at, name_of() + " needs at least one of " + listed(group, " and "), "add one");
  }
  for (const auto& group : shape.not_together) {
    const std::vector<std::string> found = written(node, group);
    if (found.size() < 2) continue;
    report(node, node.find(found[1])->at, listed(found, " and ") + " exclude each other", "keep one");
  }
  for (const auto& [first, second] : shape.needs) {
    if (node.find(first) == nullptr || node.find(second) != nullptr) continue;
    report(node, node.find(first)->at, ticked(first) + " needs " + ticked(second) + " beside it", "add " + ticked(second));
  }
}

}  // namespace

void check_form(Node& root, const Shape& shape, const Names& names, Diagnostics& diagnostics, const std::string& label) {
  Checker(names, diagnostics).check(root, shape, label);
}

}  // namespace shakedown
