#include "core/form/shape.h"

#include <cmath>

#include "core/base/units.h"
#include "core/form/check.h"

namespace shakedown {
namespace {

Shape of(Form form) {
  Shape shape;
  shape.form = form;
  return shape;
}

Shape between(Form form, double low, double high) {
  Shape shape = of(form);
  shape.low = low;
  shape.high = high;
  return shape;
}

std::string limit_text(const Shape& shape, double limit) {
  switch (shape.form) {
    case Form::duration: return limit == 0 ? "0s" : format_duration(from_seconds(limit));
    case Form::rate: return format_rate(Rate{limit});
    case Form::share: return format_share(Share{limit});
    case Form::bytes: return format_bytes(Bytes{static_cast<uint64_t>(limit)});
    default: return format_number(limit);
  }
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " or " : ", ";
    out += words[i];
  }
  return out;
}

}  // namespace

const Key* Shape::find(std::string_view key) const {
  for (const Key& candidate : keys) {
    if (candidate.name == key) return &candidate;
  }
  return nullptr;
}

std::vector<std::string> Shape::key_names() const {
  std::vector<std::string> names;
  for (const Key& key : keys) names.push_back(key.name);
  return names;
}

Key need(std::string name, Shape shape, std::string doc) {
  return {std::move(name), std::move(shape), true, {}, {}, std::move(doc)};
}
Key may(std::string name, Shape shape, std::string doc) {
  return {std::move(name), std::move(shape), false, {}, {}, std::move(doc)};
}
Key may(std::string name, Shape shape, std::string fallback, std::string doc) {
  return {std::move(name), std::move(shape), false, std::move(fallback), {}, std::move(doc)};
}
Key otherwise(std::string name, Shape shape, std::string fallback_doc, std::string doc) {
  return {std::move(name), std::move(shape), false, {}, std::move(fallback_doc), std::move(doc)};
}

Shape text() { return of(Form::text); }
Shape text_like(std::string pattern, std::string pattern_doc) {
  Shape shape = text();
  shape.pattern = std::move(pattern);
  shape.pattern_doc = std::move(pattern_doc);
  return shape;
}
Shape optional_text() {
  Shape shape = text();
  shape.may_be_empty = true;
  return shape;
}
Shape name() { return of(Form::name); }
Shape reference(std::string to) {
  Shape shape = of(Form::reference);
  shape.refers_to = std::move(to);
  return shape;
}
Shape choice(std::vector<std::string> words, std::vector<std::string> later) {
  Shape shape = of(Form::choice);
  shape.words = std::move(words);
  shape.later = std::move(later);
  return shape;
}
Shape boolean() { return of(Form::boolean); }
Shape integer(double low, double high) { return between(Form::integer, low, high); }
Shape number_above(double low, double high) {
  Shape shape = between(Form::number, low, high);
  shape.above_low = true;
  return shape;
}
Shape duration(double low, double high) { return between(Form::duration, low, high); }
Shape duration_above_zero(double high) {
  Shape shape = duration(0, high);
  shape.above_low = true;
  return shape;
}
Shape rate(double high) {
  Shape shape = between(Form::rate, 0, high);
  shape.above_low = true;
  return shape;
}
Shape share_between(double low, double high) { return between(Form::share, low, high); }
Shape bytes(double low, double high) { return between(Form::bytes, low, high); }
Shape holes(std::vector<std::string> names) {
  Shape shape = of(Form::holes);
  shape.words = std::move(names);
  return shape;
}
Shape url(std::vector<Scheme> schemes) {
  Shape shape = of(Form::url);
  shape.schemes = std::move(schemes);
  return shape;
}
Shape scalar(Form form) { return of(form); }
Shape command_shape() { return list_of(text(), 1, 256); }
Shape command_or_name_shape() {
  Shape shape = command_shape();
  shape.form = Form::one_or_list;
  shape.pattern = kNamePattern;
  shape.pattern_doc = "program and arguments in [ ], or the name of a command";
  return shape;
}

Shape list_of(Shape item, std::size_t fewest, std::size_t most) {
  Shape shape = of(Form::list);
  shape.item.push_back(std::move(item));
  shape.fewest = fewest;
  shape.most = most;
  return shape;
}
Shape one_or_list_of(Shape item) {
  Shape shape = list_of(std::move(item));
  shape.form = Form::one_or_list;
  return shape;
}
Shape named(std::string kind, Shape item) {
  Shape shape = list_of(std::move(item));
  shape.form = Form::named;
  shape.refers_to = std::move(kind);
  return shape;
}
Shape named_like(std::string pattern, std::string pattern_doc, Shape item) {
  Shape shape = named({}, std::move(item));
  shape.key_form = Form::text;
  shape.pattern = std::move(pattern);
  shape.pattern_doc = std::move(pattern_doc);
  return shape;
}
Shape named_by(std::string kind, Shape item) {
  Shape shape = named(std::move(kind), std::move(item));
  shape.key_form = Form::reference;
  return shape;
}
Shape mapping(std::string title, std::string doc, std::vector<Key> keys) {
  Shape shape = of(Form::mapping);
  shape.title = std::move(title);
  shape.doc = std::move(doc);
  shape.keys = std::move(keys);
  return shape;
}

Shape beside(std::vector<Key> choices, std::string within) {
  Shape shape = of(Form::beside);
  shape.keys = std::move(choices);
  shape.within = std::move(within);
  return shape;
}

std::string with_article(const std::string& noun) {
  bool an = !noun.empty() && std::string_view("aeio").find(noun[0]) != std::string_view::npos;
  for (const char* spelt : {"SLI", "http", "mtbf", "mtbr", "mttr", "rto", "rpo"}) an = an || noun == spelt;
  return (an ? "an " : "a ") + noun;
}

std::string expected(const Shape& shape) {
  switch (shape.form) {
    case Form::text: return shape.pattern_doc.empty() ? "a text" : shape.pattern_doc;
    case Form::name: return "a name of letters, digits, `_`, `-` and `.`";
    case Form::reference: return "the name of " + with_article(shape.refers_to);
    case Form::choice: return joined(shape.words);
    case Form::boolean: return "true or false";
    case Form::integer: return "a whole number";
    case Form::number: return "a number";
    case Form::duration: return "a duration such as 10ms, 1.5s or 2m";
    case Form::rate: return "a rate such as 500/s or 30/min";
    case Form::share: return "a share such as 99.9%";
    case Form::bytes: return "a size such as 512, 512B or 16KiB";
    case Form::holes: return "a text";
    case Form::path: return "a path";
    case Form::url: return "an address such as http://127.0.0.1:8080";
    case Form::date: return "a date such as \"2026-12-15\"";
    case Form::regex: return "a regular expression (RE2)";
    case Form::pointer: return "a JSON pointer such as /state";
    case Form::any_value: return "a text, a number, true, false or null";
    case Form::status: return "a status such as 200 or 2xx";
    case Form::objective: return "an objective such as \">= 99.9%\"";
    case Form::list: return "a list";
    case Form::one_or_list:
      return shape.pattern.empty() ? expected(shape.item.front()) + ", or a list of them" : shape.pattern_doc;
    case Form::mapping: return "a mapping";
    case Form::named: return "a mapping";
    case Form::beside: return expected(shape.keys.front().shape);
  }
  return {};
}

std::string type_name(const Shape& shape) {
  switch (shape.form) {
    case Form::text: return "text";
    case Form::name: return "name";
    case Form::reference: return "name of " + with_article(shape.refers_to);
    case Form::choice: return (shape.words.size() > 1 ? "one of " : "the word ") + joined(shape.words);
    case Form::boolean: return "true or false";
    case Form::integer: return "whole number";
    case Form::number: return "number";
    case Form::duration: return "duration";
    case Form::rate: return "rate";
    case Form::share: return "share";
    case Form::bytes: return "size";
    case Form::holes: return "text with holes";
    case Form::path: return "path";
    case Form::url: return "address";
    case Form::date: return "date";
    case Form::regex: return "regular expression (RE2)";
    case Form::pointer: return "JSON pointer";
    case Form::any_value: return "JSON scalar";
    case Form::status: return "status";
    case Form::objective: return "objective";
    case Form::list: return "list of: " + type_name(shape.item.front());
    case Form::one_or_list:
      if (!shape.pattern.empty()) return "list of texts, or the name of a command";
      return type_name(shape.item.front()) + ", or a list of them";
    case Form::mapping: return shape.title;
    case Form::named: return "mapping to: " + type_name(shape.item.front());
    case Form::beside: return type_name(shape.keys.front().shape);
  }
  return {};
}

std::string range_text(const Shape& shape) {
  std::string out;
  if (std::isfinite(shape.low)) out = (shape.above_low ? "above " : "at least ") + limit_text(shape, shape.low);
  if (std::isfinite(shape.high)) {
    out += std::string(out.empty() ? "" : ", ") + "at most " + limit_text(shape, shape.high);
  }
  return out;
}

}  // namespace shakedown
