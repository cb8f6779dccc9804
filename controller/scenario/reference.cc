#include <set>
#include <vector>

#include "controller/scenario/scenario.h"
#include "controller/scenario/sections/describe.h"

namespace shakedown {
namespace {

const char* const kIntroduction = R"(# Scenario reference

Generated from the description in `controller/scenario/sections/describe_*.cc` that also drives the decoder and the JSON schema
(`shakedown schema`); do not edit, run `UPDATE=1 tests/golden/config/diagnostics_test.py`. The format is taught step by step in
[scenarios/README.md](../scenarios/README.md).

**YAML.** The core types of YAML 1.2: `true`, `false`, `null`, numbers; everything else is text (`yes` and `on` too). No tags,
no `<<`, every key once, spaces for indentation. Quote what begins with `{`, `[`, `>`, `%`, `@`, `*` or `&`, and what holds `: `.

**Quantities** always have a unit.

| type | written as |
| --- | --- |
| duration | `10ms` `1.5s` `2m` `1h30m` `30d`; units ns us ms s m (or min) h d, the larger first |
| rate | `500/s` `30/min` `2/h` `2/d` `2/week` `2/month` (a month has 30 days) |
| share | `99.9%` |
| size | `512B` `16KiB` `2MB`; units B KB KiB MB MiB GB GiB TB TiB; a plain number is bytes |
| objective | `">= 99.9%"` `"<= 20ms"` `"<= 0 writes"`: quoted, in the unit and the direction of its SLI |
| name | up to 64 letters, digits, `_`, `-`, `.` |
| text with holes | a text in which `{name}` of a known name is replaced; every other brace is text, so JSON needs no escape |
| path | relative ones start at the scenario's folder |
| status | `200`, or a class: `2xx` |

)";

// Anchor of a heading as the common renderers derive it.
std::string anchor(const std::string& title) {
  std::string out = "#";
  for (const char c : title) out += c == ' ' ? '-' : c;
  return out;
}

// The mapping inside lists and names; nullptr for scalars.
const Shape* inner_mapping(const Shape& shape) {
  if (shape.form == Form::mapping) return &shape;
  if (shape.form == Form::beside && shape.keys.size() == 1) return inner_mapping(shape.keys.front().shape);
  return shape.item.empty() ? nullptr : inner_mapping(shape.item.front());
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string type_cell(const Shape& shape) {
  if (shape.form == Form::beside && shape.keys.size() > 1) {
    std::string all;
    for (const Key& choice : shape.keys)
      all += (all.empty() ? "" : "; ") + type_cell(choice.shape) + " beside `" + choice.name + "`";
    return all + (shape.within.empty() ? "" : " in `" + shape.within + "`");
  }
  const Shape* mapping = inner_mapping(shape);
  std::string out = escaped(type_name(shape));
  if (mapping != nullptr) {
    const std::size_t at = out.rfind(mapping->title);
    out.replace(at, mapping->title.size(), "[" + mapping->title + "](" + anchor(mapping->title) + ")");
  }
  const Shape& scalar = shape.item.empty() ? shape : shape.item.front();
  const std::string range = range_text(scalar);
  return range.empty() ? out : out + "; " + range;
}

std::string default_cell(const Key& key) {
  if (key.required) return "**required**";
  if (!key.fallback.empty()) return "`" + key.fallback + "`";
  return escaped(key.fallback_doc);
}

std::string words(const std::vector<std::string>& list) {
  std::string out;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (i > 0) out += ", ";
    out += "`" + list[i] + "`";
  }
  return out;
}

std::string rules(const Shape& shape) {
  std::string out;
  for (const auto& group : shape.exactly_one) out += "Exactly one of " + words(group) + ". ";
  for (const auto& group : shape.at_least_one) out += "At least one of " + words(group) + ". ";
  for (const auto& group : shape.not_together) out += "Not together: " + words(group) + ". ";
  for (const auto& [first, second] : shape.needs) out += "`" + first + "` needs `" + second + "`. ";
  if (!shape.later.empty()) out += "Reserved for a later version: " + words(shape.later) + ". ";
  if (!out.empty()) out.back() = '\n';
  return out.empty() ? out : "\n" + out;
}

// One section for each mapping, in the order of first use.
void write(const Shape& shape, std::set<std::string>& done, std::string& out) {
  if (!done.insert(shape.title).second) return;
  out += "## " + shape.title + "\n\n" + shape.doc + "\n\n| key | type | default | meaning |\n| --- | --- | --- | --- |\n";
  for (const Key& key : shape.keys) {
    out += "| `" + key.name + "` | " + type_cell(key.shape) + " | " + default_cell(key) + " | " + escaped(key.doc) + " |\n";
  }
  out += rules(shape) + "\n";
  for (const Key& key : shape.keys) {
    const Shape* inner = inner_mapping(key.shape);
    if (inner != nullptr) write(*inner, done, out);
    if (key.shape.form != Form::beside) continue;
    for (const Key& choice : key.shape.keys) write(choice.shape, done, out);
  }
}

}  // namespace

std::string scenario_reference_markdown() {
  std::string out = kIntroduction;
  std::set<std::string> done;
  write(scenario_shape(), done, out);
  while (out.ends_with("\n\n")) out.pop_back();
  return out;
}

}  // namespace shakedown
