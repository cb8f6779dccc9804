// GO, NO-GO or NOT PROVEN, and what the decision covers. Only rows that must hold decide; never an average.
#pragma once

#include <string>
#include <vector>

#include "core/model/scorecard.h"

namespace shakedown::judging {

// Reads requirements, reasons, valid, and the manifest's state and rejudged_from. A rejudged run is never GO.
DecisionState decide(const Scorecard& card);
// "2 of 11 areas": areas with a must row that is decided (pass or fail).
std::string covers(const Scorecard& card);
// All areas in order; worst over the must rows, or over all rows of an area without one.
std::vector<AreaSummary> summarize_areas(const std::vector<ScoredRequirement>& requirements);

}  // namespace shakedown::judging
