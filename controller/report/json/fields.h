// The fields of scorecard.json: each is described once, and the description gives both the JSON and its schema.
// Only for .cc files: it brings nlohmann/json. Threads: descriptions are immutable once made.
#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "controller/model/scorecard.h"
#include "controller/report/json/number.h"

namespace shakedown::report {

// Types of the schema.
namespace type {

inline Json described(Json type, const char* about) {
  if (about != nullptr) type["description"] = about;
  return type;
}
inline Json ref(const char* definition) { return {{"$ref", std::string("#/$defs/") + definition}}; }
inline Json text() { return {{"type", "string"}}; }
inline Json count() { return {{"type", "integer"}, {"minimum", 0}}; }
inline Json one_of(std::initializer_list<const char*> words) { return {{"enum", Json(words)}}; }
inline Json list(Json items) { return {{"type", "array"}, {"items", std::move(items)}}; }
inline Json or_null(Json type) { return {{"anyOf", Json::array({std::move(type), {{"type", "null"}}})}}; }
inline Json verdicts() { return one_of({"pass", "fail", "not_proven", "unknown"}); }
inline Json watermelons() { return or_null(one_of({"honest", "optimistic", "pessimistic", "unverifiable"})); }

}  // namespace type

template <typename T>
Json number_or_null(const std::optional<T>& value) {
  return json_number(value);
}
inline Json number_or_null(const std::optional<RunTime>& at) { return json_instant(at); }

// A member of a member: inner(&ScoredRequirement::verdict, &Verdict::reason).
template <typename Outer, typename Member>
struct Inner {
  Outer outer;
  Member member;
  template <typename T>
  const auto& operator()(const T& item) const {
    return std::invoke(member, std::invoke(outer, item));
  }
};
template <typename Outer, typename Member>
Inner<Outer, Member> inner(Outer outer, Member member) {
  return {outer, member};
}

// The fields of a T, in their order. A getter is a pointer to a member, or what can be called with a T.
template <typename T>
class Fields {
 public:
  using Value = std::function<Json(const T&, const Scorecard&)>;

  // value: of the item, and of the scorecard that it stands in.
  Fields& field(const char* name, Json type, Value value) {
    all_.push_back({name, std::move(type), std::move(value)});
    return *this;
  }
  template <typename Get>
  Fields& text(const char* name, Get get, const char* about = nullptr) {
    return plain(name, type::described(type::text(), about), get);
  }
  // Empty is null.
  template <typename Get>
  Fields& optional_text(const char* name, Get get, const char* about) {
    return field(name, type::described({{"type", {"string", "null"}}}, about),
                 [get](const T& item, const Scorecard&) { return json_text(std::invoke(get, item)); });
  }
  template <typename Get>
  Fields& flag(const char* name, Get get, const char* about) {
    return plain(name, type::described({{"type", "boolean"}}, about), get);
  }
  template <typename Get>
  Fields& count(const char* name, Get get, const char* about = nullptr) {
    return plain(name, type::described(type::count(), about), get);
  }
  template <typename Get>
  Fields& number(const char* name, Get get, const char* about = nullptr) {
    return field(name, type::described(type::ref("number"), about),
                 [get](const T& item, const Scorecard&) { return json_number(std::invoke(get, item)); });
  }
  template <typename Get>
  Fields& optional_number(const char* name, Get get, const char* about = nullptr) {
    return field(name, type::described(type::ref("optional_number"), about),
                 [get](const T& item, const Scorecard&) { return number_or_null(std::invoke(get, item)); });
  }
  // An enum by its to_string.
  template <typename Get>
  Fields& word(const char* name, Json type, Get get) {
    return field(name, std::move(type),
                 [get](const T& item, const Scorecard&) { return Json(to_string(std::invoke(get, item))); });
  }
  // A watermelon; none is null.
  template <typename Get>
  Fields& compared(const char* name, Get get, const char* about = nullptr) {
    return field(name, type::described(type::watermelons(), about), [get](const T& item, const Scorecard&) {
      const Watermelon found = std::invoke(get, item);
      return found == Watermelon::none ? Json(nullptr) : Json(to_string(found));
    });
  }
  template <typename Get>
  Fields& texts(const char* name, Get get, const char* about = nullptr, const char* about_each = nullptr) {
    return plain(name, type::described(type::list(type::described(type::text(), about_each)), about), get);
  }
  template <typename Get, typename Item>
  Fields& list(const char* name, Get get, const Fields<Item>& of) {
    return field(name, type::list(of.schema()), [get, &of](const T& item, const Scorecard& card) {
      Json out = Json::array();
      for (const Item& one : std::invoke(get, item)) out.push_back(of.json(one, card));
      return out;
    });
  }
  template <typename Get, typename Item>
  Fields& object(const char* name, Get get, const Fields<Item>& of, const char* about = nullptr) {
    return field(name, type::described(of.schema(), about),
                 [get, &of](const T& item, const Scorecard& card) { return of.json(std::invoke(get, item), card); });
  }
  // get: gives a pointer or an optional; none is null.
  template <typename Get, typename Item>
  Fields& optional_object(const char* name, Get get, const Fields<Item>& of, const char* about = nullptr) {
    return field(name, type::described(type::or_null(of.schema()), about), [get, &of](const T& item, const Scorecard& card) {
      const auto& found = std::invoke(get, item);
      return found ? of.json(*found, card) : Json(nullptr);
    });
  }

  Json json(const T& item, const Scorecard& card) const {
    Json out = Json::object();
    for (const Field& one : all_) out[one.name] = one.value(item, card);
    return out;
  }
  // Every field is required.
  Json schema() const {
    Json properties = Json::object(), required = Json::array();
    for (const Field& one : all_) {
      properties[one.name] = one.type;
      required.push_back(one.name);
    }
    return {{"type", "object"}, {"properties", std::move(properties)}, {"required", std::move(required)}};
  }

 private:
  struct Field {
    const char* name;
    Json type;
    Value value;
  };
  template <typename Get>
  Fields& plain(const char* name, Json type, Get get) {
    return field(name, std::move(type), [get](const T& item, const Scorecard&) { return Json(std::invoke(get, item)); });
  }
  std::vector<Field> all_;
};

const Fields<ScoredRequirement>& requirement_fields();  // row_fields.cc
const Fields<Measured>& measured_fields();
const Fields<UnjudgedPhase>& unjudged_fields();  // record_fields.cc
const Fields<AreaSummary>& area_fields();
const Fields<ScoredProbe>& probe_fields();
const Fields<ScoredOutage>& outage_fields();
const Fields<ScoredFault>& fault_fields();
const Fields<ScoredLedger>& ledger_fields();
const Fields<ScoredAgent>& agent_fields();
const Fields<Accounting>& accounting_fields();
const Fields<ScoredCheck>& check_fields();
const Fields<ScoredCleanup>& cleanup_fields();
const Fields<ScoredAddress>& address_fields();
const Fields<ScoredControl>& control_fields();
const Fields<Forecast>& forecast_fields();  // scalability_fields.cc
const Fields<ScoredSearch>& search_fields();
const Fields<ScoredScaling>& scaling_fields();
const Fields<ScoredDependency>& dependency_fields();
const Fields<ScoredTraffic>& traffic_fields();  // traffic_fields.cc

Json areas();  // the type of an area's name
// The id of a row; null when there is none.
Json id_of(RequirementId id, const Scorecard& card);

}  // namespace shakedown::report
