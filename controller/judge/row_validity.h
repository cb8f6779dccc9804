// Validity signals that touch single rows: our shortfall and drops, lag, lost load agents. Limits are those of the
// validity table (docs: validity); each function raises the signal on the row when its limit is passed.
#pragma once

#include "controller/judge/scope.h"
#include "controller/judge/settle.h"
#include "core/stats/histogram.h"

namespace shakedown::judging {

// The tolerated share of arrivals that we lost ourselves when the SLI has no error budget of its own.
inline constexpr double kDefaultBudget = 0.01;

// Shortfall, drops and client errors of a phase in the scope over budget / 10 of what it was to offer: unknown.
void check_our_losses(Judged& judged, const LoadScope& scope, double budget, const Evidence& evidence);

// A load agent lost before the end of the scope: unknown.
void check_load_agents(Judged& judged, const LoadScope& scope, const Evidence& evidence);

// p99 of the lag over 10 % of the limit: a fail becomes unknown; a pass stands, because lag only lengthens.
void check_lag(Judged& judged, const SparseHistogram& lag, double limit_seconds);

// Arrivals that the schedule of a stage asked for and that were never offered; 0 for closed loads.
double shortfall(const StageRecord& stage, const Scenario& scenario);

}  // namespace shakedown::judging
