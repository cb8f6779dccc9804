// A series of steps: throughput at each level, and the scaling law through them.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "controller/judge/capacity/scalability.h"
#include "controller/judge/capacity/transient.h"
#include "controller/judge/conclude.h"
#include "controller/judge/scope.h"
#include "controller/measure/bounds/knee.h"

namespace shakedown::judging {
namespace {

constexpr double kConfidence = 0.95;
// Of the load on so many replicas: more than this must stay unanswered before it is known to be all that they carry.
constexpr double kSaturated = 0.05;
constexpr double kOverloaded = 0.01;  // of a rate: it was not what was carried
constexpr double kGrowing = 0.05;     // seconds a second, of a step too short for bounds
constexpr std::size_t kFewestForATrend = 8;
constexpr double kStoodStill = 0.05;  // our own part of the requests' time, beside the target's

struct Volume {
  uint64_t ok = 0, offered = 0, ours = 0;
  double ok_seconds = 0;   // summed latency of good answers
  double all_seconds = 0;  // of all
  double lag_seconds = 0;  // our own part of these
};

Volume volume_of(StageId id, const Timeline& timeline) {
  Volume out;
  const auto& totals = timeline.totals();
  for (auto it = totals.lower_bound({id, OperationId(0)}); it != totals.end() && it->first.first == id; ++it) {
    const Cell& cell = it->second;
    out.ok += cell.count(Outcome::ok);
    out.offered += cell.offered();
    out.ours += cell.count(Outcome::dropped_by_us) + cell.count(Outcome::client_error);
    for (const auto& latency : cell.latency) out.all_seconds += latency.sum_seconds();
    out.lag_seconds += cell.lag.sum_seconds();
    out.ok_seconds += cell.latency[static_cast<std::size_t>(Outcome::ok)].sum_seconds();
  }
  return out;
}

// Why the answers of a step do not tell what its level carries; empty = they do. Replicas that were not kept busy show the
// load and not themselves: by Little's law fewer requests in progress than replicas leave some idle, and an open load that
// was all answered may be far below what they carry. A rate that was not answered is not carried, however quick the rest was.
std::string mismatch(const Volume& volume, double level, double length, StepAxis axis, bool open, double growth) {
  const auto offered = static_cast<double>(volume.offered), bad = offered - static_cast<double>(volume.ok);
  if (axis == StepAxis::rate && bad > kOverloaded * offered) {
    return fmt::format("overloaded: {} of {} requests were not answered well", volume.offered - volume.ok, volume.offered);
  }
  if (axis == StepAxis::rate && growth > kOverloaded) {
    return fmt::format("overloaded: answers took {} longer with each second of it", format_value(growth, Unit::seconds));
  }
  if (axis != StepAxis::replicas) return "";
  if ((volume.all_seconds - volume.lag_seconds) / length < 0.9 * level)
    return "the load does not saturate it: fewer requests were in progress than replicas";
  if (open && bad < kSaturated * offered)
    return "the load does not saturate it: all but a few were answered, so more may be carried";
  return "";
}

// How much longer answers took with each second of the step, in seconds a second. A few seconds have no bounds of a slope: then
// from the first to the last of them.
double longer_each_second(const StageRecord& stage, const Timeline& timeline) {
  const std::vector<TrendPoint> points = mean_waits({stage.stage}, timeline);
  if (points.size() < 2) return 0;
  if (const auto growth = growth_of_backlog({stage.stage}, kConfidence, timeline)) return *growth;
  const TrendPoint &first = points.front(), &last = points.back();
  const double slope = (last.value - first.value) / (last.seconds - first.seconds);
  return points.size() < kFewestForATrend && slope > kGrowing ? slope : 0;
}

// Our lag over the time that was the target's, or its users' to think: by so much more could its users have asked, and by so
// much fewer were in progress at a rate.
double standstill(const Volume& volume, const std::optional<Load>& load) {
  const auto* closed = load ? std::get_if<ClosedLoad>(&load->kind) : nullptr;
  const double thinking = closed != nullptr ? static_cast<double>(volume.ok) * seconds(closed->think) : 0;
  const double theirs = volume.all_seconds + thinking - volume.lag_seconds;
  return theirs > 0 ? volume.lag_seconds / theirs : INFINITY;
}

ScoredLevel level_of(const StageRecord& stage, StepAxis axis, const std::optional<Load>& load, const Timeline& timeline,
                     double& stood) {
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
  const double still = standstill(volume, load);
  if (still > kStoodStill)
    out.left_out = fmt::format("the harness itself came late: {} of the requests' time", percent_text(still / (1 + still)));
  const bool open = load && std::holds_alternative<OpenLoad>(load->kind);
  if (out.left_out.empty()) out.left_out = mismatch(volume, stage.level, length, axis, open, longer_each_second(stage, timeline));
  if (out.n <= 0) out.left_out = "no number in the system can be told";
  if (out.left_out.empty()) stood = std::max(stood, still);
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

// Why there is no law, and the first reason for which a step was left out.
std::string no_law(const std::string& why, const ScoredScaling& scored) {
  for (const ScoredLevel& level : scored.levels) {
    if (!level.left_out.empty())
      return fmt::format("{}; left out: {}, {}", why, level_text(scored.axis, level.level), level.left_out);
  }
  return why;
}

}  // namespace

double largest_level(const ScoredScaling& scored) {
  double out = 0;
  for (const ScoredLevel& level : scored.levels) out = level.left_out.empty() ? std::max(out, level.level) : out;
  return out;
}

std::optional<double> number_at(const ScoredScaling& scored, double level) {
  if (scored.axis != StepAxis::rate) return level;
  double below = 0, n_below = 0;
  for (const ScoredLevel& step : scored.levels) {
    if (!step.left_out.empty()) continue;
    if (step.level >= level) return n_below + (step.n - n_below) * (level - below) / (step.level - below);
    below = step.level;
    n_below = step.n;
  }
  return std::nullopt;
}

SeriesEvidence examine_series(const StepSeries& series, double confidence, const Evidence& evidence) {
  SeriesEvidence out;
  ScoredScaling& scored = out.scored;
  scored.phase = evidence.scenario->phase(series.phase).name;
  scored.axis = series.axis;
  scored.confidence = confidence;
  std::vector<ScalingPoint> points;
  const std::optional<Load>& load = evidence.scenario->phase(series.phase).load;
  for (const StageRecord& stage : evidence.timeline->stages()) {
    if (stage.phase != series.phase || stage.role != StageRole::step || stage.not_run) continue;
    scored.levels.push_back(level_of(stage, series.axis, load, *evidence.timeline, out.stood));
    const ScoredLevel& level = scored.levels.back();
    if (level.left_out.empty()) points.push_back({level.n, level.throughput});
  }
  const Result<ScalingFit> fit = fit_scaling(points, confidence);
  if (!fit) {
    scored.problem = no_law(fit.error().message, scored);
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
