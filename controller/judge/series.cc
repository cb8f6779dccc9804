// A series of steps: throughput at each level, and the scaling law through them.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "controller/judge/growth.h"
#include "controller/judge/scope.h"
#include "core/stats/knee.h"

namespace shakedown::judging {
namespace {

constexpr double kConfidence = 0.95;

struct Volume {
  uint64_t ok = 0, offered = 0, ours = 0;
  double ok_seconds = 0;  // summed latency of good answers
};

Volume volume_of(StageId id, const Timeline& timeline) {
  Volume out;
  const auto& totals = timeline.totals();
  for (auto it = totals.lower_bound({id, OperationId(0)}); it != totals.end() && it->first.first == id; ++it) {
    const Cell& cell = it->second;
    out.ok += cell.count(Outcome::ok);
    out.offered += cell.offered();
    out.ours += cell.count(Outcome::dropped_by_us) + cell.count(Outcome::client_error);
    out.ok_seconds += cell.latency[static_cast<std::size_t>(Outcome::ok)].sum_seconds();
  }
  return out;
}

ScoredLevel level_of(const StageRecord& stage, StepAxis axis, const Timeline& timeline) {
  ScoredLevel out;
  out.level = stage.level;
  const double length = seconds(stage.range.to - stage.range.from);
  const Volume volume = volume_of(stage.stage, timeline);
  if (length <= 0 || volume.ok == 0) {
    out.left_out = "nothing was answered";
    return out;
  }
  out.throughput = static_cast<double>(volume.ok) / length;
  out.latency = volume.ok_seconds / static_cast<double>(volume.ok);
  // Little's law gives the mean number in the system where only the rate was set.
  out.n = axis == StepAxis::rate ? out.throughput * out.latency : stage.level;
  if (!stage.ended || !stage.reason.empty()) out.left_out = "the step was cut short";
  if (static_cast<double>(volume.ours) > 0.001 * static_cast<double>(volume.offered)) {
    out.left_out = fmt::format("the harness itself lost {} of {} arrivals", volume.ours, volume.offered);
  }
  if (out.n <= 0) out.left_out = "no number in the system can be told";
  return out;
}

ScoredCoefficient coefficient(double value, double lower, double upper) { return {value, lower, upper}; }

void describe_law(ScoredScaling& scored, const ScalingFit& fit, const std::vector<ScalingPoint>& points) {
  scored.fitted = true;
  scored.gamma = coefficient(fit.law.gamma, fit.lower.gamma, fit.upper.gamma);
  scored.alpha = coefficient(fit.law.alpha, fit.lower.alpha, fit.upper.alpha);
  scored.beta = coefficient(fit.law.beta, fit.lower.beta, fit.upper.beta);
  if (const auto peak = fit.law.peak()) {
    scored.peak_n = peak->n;
    scored.peak_throughput = peak->x;
  }
  scored.ceiling = fit.law.ceiling();
  scored.residual_error = fit.residual_standard_error;
  scored.warnings = scaling_warnings(fit);
  if (const auto knee = knee_range(fit, points)) {
    scored.knee_lower = knee->lower;
    scored.knee_upper = knee->upper;
  }
  for (ScoredLevel& level : scored.levels) {
    if (!level.left_out.empty()) continue;
    level.residual = level.throughput - fit.law.throughput(level.n);
    level.efficiency = level.throughput / (fit.law.gamma * level.n);
  }
}

}  // namespace

SeriesEvidence examine_series(const StepSeries& series, double confidence, const Evidence& evidence) {
  SeriesEvidence out;
  ScoredScaling& scored = out.scored;
  scored.phase = evidence.scenario->phase(series.phase).name;
  scored.axis = series.axis;
  scored.confidence = confidence;
  std::vector<ScalingPoint> points;
  for (const StageRecord& stage : evidence.timeline->stages()) {
    if (stage.phase != series.phase || stage.role != StageRole::step || stage.not_run) continue;
    scored.levels.push_back(level_of(stage, series.axis, *evidence.timeline));
    const ScoredLevel& level = scored.levels.back();
    if (level.left_out.empty()) points.push_back({level.n, level.throughput});
  }
  const Result<ScalingFit> fit = fit_scaling(points, confidence);
  if (!fit) {
    scored.problem = fit.error().message;
    return out;
  }
  out.law = fit.value();
  describe_law(scored, *out.law, points);
  return out;
}

std::vector<ScoredScaling> summarize_scalings(const Evidence& evidence) {
  std::vector<ScoredScaling> out;
  for (const StepSeries& series : evidence.scenario->step_series) {
    out.push_back(examine_series(series, kConfidence, evidence).scored);
  }
  return out;
}

}  // namespace shakedown::judging
