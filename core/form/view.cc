#include "core/form/view.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "core/form/check.h"

namespace shakedown {
namespace {

[[noreturn]] void broken(const std::string& what) {
  std::fprintf(stderr, "core/form: %s\n", what.c_str());
  std::abort();
}

bool all_good(const Node& node) {
  return !node.bad && std::all_of(node.items.begin(), node.items.end(), all_good) &&
         std::all_of(node.entries.begin(), node.entries.end(), [](const Entry& e) { return all_good(e.value); });
}

}  // namespace

const Shape& shape_beside(const Shape& shape, const Node& around) {
  if (shape.form != Form::beside) return shape;
  const Entry* within = shape.within.empty() ? nullptr : around.find(shape.within);
  const Node* place = shape.within.empty() ? &around : within != nullptr ? &within->value : nullptr;
  for (const Key& choice : shape.keys) {
    if (place != nullptr && place->find(choice.name) != nullptr) return choice.shape;
  }
  return shape.keys.front().shape;
}

bool View::sound() const { return node_ != nullptr && all_good(*node_); }

View View::operator[](std::string_view name) const {
  const Key* key = shape_->find(name);
  if (key == nullptr) broken("the description of " + shape_->title + " has no key " + std::string(name));
  const bool readable = *this && node_->type == NodeType::mapping;
  const Entry* entry = readable ? node_->find(name) : nullptr;
  const std::string* fallback = key->fallback.empty() ? nullptr : &key->fallback;
  static const Node nothing;
  const Shape& shape = shape_beside(key->shape, readable ? *node_ : nothing);
  return {entry != nullptr ? &entry->value : nullptr, &shape, at(), fallback};
}

std::vector<View> View::items() const {
  std::vector<View> out;
  if (!*this) return out;
  if (node_->type != NodeType::list) {
    if (shape_->form == Form::one_or_list) out.emplace_back(node_, &shape_->item.front(), node_->at);
    return out;
  }
  for (const Node& item : node_->items) out.emplace_back(&item, &shape_->item.front(), node_->at);
  return out;
}

std::vector<std::pair<std::string, View>> View::entries() const {
  std::vector<std::pair<std::string, View>> out;
  if (!*this || node_->type != NodeType::mapping) return out;
  for (const Entry& entry : node_->entries) {
    out.emplace_back(entry.key, View(&entry.value, &shape_->item.front(), node_->at));
  }
  return out;
}

std::string View::which(const std::vector<std::string>& keys) const {
  for (const std::string& key : keys) {
    if ((*this)[key].written()) return key;
  }
  return {};
}

const std::string* View::scalar_text() const {
  if (*this && node_->scalar()) return &node_->text;
  return fallback_;
}

std::string View::text() const {
  const std::string* s = scalar_text();
  return s != nullptr ? *s : std::string();
}

std::vector<std::string> View::texts() const {
  std::vector<std::string> out;
  for (const View& item : items()) out.push_back(item.text());
  return out;
}

bool View::boolean() const {
  const std::string s = text();
  return s == "true" || s == "True" || s == "TRUE";
}

double View::number() const {
  const std::string* s = scalar_text();
  if (s == nullptr) return 0;
  Node node;
  node.text = *s;
  return number_of(node).value_or(0);
}

Duration View::duration() const {
  const std::string* s = scalar_text();
  if (s == nullptr) return {};
  const auto value = parse_duration(*s);
  return value ? value.value() : Duration();
}

Rate View::rate() const {
  const std::string* s = scalar_text();
  if (s == nullptr) return {};
  const auto value = parse_rate(*s);
  return value ? value.value() : Rate();
}

Share View::share() const {
  const std::string* s = scalar_text();
  if (s == nullptr) return {};
  const auto value = parse_share(*s);
  return value ? value.value() : Share();
}

Bytes View::bytes() const {
  const std::string* s = scalar_text();
  if (s == nullptr) return {};
  const auto value = parse_bytes(*s);
  return value ? value.value() : Bytes{static_cast<uint64_t>(number())};
}

}  // namespace shakedown
