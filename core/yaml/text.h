// What can be said about a YAML text before, or instead of, parsing it. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "core/form/diagnostic.h"

namespace shakedown {

inline constexpr std::size_t kLargestScenario = 1'000'000;  // bytes
inline constexpr int kDeepestScenario = 64;                 // lists and mappings inside each other

// Too large, empty, NUL bytes, control characters, broken UTF-8, tabs in the indentation. False: do
// not parse.
bool readable_text(std::string_view text, Diagnostics& diagnostics);

// A parser's complaint at a position (1-based) turned into a diagnostic, with "quote this" where an
// unquoted
// `{`, `>`, `%`, `@`, `*`, `&` or `: ` is the likely reason.
void explain_syntax_error(std::string_view text, Position at, const std::string& message, Diagnostics& diagnostics);

}  // namespace shakedown
