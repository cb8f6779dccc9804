// Declared against measured: does the team's own status or figure look greener than what was seen from outside?
#pragma once

#include "controller/judge/conclude.h"

namespace shakedown::judging {

// Sets watermelon and watermelon_reason from the settled verdict. Status and value are compared apart; the worse counts
// (optimistic, unverifiable, pessimistic, honest).
void compare_declared(const Requirement& requirement, Judged& judged);

// The one that counts of two: optimistic, unverifiable, pessimistic, honest, none.
Watermelon worse(Watermelon a, Watermelon b);

}  // namespace shakedown::judging
