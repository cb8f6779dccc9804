// The description of a form, as data: what readers walk, what a text is checked against, and what the JSON schema
// and the reference page are generated from. Ownership: a Shape owns its parts by value. Threads:
// built once, then read-only.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "core/form/url.h"

namespace shakedown {

enum class Form {
  // scalars
  text,
  name,
  reference,
  choice,
  boolean,
  integer,
  number,
  duration,
  rate,
  share,
  bytes,
  holes,  // a text in which {name} of a known name is replaced
  path,   // a file or folder; relative ones start at the scenario's folder
  url,
  date,
  regex,
  pointer,
  any_value,  // a scalar of any type, for comparison with a JSON value
  status,     // 200 or 2xx
  objective,  // ">= 99.9%", read by the requirement's SLI
  // containers
  list,
  one_or_list,
  mapping,
  named,   // a mapping from names to items
  beside,  // which form applies is said by the key beside it: see shape_beside
};

struct Key;
struct Node;

struct Shape {
  Form form = Form::text;
  std::string title;  // mapping: its name in messages and a heading of the reference: "a probe"
  std::string doc;
  double low = -std::numeric_limits<double>::infinity();  // integer, number; duration in seconds;
                                                          // rate per second;
  double high = std::numeric_limits<double>::infinity();  // share 0..1; bytes: inclusive bounds
  bool above_low = false;                                 // low itself is excluded
  bool may_be_empty = false;                              // text
  std::string
      pattern;  // text, holes, keys of named: a regular expression (core/base/regex.h), the whole text; pattern_doc in words
  std::string pattern_doc;
  std::vector<std::string> words;       // choice; holes: the names beside secrets
  std::vector<Scheme> schemes;          // url
  std::string refers_to;                // reference: "probe"; named, list: what is declared here, by key or by name/id
  Form key_form = Form::name;           // named: name = declares refers_to, reference = names one, text =
                                        // matches pattern
  std::vector<Shape> item;              // list, one_or_list, named: exactly one
  std::size_t fewest = 0, most = 1000;  // list, named
  std::vector<Key> keys;                // mapping; beside: the form that applies where a key of this name is written
  std::string within;                   // beside: the key of the mapping beside it in which that key stands; "" = beside itself
  std::vector<std::string> later;       // mapping: keys; choice: words, reserved for a later version
  std::vector<std::vector<std::string>> exactly_one;  // mapping: of these keys
  std::vector<std::vector<std::string>> at_least_one;
  std::vector<std::vector<std::string>> not_together;
  std::vector<std::pair<std::string, std::string>> needs;  // the first key demands the second

  const Key* find(std::string_view key) const;
  std::vector<std::string> key_names() const;
};

struct Key {
  std::string name;
  Shape shape;
  bool required = false;
  std::string fallback;      // what is taken when the key is absent; a literal the decoder reads
  std::string fallback_doc;  // the same in words, when it is no literal
  std::string doc;
};

// Keys.
Key need(std::string name, Shape shape, std::string doc);
Key may(std::string name, Shape shape, std::string doc);  // absent = nothing
Key may(std::string name, Shape shape, std::string fallback,
        std::string doc);  // absent = the literal
Key otherwise(std::string name, Shape shape, std::string fallback_doc, std::string doc);

// Scalars. Bounds inclusive; durations in seconds.
Shape text();
Shape text_like(std::string pattern, std::string pattern_doc);
Shape optional_text();  // may be ""
Shape name();           // of something declared here
Shape reference(std::string to);
Shape choice(std::vector<std::string> words, std::vector<std::string> later = {});
Shape boolean();
Shape integer(double low, double high);
Shape number_above(double low, double high);
Shape duration(double low, double high);
Shape duration_above_zero(double high);
Shape rate(double high);
Shape share_between(double low, double high);
Shape bytes(double low, double high);
Shape holes(std::vector<std::string> names);
Shape url(std::vector<Scheme> schemes = web_schemes());
Shape scalar(Form form);
Shape command_shape();          // program and arguments, no shell
Shape command_or_name_shape();  // the same, or a name that the policy of the agent gives to one

// Containers.
Shape list_of(Shape item, std::size_t fewest = 1, std::size_t most = 1000);
Shape one_or_list_of(Shape item);
Shape named(std::string kind, Shape item);
Shape named_like(std::string pattern, std::string pattern_doc,
                 Shape item);                  // keys that declare nothing
Shape named_by(std::string kind, Shape item);  // keys that refer
Shape mapping(std::string title, std::string doc, std::vector<Key> keys);

// One of several forms: each key's shape applies where a key of that name stands beside it, or within this mapping beside it.
Shape beside(std::vector<Key> choices, std::string within = {});
// The shape itself, or which of its choices applies among these keys (the first where none is written).
const Shape& shape_beside(const Shape& shape, const Node& around);

// What a value of the shape looks like, for messages: "a duration such as 10ms, 1.5s or 2m".
std::string expected(const Shape& shape);
// The type column of the reference: "duration", "list of operation names".
std::string type_name(const Shape& shape);
// The allowed range in words, "" when there is none: "above 0s, at most 1h".
std::string range_text(const Shape& shape);

// "a probe", "an agent".
std::string with_article(const std::string& noun);

}  // namespace shakedown
