#include <cmath>
#include <set>

#include <nlohmann/json.hpp>

#include "controller/scenario/scenario.h"
#include "controller/scenario/sections/describe.h"
#include "core/form/check.h"

namespace shakedown {
namespace {

using Json = nlohmann::ordered_json;

const std::string kNumber = "[0-9]+(\\.[0-9]+)?";

std::string whole(const std::string& pattern) { return "^(?:" + pattern + ")$"; }

std::string duration_pattern(bool above_zero) {
  std::string out = above_zero ? "^(?=.*[1-9])(?=[0-9])" : "^(?=[0-9])";
  for (const char* unit : {"d", "h", "(m|min)", "s", "ms", "us", "ns"}) out += "(" + kNumber + unit + ")?";
  return out + "$";
}

std::string rate_pattern() { return "^(?=[^/]*[1-9])" + kNumber + "/(s|min|h|d|week|month)$"; }

std::string share_pattern() { return "^(100(\\.0+)?|[0-9]{1,2}(\\.[0-9]+)?)%$"; }

std::string url_pattern(const std::vector<Scheme>& schemes) {
  std::string names;
  for (const Scheme& scheme : schemes) names += (names.empty() ? "" : "|") + scheme.name;
  return "^(" + names + ")://[^@?# ]+$";
}

Json pattern(const std::string& regex) { return {{"type", "string"}, {"pattern", regex}}; }

class SchemaWriter {
 public:
  Json write(const Shape& root) {
    Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", "Shakedown scenario, version 1"}};
    schema.update(mapping(root));
    schema["$defs"] = std::move(definitions_);
    return schema;
  }

 private:
  Json any(const Shape& shape);
  Json scalar(const Shape& shape);
  Json list(const Shape& shape);
  Json named(const Shape& shape);
  Json mapping(const Shape& shape);
  Json reference(const Shape& shape);
  void rule_beside(const Key& key, Json& rules);

  Json definitions_ = Json::object();
};

Json bounded(const char* type, const Shape& shape) {
  Json out = {{"type", type}};
  if (std::isfinite(shape.low)) out[shape.above_low ? "exclusiveMinimum" : "minimum"] = shape.low;
  if (std::isfinite(shape.high)) out["maximum"] = shape.high;
  return out;
}

Json text_schema(const Shape& shape) {
  Json out = {{"type", "string"}};
  if (!shape.may_be_empty) out["minLength"] = 1;
  if (!shape.pattern.empty()) out["pattern"] = whole(shape.pattern);
  return out;
}

Json SchemaWriter::scalar(const Shape& shape) {
  switch (shape.form) {
    case Form::name: return pattern(whole(kNamePattern));
    case Form::choice: return {{"enum", shape.words}};
    case Form::boolean: return {{"type", "boolean"}};
    case Form::integer: return bounded("integer", shape);
    case Form::number: return bounded("number", shape);
    case Form::duration: return pattern(duration_pattern(shape.above_low || shape.low > 0));
    case Form::rate: return pattern(rate_pattern());
    case Form::share: return pattern(share_pattern());
    case Form::bytes:
      return {{"anyOf", Json::array({bounded("integer", shape), pattern("^" + kNumber + "(B|KB|KiB|MB|MiB|GB|GiB|TB|TiB)$")})}};
    case Form::url: return pattern(url_pattern(shape.schemes));
    case Form::date: return pattern("^[0-9]{4}-[0-9]{2}-[0-9]{2}$");
    case Form::regex: return {{"type", "string"}, {"minLength", 1}, {"format", "re2-regex"}};
    case Form::pointer: return pattern("^(/[^~]*(~[01][^~]*)*)?$");
    case Form::any_value: return {{"type", {"string", "number", "boolean", "null"}}};
    case Form::status:
      return {{"anyOf", Json::array({{{"type", "integer"}, {"minimum", 100}, {"maximum", 599}}, pattern("^[1-5]xx$")})}};
    case Form::objective: return pattern("^(<=|>=) *[0-9].*$");
    default: return text_schema(shape);
  }
}

Json SchemaWriter::list(const Shape& shape) {
  Json out = {{"type", "array"}, {"items", any(shape.item.front())}};
  if (shape.fewest > 0) out["minItems"] = shape.fewest;
  out["maxItems"] = shape.most;
  return out;
}

Json SchemaWriter::named(const Shape& shape) {
  Json out = {{"type", "object"}, {"minProperties", 1}, {"additionalProperties", any(shape.item.front())}};
  if (shape.key_form == Form::name) out["propertyNames"] = pattern(whole(kNamePattern));
  if (shape.key_form == Form::text) out["propertyNames"] = pattern(whole(shape.pattern));
  return out;
}

Json required_one_of(const std::vector<std::string>& keys) {
  Json out = Json::array();
  for (const std::string& key : keys) out.push_back({{"required", {key}}});
  return out;
}

// A default as the JSON value that would be written.
Json literal(const Key& key) {
  switch (key.shape.form) {
    case Form::boolean: return key.fallback == "true";
    case Form::integer:
    case Form::number: return Json::parse(key.fallback);
    default: return key.fallback;
  }
}

Json SchemaWriter::mapping(const Shape& shape) {
  Json properties = Json::object(), required = Json::array(), rules = Json::array();
  for (const Key& key : shape.keys) {
    Json property = any(key.shape);
    if (key.shape.form == Form::beside && key.shape.keys.size() > 1) rule_beside(key, rules);
    property["description"] = key.doc;
    if (!key.fallback.empty()) property["default"] = literal(key);
    properties[key.name] = std::move(property);
    if (key.required) required.push_back(key.name);
  }
  Json out = {{"description", shape.doc}, {"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) out["required"] = std::move(required);
  out["additionalProperties"] = false;
  for (const auto& group : shape.exactly_one) rules.push_back({{"oneOf", required_one_of(group)}});
  for (const auto& group : shape.at_least_one) rules.push_back({{"anyOf", required_one_of(group)}});
  for (const auto& pair : shape.not_together) rules.push_back({{"not", {{"required", pair}}}});
  if (!rules.empty()) out["allOf"] = std::move(rules);
  Json needs = Json::object();
  for (const auto& [first, second] : shape.needs) needs[first].push_back(second);
  if (!needs.empty()) out["dependentRequired"] = std::move(needs);
  return out;
}

// What is beside the key says which form it has.
void SchemaWriter::rule_beside(const Key& key, Json& rules) {
  for (const Key& choice : key.shape.keys) {
    Json there = {{"required", {choice.name}}};
    if (!key.shape.within.empty()) {
      there = {{"required", {key.shape.within}}, {"properties", {{key.shape.within, std::move(there)}}}};
    }
    rules.push_back({{"if", std::move(there)}, {"then", {{"properties", {{key.name, any(choice.shape)}}}}}});
  }
}

// Mappings are written once, under their title.
Json SchemaWriter::reference(const Shape& shape) {
  if (!definitions_.contains(shape.title)) {
    definitions_[shape.title] = nullptr;  // keeps its place in the order of first use
    Json definition = mapping(shape);
    definitions_[shape.title] = std::move(definition);
  }
  std::string pointer = "#/$defs/";
  for (const char c : shape.title) pointer += c == ' ' ? std::string("%20") : std::string(1, c);
  return {{"$ref", pointer}};
}

Json SchemaWriter::any(const Shape& shape) {
  switch (shape.form) {
    case Form::list: return list(shape);
    case Form::one_or_list: {
      const Shape one = shape.pattern.empty() ? shape.item.front() : text_like(shape.pattern, shape.pattern_doc);
      return {{"anyOf", Json::array({any(one), list(shape)})}};
    }
    case Form::named: return named(shape);
    case Form::mapping: return reference(shape);
    case Form::beside: return shape.keys.size() == 1 ? any(shape.keys.front().shape) : Json::object();
    default: return scalar(shape);
  }
}

}  // namespace

std::string scenario_schema_json() { return SchemaWriter().write(scenario_shape()).dump(2) + "\n"; }

}  // namespace shakedown
