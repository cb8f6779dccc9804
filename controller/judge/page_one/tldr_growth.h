// Page one's sentences about how much the service carries, what it calls, and what is vouched for. Same rules as tldr.h.
#pragma once

#include <string>

#include "controller/model/scorecard.h"

namespace shakedown::judging {

// "It carries 1 900 to 2 000 requests a second; the forecast for March 2027 is 2 500." of a capacity or headroom row; empty
// when its search shows nothing, or for other rows.
std::string tell_capacity(const ScoredRequirement& row, const Scorecard& card, const Scenario& scenario);

// What a failing row of growth, downstream systems, checks and attestations means; empty for other rows.
std::string tell_failed_growth(const ScoredRequirement& row, const Scorecard& card, const Scenario& scenario);

}  // namespace shakedown::judging
