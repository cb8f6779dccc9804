// What the pure functions behind verdicts say over grids of arguments and drawn data: words, bounds, trends, outages, ledgers.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace shakedown::gallery {

// A name and its lines.
using Figures = std::vector<std::pair<std::string, std::string>>;

Figures words();     // as people read numbers; what would decide a row
Figures bounds();    // confidence bounds and what they need
Figures measured();  // what is made of checks and writes
Figures recorded();  // what is kept of answers and seconds
Figures searches();  // what a search tries next, and what its windows cannot show

}  // namespace shakedown::gallery
