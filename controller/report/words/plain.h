// What page one says about the run itself, without the words of the trade.
// Results are plain text, clean() but not escaped. Threads: free functions without state.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "controller/model/scorecard.h"

namespace shakedown::report {

// All that still stands of what the run did.
std::vector<std::string> leftovers(const Scorecard& scorecard);
// Text without the words that page one avoids; `otherwise` when one occurs.
std::string plain_or(std::string_view text, std::string_view otherwise);
// What else is wrong with the run as a whole, in plain sentences; empty when it is valid and completed.
std::vector<std::string> run_trouble(const Scorecard& scorecard);

}  // namespace shakedown::report
