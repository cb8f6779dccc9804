// How a model value and a protobuf message correspond, written once for both directions: each type has one function
// `fields(io, model, message)`, and io is a Writer (model to message) or a Reader (message to model).
// Internal to core/wire. Threads: a Writer or Reader belongs to one call.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/base/units.h"
#include "core/wire/codec/enum_range.h"

namespace shakedown::wire {

class Writer {
 public:
  template <class M>
  using Model = const M;
  template <class P>
  using Proto = P;
  static constexpr bool kWriting = true;
};

class Reader {
 public:
  template <class M>
  using Model = M;
  template <class P>
  using Proto = const P;
  static constexpr bool kWriting = false;

  // Keeps the first complaint; reading goes on with defaults.
  void refuse(std::string complaint) {
    if (!complaint_) complaint_ = std::move(complaint);
  }
  bool good() const { return !complaint_; }
  // Success, or a protocol error that names `what` was being read.
  Result<void> result(std::string_view what) const {
    if (!complaint_) return ok();
    return fail(ErrorKind::protocol,
                "cannot read a " + std::string(what) + ": " + *complaint_ + "; do both programs have the same version?");
  }

 private:
  std::optional<std::string> complaint_;
};

template <class T>
struct IsTime : std::false_type {};
template <class C, class D>
struct IsTime<std::chrono::time_point<C, D>> : std::true_type {};
template <class T>
struct IsId : std::false_type {};
template <class Tag>
struct IsId<Id<Tag>> : std::true_type {};

// The wire form of a single value; W is the accessor's type.
template <class W, class T>
decltype(auto) to_wire(const T& value) {
  if constexpr (std::is_enum_v<T>) {
    return static_cast<W>(static_cast<int>(value) + 1);
  } else if constexpr (IsId<T>::value) {
    return static_cast<uint32_t>(value.value + 1);
  } else if constexpr (std::same_as<T, Duration>) {
    return static_cast<int64_t>(value.count());
  } else if constexpr (IsTime<T>::value) {
    return static_cast<int64_t>(value.time_since_epoch().count());
  } else if constexpr (std::same_as<T, Rate>) {
    return static_cast<double>(value.per_second);
  } else if constexpr (std::same_as<T, Bytes>) {
    return static_cast<uint64_t>(value.count);
  } else if constexpr (std::same_as<T, std::string>) {
    return static_cast<const std::string&>(value);
  } else {
    return static_cast<W>(value);
  }
}

// "state: 9 is not one of 1 to 8"
std::string out_of_range(std::string_view field, int64_t found, int64_t least, int64_t most);

template <class W, class T>
void from_wire(Reader& io, const W& wire, T& value, std::string_view field) {
  if constexpr (std::is_enum_v<T>) {
    constexpr int first = static_cast<int>(first_of<T>()) + 1;
    constexpr int last = static_cast<int>(last_of<T>()) + 1;
    const int found = static_cast<int>(wire);
    if (found < first || found > last) return io.refuse(out_of_range(field, found, first, last));
    value = static_cast<T>(found - 1);
  } else if constexpr (IsId<T>::value) {
    value.value = wire - 1;
  } else if constexpr (std::same_as<T, Duration>) {
    value = Duration(wire);
  } else if constexpr (IsTime<T>::value) {
    value = T(Duration(wire));
  } else if constexpr (std::same_as<T, Rate>) {
    value.per_second = wire;
  } else if constexpr (std::same_as<T, Bytes>) {
    value.count = wire;
  } else if constexpr (std::same_as<T, uint16_t>) {
    if (wire > UINT16_MAX) return io.refuse(out_of_range(field, wire, 0, UINT16_MAX));
    value = static_cast<uint16_t>(wire);
  } else {
    value = wire;
  }
}

}  // namespace shakedown::wire

// The vocabulary of a `fields` function, in which `io`, `m` (model) and `p` (protobuf) are named so.
#define WIRE_FIELDS(MODEL, PROTO)                                                              \
  template <class IO>                                                                          \
  void fields([[maybe_unused]] IO& io, [[maybe_unused]] typename IO::template Model<MODEL>& m, \
              [[maybe_unused]] typename IO::template Proto<PROTO>& p)

// One value; WIRE_NS when the message's field is called NAME_ns.
#define WIRE_AS(NAME, FIELD)                                           \
  if constexpr (IO::kWriting) {                                        \
    p.set_##FIELD(to_wire<std::decay_t<decltype(p.FIELD())>>(m.NAME)); \
  } else {                                                             \
    from_wire(io, p.FIELD(), m.NAME, #FIELD);                          \
  }
#define WIRE(NAME) WIRE_AS(NAME, NAME)
// One that was added later: what an older writer does not say keeps its default.
#define WIRE_ADDED(NAME)                                       \
  if constexpr (IO::kWriting) {                                \
    WIRE(NAME)                                                 \
  } else {                                                     \
    if (p.NAME() != 0) from_wire(io, p.NAME(), m.NAME, #NAME); \
  }
#define WIRE_NS(NAME) WIRE_AS(NAME, NAME##_ns)

// A structure, a list of structures, a list of values, and optional ones.
#define WIRE_STRUCT(NAME)                    \
  if constexpr (IO::kWriting) {              \
    fields(io, m.NAME, *p.mutable_##NAME()); \
  } else {                                   \
    fields(io, m.NAME, p.NAME());            \
  }
#define WIRE_STRUCTS(NAME)                                                   \
  if constexpr (IO::kWriting) {                                              \
    for (const auto& one : m.NAME) fields(io, one, *p.add_##NAME());         \
  } else {                                                                   \
    m.NAME.reserve(p.NAME().size());                                         \
    for (const auto& one : p.NAME()) fields(io, m.NAME.emplace_back(), one); \
  }
#define WIRE_VALUES_AS(NAME, FIELD)                                                                 \
  if constexpr (IO::kWriting) {                                                                     \
    for (const auto& one : m.NAME) p.add_##FIELD(to_wire<std::decay_t<decltype(p.FIELD(0))>>(one)); \
  } else {                                                                                          \
    for (const auto& one : p.FIELD()) from_wire(io, one, m.NAME.emplace_back(), #FIELD);            \
  }
#define WIRE_VALUES(NAME) WIRE_VALUES_AS(NAME, NAME)
#define WIRE_MAYBE_STRUCT(NAME)                                 \
  if constexpr (IO::kWriting) {                                 \
    if (m.NAME) fields(io, *m.NAME, *p.mutable_##NAME());       \
  } else {                                                      \
    if (p.has_##NAME()) fields(io, m.NAME.emplace(), p.NAME()); \
  }
#define WIRE_MAYBE(NAME)                                                          \
  if constexpr (IO::kWriting) {                                                   \
    if (m.NAME) p.set_##NAME(to_wire<std::decay_t<decltype(p.NAME())>>(*m.NAME)); \
  } else {                                                                        \
    if (p.has_##NAME()) from_wire(io, p.NAME(), m.NAME.emplace(), #NAME);         \
  }

// One alternative of a variant `m`, and the check that one was there.
#define WIRE_CASE(TYPE, NAME)                                                           \
  if constexpr (IO::kWriting) {                                                         \
    if (const auto* one = std::get_if<TYPE>(&m)) fields(io, *one, *p.mutable_##NAME()); \
  } else {                                                                              \
    if (p.has_##NAME()) fields(io, m.template emplace<TYPE>(), p.NAME());               \
  }
#define WIRE_CASES_END(ONEOF)                                                                   \
  if constexpr (!IO::kWriting) {                                                                \
    if (static_cast<int>(p.ONEOF##_case()) == 0) io.refuse(#ONEOF ": none of the known kinds"); \
  }
