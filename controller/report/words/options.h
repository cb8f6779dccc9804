// The ways out of a row, as sentences: plain enough for page one. Results are plain text, not yet clean() nor escaped.
// Threads: free functions without state.
#pragma once

#include <string>

#include "controller/model/trade_off.h"

namespace shakedown::report {

// "Work first on what breaks if the process dies: 75 % of the 4 017 failed requests predicted a month at our test load".
std::string option_words(const TradeOff& option);
// What it takes for granted; "none".
std::string assumption_words(const TradeOff& option);
// Who would have to act; "nobody is named".
std::string person_words(const TradeOff& option);

// What a fault does: "the process dies", "the workers of ledger hang".
std::string happening_words(const Happening& happening);

}  // namespace shakedown::report
