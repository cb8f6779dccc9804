// Compares a tree with its description and reports every difference in form: unknown, missing and
// reserved keys, wrong types, missing units, values out of range, names that nobody declares,
// unknown holes.
#pragma once

#include "core/form/names.h"
#include "core/form/shape.h"
#include "core/form/tree.h"

namespace shakedown {

// Marks what is wrong as bad, so that later stages take it as absent and do not report it again.
// label: how messages call the whole.
void check_form(Node& root, const Shape& shape, const Names& names, Diagnostics& diagnostics,
                const std::string& label = "the file");

// What is wrong with one scalar; an empty problem = nothing. In check_scalar.cc.
struct Finding {
  std::string problem;
  std::string hint;
};
Finding check_scalar(const Node& node, const Shape& shape, const Names& names);
// The value of an integer or number node; nothing when it does not fit a double.
std::optional<double> number_of(const Node& node);

inline constexpr const char* kNamePattern = "[A-Za-z0-9][A-Za-z0-9_.-]{0,63}";
bool matches(const std::string& text, const std::string& pattern);

}  // namespace shakedown
