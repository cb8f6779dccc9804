// Looking several times at growing evidence without paying for it in false claims. After each of at most K windows the
// bound test is done on everything so far; each look has an equal part of the error allowed (Bonferroni: exact as an
// upper limit, whatever the dependence of the looks), so that "holds" and "breaches" are each wrong at most as often as
// one look at the overall confidence would be. Every function is pure.
#pragma once

#include <cstdint>
#include <vector>

#include "core/stats/intervals.h"

namespace shakedown {

// The one-sided confidence of each of `looks` looks: 1 - (1 - overall) / looks. looks = 0 counts as 1.
double look_confidence(double overall, uint32_t looks);

enum class LookState {
  holds,      // proved within the limit
  breaches,   // proved outside
  undecided,  // neither, and this was the last look
  more,       // neither; look again
};

// What look `look` (1-based) of `looks` says of a value that must be at most the limit. `bounds` are its one-sided
// bounds from everything so far, at look_confidence. NaN proves nothing.
LookState look_at_most(const Bounds& bounds, double limit, uint32_t look, uint32_t looks);
// The same of a value that must be at least the limit.
LookState look_at_least(const Bounds& bounds, double limit, uint32_t look, uint32_t looks);

// All SLIs of a step: it holds when each holds, with no further correction. It breaches when one breaches, so that
// of m SLIs the chance of a wrong breach is up to m times that of one: give each 1 - (1 - confidence) / m where that
// matters. Empty: undecided, for nothing was looked at.
LookState all_of(const std::vector<LookState>& states);

}  // namespace shakedown
