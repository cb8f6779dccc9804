// Searches and series of steps as parts of the scorecard, and as evidence for capacity, headroom and efficiency.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "controller/judge/conclude.h"
#include "controller/judge/evidence.h"
#include "controller/measure/bounds/scaling.h"
#include "controller/model/figures.h"
#include "controller/model/scorecard.h"

namespace shakedown::judging {

std::vector<ScoredSearch> summarize_searches(const Evidence& evidence);
// By the interval that the phase's search left. per_unit: what one of the SLI's unit is in requests per second; less: what is
// taken off then.
Judged judge_limit(const Requirement& requirement, PhaseId phase, double per_unit, double less, const Evidence& evidence);
// What ran of a search or a series, and until when.
std::set<StageId> stages_of(PhaseId phase, const Evidence& evidence);
RunTime end_of(PhaseId phase, const Evidence& evidence);

// The points of a series as measured, and the law fitted to those that count; `law` is absent with the reason in
// scored.problem.
struct SeriesEvidence {
  ScoredScaling scored;
  std::optional<ScalingFit> law;
  double stood = 0;  // of the steps that count, at most: our own lag, over the rest of the requests' time
};

// The highest level that counts; 0 = none does.
double largest_level(const ScoredScaling& scored);
// What the law is fitted over, at a level as declared: itself, or for a rate the mean number in the system there, between two
// steps by interpolation. Beyond the steps that count a rate has none.
std::optional<double> number_at(const ScoredScaling& scored, double level);

SeriesEvidence examine_series(const StepSeries& series, double confidence, const Evidence& evidence);
std::vector<ScoredScaling> summarize_scalings(const Evidence& evidence);

}  // namespace shakedown::judging
