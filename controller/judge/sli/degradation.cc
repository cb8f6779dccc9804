// degradation: whether good answers become slower over a soak. The slope of their mean latency per second, with bounds
// that allow for neighbours that depend on each other (controller/measure/bounds/trend.h).
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "controller/judge/needed.h"
#include "controller/judge/planned/offer.h"
#include "controller/judge/scope.h"
#include "controller/judge/sli/families.h"
#include "controller/judge/sli/form_parts.h"
#include "controller/judge/sli/mixed_means.h"
#include "controller/judge/valid/row_validity.h"
#include "controller/measure/bounds/trend.h"

namespace shakedown {

SliForm forms::degradation() {
  const Shape shape = mapping(
      "degradation",
      "Growth of the mean latency of good answers over a soak, as a share of its beginning. Each operation has the same part in "
      "that mean from beginning to end, whatever the mix was.",
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

SparseHistogram lag_of(const LoadScope& scope, const Evidence& evidence) {
  HistogramSum lag;
  evidence.timeline->seconds().each(
      [&](const Slice& slice) { lag.add(lag_within(slice, [&](const SecondRow& row) { return scope.contains(row); })); });
  return lag.sparse();
}

// A pass must hold with what was not answered well too: answers that become timeouts leave the good ones as they were.
void count_all(Judged& out, const Requirement& requirement, const DegradationSli& sli, const LoadScope& scope,
               const Evidence& evidence) {
  const std::optional<Trend> all = trend(mixed_means(scope, sli.operation, true, evidence).points, requirement.confidence);
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

constexpr double kAlike = 0.01;

// What was asked of the target, by kind: arrivals a second, the time that so many take in the mean, users.
struct Asked {
  double rate = 0, work = 0, users = 0;
};

using Latencies = std::map<OperationId, double>;

double usual_work(const Load& load, const Latencies& usual, const Scenario& scenario) {
  double work = 0, weights = 0;
  for (const MixEntry& entry : load.mix) {
    const auto found = usual.find(entry.operation);
    const double each = found != usual.end() ? found->second : seconds(scenario.operation(entry.operation).timeout);
    work += entry.weight * each;
    weights += entry.weight;
  }
  return weights > 0 ? work / weights : 0;
}

Asked asked_in(int64_t second, const StageRecord& stage, const Latencies& usual, const Evidence& evidence) {
  const Phase& phase = evidence.scenario->phase(stage.phase);
  if (!phase.load) return {};
  if (const auto* closed = std::get_if<ClosedLoad>(&phase.load->kind)) return {0, 0, static_cast<double>(closed->users)};
  const Duration offset = std::chrono::seconds(second) - stage.range.from.time_since_epoch();
  const double rate = rate_at(std::get<OpenLoad>(phase.load->kind).shape, std::max(offset, Duration{}), phase.duration);
  return {rate, rate * usual_work(*phase.load, usual, *evidence.scenario), 0};
}

// Whether the second half of the scope was asked for more, or for less, than the first.
struct Course {
  bool rose = false, fell = false;
  bool by_mix = false;  // at the same rate
};

Course course_of(const LoadScope& scope, const Evidence& evidence) {
  const auto seconds = scope.whole_seconds();
  const Latencies usual = usual_latencies(scope, evidence);
  std::vector<Asked> halves(2);
  const std::size_t half = seconds.size() / 2;
  for (std::size_t i = 0; i < 2 * half; ++i) {
    const auto& [second, id] = seconds[i];
    const Asked asked = asked_in(second, evidence.timeline->stages()[id.value], usual, evidence);
    Asked& sum = halves[i < half ? 0 : 1];
    sum.rate += asked.rate;
    sum.work += asked.work;
    sum.users += asked.users;
  }
  Course out;
  for (const double Asked::*kind : {&Asked::rate, &Asked::users, &Asked::work}) {
    const double before = halves[0].*kind, after = halves[1].*kind;
    const bool rose = after > before * (1 + kAlike), fell = after < before * (1 - kAlike);
    out.by_mix = out.by_mix || (kind == &Asked::work && ((rose && !out.rose) || (fell && !out.fell)));
    out.rose = out.rose || rose;
    out.fell = out.fell || fell;
  }
  return out;
}

void prove_nothing(Verdict& verdict, const std::string& why, const char* needed) {
  verdict.state = VerdictState::not_proven;
  verdict.at_risk = false;
  verdict.supportable.reset();
  verdict.reason += why;
  set_needed(verdict, {needed, kNotByTime});
}

// More load makes answers slower and less makes them quicker, without anything wearing out.
void hold_under_other_load(Verdict& verdict, const Course& course) {
  constexpr const char* kSameLoad = "a soak under the same load from its beginning to its end";
  const std::string what = course.by_mix ? "The mix of operations became" : "The load";
  if (verdict.state == VerdictState::fail && course.rose) {
    prove_nothing(verdict,
                  fmt::format(" {} {} meanwhile, which makes answers slower too.", what, course.by_mix ? "heavier" : "rose"),
                  kSameLoad);
  } else if (verdict.state == VerdictState::pass && course.fell) {
    prove_nothing(verdict,
                  fmt::format(" {} {} meanwhile, which hides what became slower.", what, course.by_mix ? "lighter" : "fell"),
                  kSameLoad);
  }
}

void hold_without_some(Verdict& verdict, double left_out) {
  if (left_out <= kAlike || (verdict.state != VerdictState::pass && verdict.state != VerdictState::fail)) return;
  prove_nothing(verdict,
                fmt::format(" {} of the answers are of operations that were not answered from the beginning to the end, so that "
                            "nobody knows how these grew.",
                            percent_text(left_out)),
                "the same operations from the beginning to the end of the soak, or a row for each `operation`");
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
  prove_nothing(
      verdict,
      fmt::format(" That is no pass: {} broke the service meanwhile, and whatever began anew then had no time to wear out.",
                  fault),
      "a soak without a fault in it: name its phase in `phases`");
}

}  // namespace

Judged judge_sli(const Requirement& requirement, const DegradationSli& sli, const Evidence& evidence) {
  const LoadScope scope(sli.scope, evidence);
  if (!scope.missing().empty()) {
    return nothing(Unit::margin, "No data: " + scope.missing() + ".", "a run of that phase");
  }
  const auto [points, left_out] = mixed_means(scope, sli.operation, false, evidence);
  const std::optional<Trend> slope = trend(points, requirement.confidence);
  if (points.empty() && left_out > 0) {
    return nothing(Unit::margin,
                   fmt::format("No data: no operation is answered from the beginning to the end of {}.", scope.describe()),
                   "the same operations from the beginning to the end of the soak");
  }
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
  hold_without_some(out.verdict, left_out);
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
  return planned::Soak{all, all < 8, fault_within(scenario, sli.scope)};
}

}  // namespace shakedown::judging
