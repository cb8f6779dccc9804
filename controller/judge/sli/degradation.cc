// degradation: whether good answers become slower over a soak. The slope of their mean latency per second, with bounds
// that allow for neighbours that depend on each other (controller/measure/bounds/trend.h).
#include <cmath>

#include <fmt/format.h>

#include "controller/judge/needed.h"
#include "controller/judge/planned/offer.h"
#include "controller/judge/scope.h"
#include "controller/judge/sli/families.h"
#include "controller/judge/sli/form_parts.h"
#include "controller/judge/valid/row_validity.h"
#include "controller/measure/bounds/trend.h"

namespace shakedown {

SliForm forms::degradation() {
  const Shape shape =
      mapping("degradation", "Growth of the mean latency of good answers over a soak, as a share of its beginning.",
              scoped({operation_key(), may("per", duration_above_zero(30 * kDay), "1h", "The time for which growth is told.")}));
  return {may("degradation", shape, "Objective: at most a percentage."),
          ObjectiveForm{"the degradation", Comparison::at_most, "<= 5%", Amounts::margin},
          [](const View& view, const Names& names, const Scenario&) -> Sli {
            return DegradationSli{view["operation"].id<OperationId>(names), view["per"].duration(), read_scope(view, names)};
          }};
}

}  // namespace shakedown

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
  evidence.timeline->seconds().each(
      [&](const Slice& slice) { lag.add(lag_within(slice, [&](const SecondRow& row) { return scope.contains(row); })); });
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
  conclude(out.verdict, requirement);
  const bool missed = known && misses(requirement.objective, *all->relative_per_hour * hours);
  out.verdict.reason += " That is no pass: with what was not answered well, each as slow as its timeout, ";
  out.verdict.reason += known ? fmt::format("the mean grew by {}, at most {}.",
                                            format_value(*all->relative_per_hour * hours, m.unit), format_value(upper, m.unit))
                              : "no slope shows.";
  if (missed) out.verdict.needed = kMoreWillNotHelp;
}

// What was asked of the target, by kind: arrivals a second, users.
struct Asked {
  double rate = 0, users = 0;
};

Asked asked_in(int64_t second, const StageRecord& stage, const Evidence& evidence) {
  const Phase& phase = evidence.scenario->phase(stage.phase);
  if (!phase.load) return {};
  if (const auto* closed = std::get_if<ClosedLoad>(&phase.load->kind)) return {0, static_cast<double>(closed->users)};
  const Duration offset = std::chrono::seconds(second) - stage.range.from.time_since_epoch();
  return {rate_at(std::get<OpenLoad>(phase.load->kind).shape, std::max(offset, Duration{}), phase.duration), 0};
}

// Whether the second half of the scope was asked for more, or for less, than the first.
struct Course {
  bool rose = false, fell = false;
};

Course course_of(const LoadScope& scope, const Evidence& evidence) {
  constexpr double kAlike = 0.01;
  const auto seconds = scope.whole_seconds();
  std::vector<Asked> halves(2);
  const std::size_t half = seconds.size() / 2;
  for (std::size_t i = 0; i < 2 * half; ++i) {
    const auto& [second, id] = seconds[i];
    const Asked asked = asked_in(second, evidence.timeline->stages()[id.value], evidence);
    halves[i < half ? 0 : 1].rate += asked.rate;
    halves[i < half ? 0 : 1].users += asked.users;
  }
  Course out;
  for (const double Asked::*kind : {&Asked::rate, &Asked::users}) {
    const double before = halves[0].*kind, after = halves[1].*kind;
    out.rose = out.rose || after > before * (1 + kAlike);
    out.fell = out.fell || after < before * (1 - kAlike);
  }
  return out;
}

// More load makes answers slower and less makes them quicker, without anything wearing out.
void hold_under_other_load(Verdict& verdict, const Course& course) {
  const bool fails = verdict.state == VerdictState::fail && course.rose,
             passes = verdict.state == VerdictState::pass && course.fell;
  if (!fails && !passes) return;
  verdict.state = VerdictState::not_proven;
  verdict.at_risk = false;
  verdict.supportable.reset();
  verdict.reason += fails ? " The load rose meanwhile, which makes answers slower too."
                          : " The load fell meanwhile, which hides what became slower.";
  set_needed(verdict, {"a soak under the same load from its beginning to its end", kNotByTime});
}

// A fault between two seconds of the scope. What it killed or stopped began anew after it, so that what wears out with the age of
// a process shows as a saw, of which a line tells nothing.
std::string interrupted_by(const LoadScope& scope, const Evidence& evidence) {
  const auto seconds = scope.whole_seconds();
  if (seconds.empty()) return {};
  const RunTime first(std::chrono::seconds(seconds.front().first)), last(std::chrono::seconds(seconds.back().first));
  for (const FaultWindow& window : evidence.windows) {
    if (first < window.range.from && window.range.to <= last) return evidence.scenario->fault(window.fault).name;
  }
  return {};
}

void hold_without_restart(Verdict& verdict, const std::string& fault) {
  if (verdict.state != VerdictState::pass || fault.empty()) return;
  verdict.state = VerdictState::not_proven;
  verdict.at_risk = false;
  verdict.supportable.reset();
  verdict.reason +=
      fmt::format(" That is no pass: {} broke the service meanwhile, and what began anew had no time to wear out.", fault);
  set_needed(verdict, {"a soak without a fault in it: name its phase in `phases`", kNotByTime});
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
                   fmt::format("No data: {} seconds with answers in {} do not show a slope.", points.size(), scope.describe()),
                   "a longer soak");
  }
  const double hours = seconds(sli.per) / 3600;
  Judged out;
  out.observed_seconds = scope.length();
  out.until = scope.until();
  Measured& m = out.verdict.measured;
  m = {*slope->relative_per_hour * hours,
       slope->relative_bounds->lower * hours,
       slope->relative_bounds->upper * hours,
       Unit::margin,
       points.size(),
       false};
  out.verdict.reason = fmt::format(
      "Over {:.0f} s of {} the mean latency of good answers, {} at the beginning, grew by {} in {}, between {} and {} {} "
      "({} blocks); objective {}.",
      out.observed_seconds, scope.describe(), format_value(slope->start, Unit::seconds), format_value(*m.value, m.unit),
      format_duration(sli.per), format_value(*m.lower, m.unit), format_value(*m.upper, m.unit),
      confidence_text(requirement.confidence), slope->blocks, limit_text(requirement.objective));
  if (sli.operation.valid())
    out.verdict.reason += pool_was_full(scope.stages(), {sli.operation}, evidence);
  else
    out.verdict.reason += pool_was_full(scope.stages(), {}, evidence);
  conclude(out.verdict, requirement);
  count_all(out, requirement, sli, scope, evidence);
  hold_under_other_load(out.verdict, course_of(scope, evidence));
  hold_without_restart(out.verdict, interrupted_by(scope, evidence));
  if (out.verdict.state == VerdictState::not_proven && out.verdict.needed.empty()) out.verdict.needed = "a longer soak";
  check_our_losses(out, scope, kDefaultBudget, evidence);
  check_load_agents(out, scope, evidence);
  check_lag(out, lag_of(scope, evidence), slope->start);
  return out;
}

PlannedEvidence evidence_needed(const Requirement&, const DegradationSli& sli, const Scenario& scenario) {
  const double all = loaded_seconds(scenario, sli.scope);
  return planned::Soak{all, all < 8};
}

}  // namespace shakedown::judging
