// Random values of any model type, and deep comparison, both by walking the fields: a field that somebody adds is
// filled and compared from then on, so that a codec that forgets it fails.
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/rng.h"
#include "core/stats/snapshot.h"
#include "core/wire/codec/fields.h"
#include "tests/unit/wire/field_counts.h"

namespace shakedown::test {

template <class T, template <class...> class Of>
struct IsOf : std::false_type {};
template <template <class...> class Of, class... A>
struct IsOf<Of<A...>, Of> : std::true_type {};
template <class T>
struct IsArray : std::false_type {};
template <class T, std::size_t N>
struct IsArray<std::array<T, N>> : std::true_type {};

class Filler {
 public:
  explicit Filler(uint64_t seed) : rng_(seed) {}

  template <class T>
  T make() {
    T value;
    fill(value);
    return value;
  }

  template <class T>
  void fill(T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      value = rng_.below(2) == 1;
    } else if constexpr (std::is_enum_v<T>) {
      const auto first = static_cast<uint64_t>(wire::first_of<T>());
      value = static_cast<T>(first + rng_.below(static_cast<uint64_t>(wire::last_of<T>()) - first + 1));
    } else if constexpr (std::is_integral_v<T>) {
      value = static_cast<T>(number());
    } else if constexpr (std::is_floating_point_v<T>) {
      value = (rng_.uniform() - 0.3) * 1e6;
    } else if constexpr (std::is_same_v<T, std::string>) {
      value.resize(rng_.below(12));
      for (char& c : value) c = static_cast<char>(rng_.below(256));  // not UTF-8 on purpose
    } else if constexpr (wire::IsId<T>::value) {
      value.value = static_cast<uint32_t>(number());
    } else if constexpr (std::is_same_v<T, Duration>) {
      value = Duration(static_cast<int64_t>(number()));
    } else if constexpr (wire::IsTime<T>::value) {
      value = T(Duration(static_cast<int64_t>(number())));
    } else if constexpr (std::is_same_v<T, SparseHistogram>) {
      histogram(value);
    } else if constexpr (std::is_same_v<T, Witnesses>) {
      while (value.empty() || rng_.below(4) > 0) value.add(make<Exchange>());
    } else if constexpr (std::is_same_v<T, Document>) {
      document(value, 3);
    } else {
      compound(value);
    }
  }

 private:
  // Small, huge and everything between; all 64 bits.
  uint64_t number() { return rng_.next() >> rng_.below(64); }

  void histogram(SparseHistogram& value) {
    std::vector<BucketCount> buckets;
    uint32_t bucket = static_cast<uint32_t>(rng_.below(500));
    for (uint64_t n = rng_.below(5); n > 0 && bucket < kHistogramBuckets; --n) {
      buckets.push_back({bucket, 1 + rng_.below(1'000'000)});
      bucket += 1 + static_cast<uint32_t>(rng_.below(1500));
    }
    value = SparseHistogram::from_buckets(std::move(buckets));
  }

  // What travels of it: no positions, no marks of a reader.
  void document(Document& value, int levels) {
    const auto last = levels > 0 ? NodeType::mapping : NodeType::text;
    value.type = static_cast<NodeType>(rng_.below(static_cast<uint64_t>(last) + 1));
    if (value.scalar()) fill(value.text);
    for (uint64_t n = value.type == NodeType::list ? rng_.below(4) : 0; n > 0; --n)
      document(value.items.emplace_back(), levels - 1);
    for (uint64_t n = value.type == NodeType::mapping ? rng_.below(4) : 0; n > 0; --n) {
      Entry& entry = value.entries.emplace_back();
      fill(entry.key);
      document(entry.value, levels - 1);
    }
  }

  template <class T>
  void compound(T& value) {
    if constexpr (IsOf<T, std::vector>::value) {
      value.resize(rng_.below(4));
      for (auto& one : value) fill(one);
    } else if constexpr (IsArray<T>::value) {
      for (auto& one : value) fill(one);
    } else if constexpr (IsOf<T, std::map>::value) {
      for (uint64_t n = rng_.below(4); n > 0; --n) {
        fill(value[make<typename T::key_type>()]);
      }
    } else if constexpr (IsOf<T, std::pair>::value) {
      fill(value.first);
      fill(value.second);
    } else if constexpr (IsOf<T, std::optional>::value) {
      if (rng_.below(2) == 1) fill(value.emplace());
    } else if constexpr (IsOf<T, std::variant>::value) {
      alternative(value, std::make_index_sequence<std::variant_size_v<T>>());
    } else if constexpr (!std::is_same_v<T, std::monostate>) {
      std::apply([this](auto&... field) { (fill(field), ...); }, fields_of(value));
      if constexpr (std::is_same_v<T, Cell>) answers(value);
      // Nothing is what an older writer says of it, and stands for the default.
      if constexpr (std::is_same_v<T, ConnectionPolicy>) value.max_response.count |= 1;
    }
  }

  // As many as there are answers, and in order.
  void answers(Cell& cell) {
    uint64_t good = cell.count(Outcome::ok), bad = cell.count(Outcome::failed);
    for (AnswerCount one : std::exchange(cell.answers, {})) {
      uint64_t& room = one.wrong == Mismatch::none ? good : bad;
      one.count = std::min(one.count, room);
      room -= one.count;
      count_answer(cell.answers, one.status, one.wrong, one.count);
    }
    cell.uncounted = std::min(cell.uncounted, good);
  }

  template <class V, std::size_t... I>
  void alternative(V& value, std::index_sequence<I...>) {
    const uint64_t chosen = rng_.below(sizeof...(I));
    ((I == chosen ? fill(value.template emplace<I>()) : void()), ...);
  }

  Rng rng_;
};

// Whether two values agree in every field.
template <class T>
bool same(const T& a, const T& b) {
  if constexpr (IsOf<T, std::vector>::value || IsArray<T>::value) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (!same<typename T::value_type>(a[i], b[i])) return false;
    }
    return true;
  } else if constexpr (IsOf<T, std::map>::value) {
    if (a.size() != b.size()) return false;
    for (auto i = a.begin(), k = b.begin(); i != a.end(); ++i, ++k) {
      if (!same(i->first, k->first) || !same(i->second, k->second)) return false;
    }
    return true;
  } else if constexpr (IsOf<T, std::pair>::value) {
    return same(a.first, b.first) && same(a.second, b.second);
  } else if constexpr (IsOf<T, std::optional>::value) {
    return a.has_value() == b.has_value() && (!a || same(*a, *b));
  } else if constexpr (IsOf<T, std::variant>::value) {
    if (a.index() != b.index()) return false;
    return std::visit([&b](const auto& one) { return same(one, std::get<std::decay_t<decltype(one)>>(b)); }, a);
  } else if constexpr (std::is_same_v<T, std::monostate>) {
    return true;
  } else if constexpr (std::is_same_v<T, Document>) {
    return text_of(a) == text_of(b);
  } else if constexpr (std::equality_comparable<T>) {
    return a == b;
  } else {
    const auto left = fields_of(a);
    const auto right = fields_of(b);
    return [&]<std::size_t... I>(std::index_sequence<I...>) { return (same(std::get<I>(left), std::get<I>(right)) && ...); }
    (std::make_index_sequence<std::tuple_size_v<decltype(left)>>());
  }
}

}  // namespace shakedown::test
