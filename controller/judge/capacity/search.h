// A capacity search, judged: what each step showed, what to try next, and the interval that is left. The run asks the same
// functions while the search goes on, so that the journal replays to the same answers. Pure.
#pragma once

#include <string>
#include <vector>

#include "controller/measure/timeline.h"
#include "controller/model/scorecard.h"

namespace shakedown {
namespace judging {
struct Evidence;
}

// The steps that a search's end may rest on share the error that its confidence leaves, and the windows of a step share
// their step's: each look is made at look_confidence(confidence, kSharedSteps x windows).
inline constexpr uint32_t kSharedSteps = 4;

// What one step of the search shows by its complete windows so far. It holds when every SLI clears its limit
// after one of the windows and no backlog grows, breaches when one violates it, is invalid when we ourselves were at fault,
// undecided when no window is left, and open while more windows may tell.
ScoredSearchStep judge_search_step(const Search& search, uint32_t step, const Timeline& timeline, const Manifest& manifest);

// What to do next, given the steps so far.
struct SearchOrder {
  enum class Kind { step, confirm, done } kind = Kind::done;
  double rate = 0;
  std::string reason;  // done: why
};
// Doubles from the lowest rate until something does not hold, halves the gaps below and above what stays undecided, then
// confirms; after a confirmation that fails, a step of its own a resolution lower and others until the gap below it is
// narrow again, then the next confirmation, three at most. An invalid step is repeated once.
SearchOrder next_search_order(const Search& search, const std::vector<ScoredSearchStep>& steps);

// At which one-sided confidence a held row is judged: its own, or that of a capacity or headroom row that rests on the
// search where that one's is higher.
double held_confidence(const Search& search, RequirementId held, const Scenario& scenario);

// Whether a step at this rate, per second, that breached would have done so at this one-sided confidence, too: what limited
// it, judged on the windows that the step was decided on.
bool breaches_at(const Search& search, double rate, double confidence, const judging::Evidence& evidence);

// The whole search as recorded.
ScoredSearch judge_search(const Search& search, const judging::Evidence& evidence);

}  // namespace shakedown
