// Measurements to verdicts, verdicts to a scorecard. Pure: no clock, no I/O, no log; the same input gives the same
// output. Ownership: borrows its arguments for the call only. Threads: safe everywhere, nothing is shared.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "controller/measure/timeline.h"
#include "controller/model/scorecard.h"

namespace shakedown {

// Judges every requirement of the scenario on the timeline. scenario is the judging one (its ids must mean the same
// things as the ids on the timeline); manifest.state == running means that the journal was never closed, which makes
// everything unknown, unless goes_on: the run is not over yet, and what has not happened yet is no trouble. now: the instant from
// which the launch is counted, by custom the end of the run. refused: rows that this run cannot answer, and why (see rejudge.h).
Scorecard judge(const Scenario& scenario, const Timeline& timeline, const Manifest& manifest, WallTime now,
                const std::map<RequirementId, std::string>& refused = {}, bool goes_on = false);

// The value on which a stop condition looks: for error_ratio the share of bad answers in the whole seconds of
// [now - over, now), over = 0 meaning everything so far. nullopt = nothing to judge:
// no decided request in the window, or outside_faults and the window meets a fault window.
std::optional<double> live_value(const ErrorRatioSli& sli, const Timeline& timeline, RunTime now, bool outside_faults);

}  // namespace shakedown
