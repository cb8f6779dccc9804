// Looking several times at growing evidence without paying for it in false claims. After each of at most K windows the
// bound test is done on everything so far; each look has an equal part of the error allowed (Bonferroni: exact as an
// upper limit, whatever the dependence of the looks), so that a proof and a refutation are each wrong at most as often as
// one look at the overall confidence would be. Pure.
#pragma once

#include <cstdint>

namespace shakedown {

// The one-sided confidence of each of `looks` looks: 1 - (1 - overall) / looks. looks = 0 counts as 1.
double look_confidence(double overall, uint32_t looks);

}  // namespace shakedown
