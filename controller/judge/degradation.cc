// degradation: whether good answers become slower over a soak. The slope of their mean latency per second, with bounds
// that allow for neighbours that depend on each other (core/stats/trend.h).
#include <cmath>

#include <fmt/format.h>

#include "controller/judge/families.h"
#include "controller/judge/needed.h"
#include "controller/judge/row_validity.h"
#include "controller/judge/scope.h"
#include "core/stats/trend.h"

namespace shakedown::judging {
namespace {

struct Mean {
  double sum = 0;
  uint64_t count = 0;
};

// all: with every arrival that was not answered well, as slow as its timeout, for nobody knows how much slower it was.
std::vector<TrendPoint> means(const LoadScope& scope, OperationId operation, const Evidence& evidence, bool all) {
  std::map<int64_t, Mean> seconds;
  constexpr auto kOk = static_cast<std::size_t>(Outcome::ok);
  evidence.timeline->seconds().each_row([&](const SecondRow& row) {
    const bool wanted = !operation.valid() || row.operation == operation;
    if (!wanted || !scope.contains(row)) return;
    seconds[row.second].sum += row.latency_seconds[kOk];
    seconds[row.second].count += row.timed[kOk];
    if (!all) return;
    SecondTally outcomes;
    add_outcomes(outcomes, row);
    const uint64_t bad = outcomes.bad + outcomes.unfinished;
    seconds[row.second].sum += static_cast<double>(bad) * shakedown::seconds(evidence.scenario->operation(row.operation).timeout);
    seconds[row.second].count += bad;
  });
  std::vector<TrendPoint> out;
  for (const auto& [second, mean] : seconds) {
    if (mean.count > 0) out.push_back({static_cast<double>(second), mean.sum / static_cast<double>(mean.count)});
  }
  return out;
}

SparseHistogram lag_of(const LoadScope& scope, const Evidence& evidence) {
  HistogramSum lag;
  evidence.timeline->seconds().each([&](const Slice& slice) {
    lag.add(lag_within(slice, [&](const SecondRow& row) { return scope.contains(row); }));
  });
  return lag.sparse();
}

// A pass must hold with what was not answered well too: answers that become timeouts leave the good ones as they were.
void count_all(Judged& out, const Requirement& requirement, const DegradationSli& sli, const LoadScope& scope,
               const Evidence& evidence) {
  const std::optional<Trend> all = trend(means(scope, sli.operation, evidence, true), requirement.confidence);
  const bool known = all && all->relative_per_hour && all->relative_bounds;
  const double hours = seconds(sli.per) / 3600;
  const double upper = known ? all->relative_bounds->upper * hours : INFINITY;
  Measured& m = out.verdict.measured;
  if (out.verdict.state != VerdictState::pass || upper <= requirement.objective.limit) return;
  m.upper = upper;
  settle(out.verdict, requirement);
  const bool missed = known && misses(requirement.objective, *all->relative_per_hour * hours);
  out.verdict.reason += " That is no pass: with what was not answered well, each as slow as its timeout, ";
  out.verdict.reason += known ? fmt::format("the mean grew by {}, at most {}.",
                                            format_value(*all->relative_per_hour * hours, m.unit), format_value(upper, m.unit))
                              : "no slope shows.";
  if (missed) out.verdict.needed = kMoreWillNotHelp;
}

}  // namespace

Judged judge_sli(const Requirement& requirement, const DegradationSli& sli, const Evidence& evidence) {
  const LoadScope scope(sli.scope, evidence);
  if (!scope.missing().empty()) {
    return nothing(Unit::margin, "No data: " + scope.missing() + ".", "a run of that phase");
  }
  const std::vector<TrendPoint> points = means(scope, sli.operation, evidence, false);
  const std::optional<Trend> slope = trend(points, requirement.confidence);
  if (!slope || !slope->relative_per_hour || !slope->relative_bounds) {
    return nothing(Unit::margin,
                   fmt::format("No data: {} seconds with answers in {} do not show a slope.", points.size(),
                               scope.describe()),
                   "a longer soak");
  }
  const double hours = seconds(sli.per) / 3600;
  Judged out;
  out.observed_seconds = scope.length();
  out.until = scope.until();
  Measured& m = out.verdict.measured;
  m = {*slope->relative_per_hour * hours, slope->relative_bounds->lower * hours, slope->relative_bounds->upper * hours,
       Unit::margin, points.size(), false};
  out.verdict.reason = fmt::format(
      "Over {:.0f} s of {} the mean latency of good answers, {} at the beginning, grew by {} in {}, between {} and {} {} "
      "({} blocks); objective {}.",
      out.observed_seconds, scope.describe(), format_value(slope->start, Unit::seconds), format_value(*m.value, m.unit),
      format_duration(sli.per), format_value(*m.lower, m.unit), format_value(*m.upper, m.unit),
      confidence_text(requirement.confidence), slope->blocks, limit_text(requirement.objective));
  if (sli.operation.valid()) out.verdict.reason += pool_was_full(scope.stages(), {sli.operation}, evidence);
  else out.verdict.reason += pool_was_full(scope.stages(), {}, evidence);
  settle(out.verdict, requirement);
  count_all(out, requirement, sli, scope, evidence);
  if (out.verdict.state == VerdictState::not_proven && out.verdict.needed.empty()) out.verdict.needed = "a longer soak";
  check_our_losses(out, scope, kDefaultBudget, evidence);
  check_load_agents(out, scope, evidence);
  check_lag(out, lag_of(scope, evidence), slope->start);
  return out;
}

}  // namespace shakedown::judging
