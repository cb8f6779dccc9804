// degradation: whether good answers become slower over a soak. The slope of their mean latency per second, with bounds
// that allow for neighbours that depend on each other (core/stats/trend.h).
#include <fmt/format.h>

#include "controller/judge/families.h"
#include "controller/judge/row_validity.h"
#include "controller/judge/scope.h"
#include "core/stats/trend.h"

namespace shakedown::judging {
namespace {

struct Mean {
  double sum = 0;
  uint64_t count = 0;
};

std::vector<TrendPoint> means(const LoadScope& scope, OperationId operation, const Evidence& evidence) {
  std::map<int64_t, Mean> seconds;
  constexpr auto kOk = static_cast<std::size_t>(Outcome::ok);
  evidence.timeline->seconds().each_row([&](const SecondRow& row) {
    const bool wanted = !operation.valid() || row.operation == operation;
    if (!wanted || !scope.contains(row)) return;
    seconds[row.second].sum += row.latency_seconds[kOk];
    seconds[row.second].count += row.timed[kOk];
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

}  // namespace

Judged judge_sli(const Requirement& requirement, const DegradationSli& sli, const Evidence& evidence) {
  const LoadScope scope(sli.scope, evidence);
  if (!scope.missing().empty()) {
    return nothing(Unit::margin, "No data: " + scope.missing() + ".", "a run of that phase");
  }
  const std::vector<TrendPoint> points = means(scope, sli.operation, evidence);
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
  settle(out.verdict, requirement);
  if (out.verdict.state == VerdictState::not_proven) out.verdict.needed = "a longer soak";
  check_our_losses(out, scope, kDefaultBudget, evidence);
  check_load_agents(out, scope, evidence);
  check_lag(out, lag_of(scope, evidence), slope->start);
  return out;
}

}  // namespace shakedown::judging
