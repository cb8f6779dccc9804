// "Did you mean": the nearest known word. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace shakedown {

// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other
// (optimal string alignment), case ignored.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The nearest of the words if it is near enough to be a slip (a third of the length, at least 1),
// else "".
std::string nearest_word(std::string_view word, const std::vector<std::string>& known);

// "did you mean `x`?", else "known here: `a`, `b`", else "".
std::string suggestion(std::string_view word, const std::vector<std::string>& known);

}  // namespace shakedown
