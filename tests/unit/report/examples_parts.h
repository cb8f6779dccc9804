// Pieces of which examples.cc makes its scorecards.
#pragma once

#include <string>
#include <vector>

#include "tests/unit/report/examples.h"

namespace shakedown::testing {

ScoredRequirement row(const char* id, Area area, const char* title, Sli sli, Objective objective);
void measure(ScoredRequirement& row, VerdictState state, double value, double lower, double upper, uint64_t samples,
             const char* reason);

// The rows of a launch that will outgrow its database: capacity, headroom, downstream, checks, attestations, and an
// availability that its own dashboard shows greener. They refer to each other by position, from `first` on.
std::vector<ScoredRequirement> scalability_rows();
// Forecast, search, series, downstream systems, checks and controls; row ids are those of scalability_rows.
void add_scalability_parts(Scorecard& card);
// The rows of the checkout.
ScoredRequirement availability();
ScoredRequirement latency();
ScoredRequirement recovery_time();
ScoredRequirement lost_entries();

// Three options and a promise, such as options_for works out.
std::vector<TradeOff> some_options(const std::string& owner);

}  // namespace shakedown::testing
