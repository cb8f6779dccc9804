// Searches and series of steps as parts of the scorecard, and as evidence for capacity, headroom and efficiency.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/judge/evidence.h"
#include "core/model/scorecard.h"
#include "core/stats/scaling.h"

namespace shakedown::judging {

std::vector<ScoredSearch> summarize_searches(const Evidence& evidence);

// The points of a series as measured, and the law fitted to those that count; `law` is absent with the reason in
// scored.problem.
struct SeriesEvidence {
  ScoredScaling scored;
  std::optional<ScalingFit> law;
};
SeriesEvidence examine_series(const StepSeries& series, double confidence, const Evidence& evidence);
std::vector<ScoredScaling> summarize_scalings(const Evidence& evidence);

}  // namespace shakedown::judging
