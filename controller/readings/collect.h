// Fetches what lies outside the run after its last phase: the team's own metrics and alerts, the counters of
// dependencies, other drills' scorecards. What comes back is journalled as it is and judged later.
//
// Every trouble is a Reading with `problem`, never an exception and never an answer. Secrets are resolved here and sent
// to their source only. Threads: one; blocks until everything is read, or soon after `skip` is requested.
#pragma once

#include <stop_token>
#include <vector>

#include "controller/measure/timeline.h"
#include "core/model/reading.h"
#include "core/model/run.h"

namespace shakedown {

// Whether the scenario names anything outside.
bool reads_outside(const Scenario& scenario);

// The timeline of a run whose stages are over; the manifest says when it started, and by `finished` what time it is now by the
// run's own count (unset: the wall clock knows). The wall clock, which may have been set since, is not asked how long to wait.
std::vector<Reading> collect(const Scenario& scenario, const Timeline& timeline, const Manifest& manifest,
                             std::stop_token skip = {});

}  // namespace shakedown
