// Reported against measured: what the team's own monitoring says of the same SLI in the same window, whether it agrees
// with what was seen from outside, and if not, why.
#pragma once

#include "controller/judge/conclude.h"
#include "controller/model/scored_parts.h"

namespace shakedown::judging {

// For a row with `reported`. Theirs is compared with the measured interval widened by the tolerance; where the scope
// leaves seconds out of the window they were asked for, with what was measured in all of it. Never honest without both
// figures, fresh evidence and an interval narrow enough to confirm; an SLI that stands still while the service is away
// is optimistic.
ScoredReported score_reported(const Requirement& requirement, RequirementId id, const Judged& judged, const Evidence& evidence);

// The worse of declared and reported counts.
void merge_reported(const ScoredReported& reported, Verdict& verdict);

}  // namespace shakedown::judging
