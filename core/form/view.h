// Reading a checked tree through its description. A key that the description does not have aborts:
// the reader and the description cannot drift apart. What is absent or bad reads as the
// description's default. Ownership: refers to a tree and a shape that outlive it. Threads: plain
// value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/units.h"
#include "core/form/names.h"
#include "core/form/shape.h"
#include "core/form/tree.h"

namespace shakedown {

class View {
 public:
  View(const Node* node, const Shape* shape, Position around, const std::string* fallback = nullptr)
      : node_(node), shape_(shape), around_(around), fallback_(fallback) {}

  // Mapping: the value of a key.
  View operator[](std::string_view key) const;
  // Written and not bad.
  explicit operator bool() const { return node_ != nullptr && !node_->bad; }
  bool written() const { return node_ != nullptr; }
  bool absent() const { return node_ == nullptr; }
  bool has_default() const { return fallback_ != nullptr; }
  // Written, and nothing in it is bad.
  bool sound() const;
  // Where it stands; where what surrounds it stands when it is absent.
  Position at() const { return node_ != nullptr ? node_->at : around_; }
  const Node* node() const { return node_; }
  const Shape& shape() const { return *shape_; }

  // List, or the one value of one_or_list. Bad items are included (they read as defaults).
  std::vector<View> items() const;
  // Named: keys and values in file order.
  std::vector<std::pair<std::string, View>> entries() const;
  // Mapping: which of these keys is written; "" when none.
  std::string which(const std::vector<std::string>& keys) const;

  std::string text() const;
  std::vector<std::string> texts() const;
  bool boolean() const;
  double number() const;
  uint64_t integer() const { return static_cast<uint64_t>(number()); }
  uint32_t small() const { return static_cast<uint32_t>(number()); }
  Duration duration() const;
  Rate rate() const;
  Share share() const;
  Bytes bytes() const;
  // The position of the named thing in its list; none when absent or bad.
  template <typename IdType>
  IdType id(const Names& names) const {
    const auto found = *this ? names.find(shape_->refers_to, node_->text) : std::nullopt;
    return found ? IdType(*found) : IdType();
  }
  template <typename IdType>
  std::vector<IdType> ids(const Names& names) const {
    std::vector<IdType> out;
    for (const View& item : items()) {
      const IdType id = item.template id<IdType>(names);
      if (id.valid()) out.push_back(id);
    }
    return out;
  }

 private:
  // What is written, else the default; nullptr when there is neither.
  const std::string* scalar_text() const;

  const Node* node_;
  const Shape* shape_;
  Position around_;
  const std::string* fallback_;
};

}  // namespace shakedown
