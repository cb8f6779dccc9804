// How sure a failed row is, and which of many failed rows decide. Each row may fail by chance with 1 - its confidence, so
// that of many rows at their limits some fail although nothing is wrong.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "controller/judge/evidence.h"
#include "controller/model/requirement.h"

namespace shakedown::judging {

// Per row of the scorecard: 1 - the highest confidence at which it still fails (1 when it does not fail). Absent: its
// verdict rests on no chance, or it does not take part (not must, or not judged).
using Chances = std::vector<std::optional<double>>;

// Whether a bound at a confidence stands behind the verdict. Not so: RTO and RPO without a share, checks, counts (of an
// impact, too, but for its delay), losses, and dependencies of which no counter is read.
bool rests_on_chance(const Requirement& requirement, const Scenario& scenario);

// 1 - the highest confidence at which the row still fails, found by asking its own judging function; never below 1e-9.
double chance_of_fail(const Requirement& requirement, const Evidence& evidence);

// Holm's step-down procedure (Scand. J. Statist. 6, 1979, 65-70): which of the rows that take part are rejected, the chance
// of any false one being at most alpha. By row.
std::vector<bool> holm(const Chances& chances, double alpha);

}  // namespace shakedown::judging
