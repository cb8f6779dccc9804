// The vocabulary in which schema.cc and schema_parts.cc describe fields. Only for .cc files: it brings nlohmann/json.
#pragma once

#include <initializer_list>
#include <utility>

#include "controller/report/json/number.h"

namespace shakedown::report::schema {

using Fields = std::initializer_list<std::pair<const char*, Json>>;

inline Json described(Json type, const char* text) {
  type["description"] = text;
  return type;
}

inline Json text() { return {{"type", "string"}}; }
inline Json text(const char* about) { return described(text(), about); }
inline Json flag(const char* about) { return described({{"type", "boolean"}}, about); }
inline Json count() { return {{"type", "integer"}, {"minimum", 0}}; }
inline Json count(const char* about) { return described(count(), about); }
inline Json optional_text(const char* about) { return described({{"type", {"string", "null"}}}, about); }
inline Json utc(const char* about) {
  return described({{"type", {"string", "null"}}, {"pattern", "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$"}}, about);
}
inline Json ref(const char* definition) { return {{"$ref", std::string("#/$defs/") + definition}}; }
inline Json number() { return ref("number"); }
inline Json optional_number() { return ref("optional_number"); }
inline Json one_of(std::initializer_list<const char*> words) { return {{"enum", Json(words)}}; }
inline Json list(Json items) { return {{"type", "array"}, {"items", std::move(items)}}; }

inline Json object(Fields fields) {
  Json properties = Json::object(), required = Json::array();
  for (const auto& [name, type] : fields) {
    properties[name] = type;
    required.push_back(name);
  }
  return {{"type", "object"}, {"properties", std::move(properties)}, {"required", std::move(required)}};
}

inline Json or_null(Json type) { return {{"anyOf", Json::array({std::move(type), {{"type", "null"}}})}}; }

inline Json verdicts() { return one_of({"pass", "fail", "not_proven", "unknown"}); }
inline Json watermelons() { return or_null(one_of({"honest", "optimistic", "pessimistic", "unverifiable"})); }

}  // namespace shakedown::report::schema
