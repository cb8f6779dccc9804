// GO, NO-GO or NOT PROVEN, and what the decision covers. Only rows that must hold decide; never an average.
#pragma once

#include <string>
#include <vector>

#include "controller/judge/chance.h"
#include "controller/model/scorecard.h"

namespace shakedown::judging {

// Reads requirements, reasons, valid, and the manifest's state and rejudged_from. A rejudged run is never GO. A fail that
// rests on no chance decides; of the others those that Holm leaves at 5 %, and each below 0.1 % however many rows there are.
DecisionState decide(const Scorecard& card, const Chances& chances = {});
// Why failed rows did not make it a NO-GO, as a sentence; empty when none failed by chance alone.
std::string why_fails_do_not_decide(const Scorecard& card, const Chances& chances);
// "2 of 11 areas": areas with a must row that is decided (pass or fail).
std::string covers(const Scorecard& card);
// All areas in order; worst over the must rows, or over all rows of an area without one.
std::vector<AreaSummary> summarize_areas(const std::vector<ScoredRequirement>& requirements);

}  // namespace shakedown::judging
