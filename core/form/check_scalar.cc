#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include "core/base/regex.h"
#include "core/base/units.h"
#include "core/form/check.h"
#include "core/form/holes.h"
#include "core/form/suggest.h"
#include "core/form/url.h"

namespace shakedown {
namespace {

constexpr std::size_t kLongestText = 65536;

Finding not_as_expected(const Node& node, const Shape& shape, std::string hint = {}) {
  return {"expected " + expected(shape) + ", found " + describe(node), std::move(hint)};
}

// {token} without quotes is a mapping from token to nothing.
std::string hint_for_text(const Node& node) {
  if (node.type == NodeType::mapping && node.plain && node.entries.size() == 1 && node.entries[0].value.type == NodeType::null) {
    return "quote this: \"{" + node.entries[0].key + "}\"";
  }
  if (node.type == NodeType::null) return node.text.empty() ? "write a text, or remove it" : "quote it";
  if (node.scalar()) return "quote it: \"" + node.text + "\"";
  return "quote braces and brackets that are text";
}

Finding out_of_range(const Node& node, const Shape& shape) {
  return {"expected " + range_text(shape) + ", found " + ticked(node.text), {}};
}

bool in_range(double value, const Shape& shape) {
  return (shape.above_low ? value > shape.low : value >= shape.low) && value <= shape.high;
}

bool number_without_unit(const Node& node) {
  const NodeType type = core_type(node.text);
  return type == NodeType::integer || type == NodeType::number;
}

std::string unit_hint(const Node& node, Form form) {
  const std::string n = node.text;
  switch (form) {
    case Form::duration: return "add a unit: " + n + "s or " + n + "ms";
    case Form::rate: return "add a unit: " + n + "/s";
    case Form::share: return "add a percent sign: 99.9% is a share, " + n + " is not";
    default: return "add a unit: " + n + "B or " + n + "KiB";
  }
}

// The quantity as a number in base units; nothing when it cannot be read.
std::optional<double> quantity(const std::string& text, Form form) {
  if (form == Form::duration) {
    const auto value = parse_duration(text);
    return value ? std::optional<double>(seconds(value.value())) : std::nullopt;
  }
  if (form == Form::rate) {
    const auto value = parse_rate(text);
    return value ? std::optional<double>(value.value().per_second) : std::nullopt;
  }
  if (form == Form::share) {
    const auto value = parse_share(text);
    return value ? std::optional<double>(value.value().value) : std::nullopt;
  }
  const auto value = parse_bytes(text);
  return value ? std::optional<double>(static_cast<double>(value.value().count)) : std::nullopt;
}

Finding check_quantity(const Node& node, const Shape& shape) {
  if (!node.scalar() || node.type == NodeType::null || node.type == NodeType::boolean) {
    return not_as_expected(node, shape);
  }
  std::optional<double> value;
  if (shape.form == Form::bytes && node.type == NodeType::integer) {
    value = number_of(node);
  } else if (number_without_unit(node)) {
    return {"a unit is missing: expected " + expected(shape) + ", found " + ticked(node.text), unit_hint(node, shape.form)};
  } else {
    value = quantity(node.text, shape.form);
  }
  if (!value) {
    const bool negative = node.text.starts_with('-');
    const bool zero = shape.form == Form::rate && node.text.starts_with("0");
    if (negative || zero) return {"expected " + expected(shape) + " above zero, found " + ticked(node.text), {}};
    return not_as_expected(node, shape);
  }
  return in_range(*value, shape) ? Finding{} : out_of_range(node, shape);
}

Finding check_number(const Node& node, const Shape& shape) {
  const bool integer = node.type == NodeType::integer;
  if (!integer && !(shape.form == Form::number && node.type == NodeType::number)) {
    const bool in_quotes = node.type == NodeType::text && !node.plain && core_type(node.text) != NodeType::text;
    return not_as_expected(node, shape, in_quotes ? "remove the quotes" : "");
  }
  const std::optional<double> value = number_of(node);
  return value && in_range(*value, shape) ? Finding{} : out_of_range(node, shape);
}

Finding check_choice(const Node& node, const Shape& shape) {
  if (!node.scalar()) return not_as_expected(node, shape);
  const auto has = [&](const std::vector<std::string>& list) {
    return std::find(list.begin(), list.end(), node.text) != list.end();
  };
  if (node.type == NodeType::text && has(shape.words)) return {};
  if (has(shape.later)) return {ticked(node.text) + " is reserved for a later version", {}};
  if (shape.words.size() == 1) return not_as_expected(node, shape, "write " + shape.words[0]);
  if (node.type != NodeType::text) return not_as_expected(node, shape);
  return {"unknown word " + ticked(node.text), suggestion(node.text, shape.words)};
}

Finding check_reference(const Node& node, const Shape& shape, const Names& names) {
  if (node.type != NodeType::text) return not_as_expected(node, shape, hint_for_text(node));
  if (names.find(shape.refers_to, node.text)) return {};
  const auto& known = names.of(shape.refers_to);
  return {"there is no " + shape.refers_to + " called " + ticked(node.text),
          known.empty() ? "the scenario declares no " + shape.refers_to : suggestion(node.text, known)};
}

Finding check_holes(const Node& node, const Shape& shape, const Names& names) {
  const HoleText parsed = parse_holes(node.text, shape.words, names.of("secret"));
  if (parsed.unknown.empty()) return {};
  std::vector<std::string> known = shape.words;
  known.insert(known.end(), names.of("secret").begin(), names.of("secret").end());
  const std::string word = parsed.unknown.front();
  const std::string hint = suggestion(word, known);
  return {"{" + word + "} is no known name", hint.empty() ? "declare it as a secret" : hint};
}

Finding check_regex(const Node& node, const Shape& shape) {
  const Result<Regex> made = Regex::make(node.text);
  return made ? Finding{} : not_as_expected(node, shape, made.error().message);
}

Finding check_status(const Node& node, const Shape& shape) {
  if (node.type == NodeType::integer) {
    const auto value = number_of(node);
    if (value && *value >= 100 && *value <= 599) return {};
    return {"expected a status from 100 to 599, found " + ticked(node.text), {}};
  }
  const bool class_of = node.type == NodeType::text && matches(node.text, "[1-5]xx");
  return class_of ? Finding{} : not_as_expected(node, shape);
}

// What a text must be beyond being a text.
Finding check_text(const Node& node, const Shape& shape, const Names& names) {
  if (node.type != NodeType::text) return not_as_expected(node, shape, hint_for_text(node));
  if (node.text.size() > kLongestText) return {"a text of more than 65536 bytes", "shorten it"};
  if (node.text.find('\0') != std::string::npos) return {"a NUL byte in a text", "remove it"};
  if (shape.form == Form::pointer) {
    return matches(node.text, "(/[^~]*(~[01][^~]*)*)?") ? Finding{} : not_as_expected(node, shape);
  }
  if (node.text.empty() && !shape.may_be_empty) return {"expected " + expected(shape) + ", found an empty text", {}};
  if (!shape.pattern.empty() && !matches(node.text, shape.pattern)) {
    return {"expected " + shape.pattern_doc + ", found " + ticked(node.text), {}};
  }
  switch (shape.form) {
    case Form::holes: return check_holes(node, shape, names);
    case Form::name: return matches(node.text, kNamePattern) ? Finding{} : not_as_expected(node, shape, "at most 64 of them");
    case Form::url: {
      // A password must not reach the terminal.
      if (node.text.find('@') != std::string::npos) return {"an address with a user", "secrets belong into headers"};
      const auto url = parse_url(node.text, shape.schemes);
      return url ? Finding{} : not_as_expected(node, shape, url.error().message);
    }
    case Form::date:
      if (matches(node.text, "[0-9]{4}-[0-9]{2}-[0-9]{2}") && parse_wall(node.text)) return {};
      return not_as_expected(node, shape);
    case Form::regex: return check_regex(node, shape);
    case Form::objective:
      if (matches(node.text, "(<=|>=) *[0-9].*")) return {};
      return not_as_expected(node, shape, "write <= or >=, a number and its unit, in quotes");
    default: return {};
  }
}

}  // namespace

std::optional<double> number_of(const Node& node) {
  std::string_view s = node.text;
  const bool hex = s.starts_with("0x"), octal = s.starts_with("0o");
  if (hex || octal) {
    uint64_t value = 0;
    const auto r = std::from_chars(s.data() + 2, s.data() + s.size(), value, hex ? 16 : 8);
    return r.ec == std::errc() ? std::optional<double>(static_cast<double>(value)) : std::nullopt;
  }
  if (s.starts_with('+')) s.remove_prefix(1);
  double value = 0;
  const auto r = std::from_chars(s.data(), s.data() + s.size(), value);
  if (r.ec != std::errc() || !std::isfinite(value)) return std::nullopt;
  return value;
}

bool matches(const std::string& text, const std::string& pattern) {
  // The patterns are those of the description: few, and compiled once for each thread.
  thread_local std::map<std::string, Regex> compiled;
  auto found = compiled.find(pattern);
  if (found == compiled.end()) found = compiled.emplace(pattern, Regex::make(pattern).value()).first;
  return found->second.is_all_of(text);
}

Finding check_scalar(const Node& node, const Shape& shape, const Names& names) {
  switch (shape.form) {
    case Form::duration:
    case Form::rate:
    case Form::share:
    case Form::bytes: return check_quantity(node, shape);
    case Form::integer:
    case Form::number: return check_number(node, shape);
    case Form::choice: return check_choice(node, shape);
    case Form::boolean:
      if (node.type == NodeType::boolean) return {};
      return not_as_expected(node, shape, "write true or false without quotes; yes, no, on and off are texts");
    case Form::reference: return check_reference(node, shape, names);
    case Form::any_value: return node.scalar() ? Finding{} : not_as_expected(node, shape);
    case Form::status: return check_status(node, shape);
    default: return check_text(node, shape, names);
  }
}

}  // namespace shakedown
