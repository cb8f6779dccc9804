// Checks and controls as the scorecard lists them.
#pragma once

#include "controller/judge/evidence.h"
#include "controller/model/scorecard.h"

namespace shakedown::judging {

// The last result of a check; nullptr when it was not run.
const CheckResult* result_of(CheckId check, const Timeline& timeline);

// Every check of the scenario, in its order; one that was not run is not done.
std::vector<ScoredCheck> summarize_checks(const Evidence& evidence);
std::vector<ScoredCleanup> summarize_cleanups(const Evidence& evidence);
std::vector<ScoredAddress> summarize_addresses(const Evidence& evidence);

// Every control that a row names, in the order in which they are first named. Its state is the worst of its rows: fail,
// then unknown, then not proven; so a control whose rows have no evidence is unknown.
std::vector<ScoredControl> summarize_controls(const std::vector<ScoredRequirement>& rows);

}  // namespace shakedown::judging
