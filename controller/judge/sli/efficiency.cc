// efficiency {phase, at}: the law fitted to a series of steps.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "controller/judge/capacity/scalability.h"
#include "controller/judge/needed.h"
#include "controller/judge/sli/families.h"
#include "controller/judge/sli/form_parts.h"
#include "controller/judge/valid/row_validity.h"

namespace shakedown {

SliForm forms::efficiency() {
  const Shape shape =
      mapping("efficiency",
              "Throughput at a level over what perfect scaling would give, by the law fitted to the steps; "
              "they may vary alike or by a share of their throughput.",
              {need("phase", reference("phase"), "A phase with `steps`."),
               need("at", number_above(0, 1e9),
                    "The level, as the steps have it: users, replicas, or a rate per second, at which as many requests "
                    "count as were in progress there. Not beyond the largest step that counts.")});
  return {may("efficiency", shape, "Objective: at least a percentage."),
          ObjectiveForm{"the efficiency", Comparison::at_least, ">= 70%", Amounts::margin},
          [](const View& view, const Names& names, const Scenario&) -> Sli {
            return EfficiencySli{view["phase"].id<PhaseId>(names), view["at"].number()};
          }};
}

}  // namespace shakedown

namespace shakedown::judging {
namespace {

// Beyond the steps the bounds rest on the law alone, and are wrong more often than they say (docs/calibration.md).
void hold_beyond_steps(Verdict& verdict, double at, const ScoredScaling& scored) {
  const double largest = largest_level(scored);
  if (at <= largest || verdict.state == VerdictState::unknown) return;
  verdict.state = VerdictState::not_proven;
  verdict.at_risk = false;
  verdict.supportable.reset();
  set_needed(verdict, {fmt::format("a step at {} or beyond: the largest that counts is {}", level_text(scored.axis, at),
                                   level_text(scored.axis, largest)),
                       kNotByTime});
}

// A rate beyond the steps that count: how many requests would be in progress there, nobody knows.
Judged no_step_there(const SeriesEvidence& found, double at, RunTime until) {
  Judged out;
  out.until = until;
  out.verdict.state = VerdictState::not_proven;
  out.verdict.measured.unit = Unit::margin;
  out.verdict.measured.samples = found.scored.levels.size();
  out.verdict.reason =
      fmt::format("No step of {} at {} or beyond counts.", found.scored.phase, level_text(found.scored.axis, at));
  hold_beyond_steps(out.verdict, at, found.scored);
  return out;
}

// One alone waits for nobody: the law gives 100 % there whatever the system does.
Judged by_definition(const SeriesEvidence& found, const std::string& place, RunTime until) {
  Judged out;
  out.until = until;
  out.verdict.state = VerdictState::not_proven;
  out.verdict.measured.unit = Unit::margin;
  out.verdict.measured.samples = found.scored.levels.size();
  out.verdict.reason = fmt::format("Perfect scaling is so by definition at {}: nothing shares anything there.", place);
  set_needed(out.verdict, {"a level at which more than one is at work", kNotByTime});
  return out;
}

// Our own lag makes a step carry less, or more be in progress, than it would have been: efficiency is a ratio of such steps, so
// a verdict must hold with it off by the largest share.
void hold_with_lag(Judged& out, const Requirement& requirement, double stood) {
  const Measured& m = out.verdict.measured;
  if (out.verdict.state != VerdictState::pass && out.verdict.state != VerdictState::fail) return;
  if (compare(requirement.objective, *m.lower / (1 + stood), *m.upper * (1 + stood)) == out.verdict.state) return;
  touch(out, Signal::lag,
        fmt::format("our own loop came late by up to {} of what the requests took, and the verdict depends on it",
                    percent_text(stood)));
}

// "400/s (4.01 requests in progress)"; the number only where it is not the level.
std::string place_text(const ScoredScaling& scored, double at, double n) {
  const std::string level = level_text(scored.axis, at);
  return scored.axis == StepAxis::rate ? fmt::format("{} ({:.3g} requests in progress)", level, n) : level;
}

}  // namespace

Judged judge_sli(const Requirement& requirement, const EfficiencySli& sli, const Evidence& evidence) {
  const StepSeries* series = evidence.scenario->steps_of(sli.phase);
  if (series == nullptr) return nothing(Unit::margin, "No data: no series of steps is declared.", "a series of steps");
  // Two-sided at 2C - 1: each end is then a one-sided bound at C.
  const SeriesEvidence found = examine_series(*series, 2 * requirement.confidence - 1, evidence);
  if (!found.law) {
    return nothing(Unit::margin, "No data: there is no scaling law: " + found.scored.problem + ".",
                   "a series of at least 4 steps that complete, at 3 different levels or more");
  }
  const std::optional<double> at = number_at(found.scored, sli.at);
  if (!at) return no_step_there(found, sli.at, end_of(sli.phase, evidence));
  if (*at <= 1) return by_definition(found, place_text(found.scored, sli.at, *at), end_of(sli.phase, evidence));
  Judged out;
  out.until = end_of(sli.phase, evidence);
  const Bounds bounds = efficiency_bounds(*found.law, *at);
  Measured& m = out.verdict.measured;
  const double value = found.law->law.efficiency(*at);  // within its parameters' bounds, the interval without
  m = {value, std::min(value, bounds.lower), std::max(value, bounds.upper), Unit::margin, found.scored.levels.size(), false};
  out.verdict.reason = fmt::format(
      "By the law fitted to {} steps of {}, {} of perfect scaling is reached at {}, between {} and {} {}; objective {}.",
      found.scored.levels.size(), found.scored.phase, format_value(*m.value, m.unit), place_text(found.scored, sli.at, *at),
      format_value(*m.lower, m.unit), format_value(*m.upper, m.unit), confidence_text(requirement.confidence),
      limit_text(requirement.objective));
  for (const std::string& warning : found.scored.warnings) out.verdict.reason += " Doubt: " + warning;
  out.verdict.reason += pool_was_full(stages_of(sli.phase, evidence), {}, evidence);
  conclude(out.verdict, requirement);
  if (out.verdict.state == VerdictState::not_proven) set_needed(out.verdict, {"more or longer steps", kNotByTime});
  hold_beyond_steps(out.verdict, sli.at, found.scored);
  hold_with_lag(out, requirement, found.stood);
  if (found.law->poor_fit) touch(out, Signal::none, "the law does not describe these steps well enough");
  touch_by_lost_loader(out, out.until, stages_of(sli.phase, evidence), "the steps", evidence);
  return out;
}

PlannedEvidence evidence_needed(const Requirement&, const EfficiencySli& sli, const Scenario& scenario) {
  planned::Law out{scenario.phase(sli.phase).name};
  const StepSeries* series = scenario.steps_of(sli.phase);
  if (series == nullptr || series->levels.empty()) return out;
  out.at = sli.at;
  out.alone = series->axis != StepAxis::rate && sli.at <= 1;
  if (sli.at > series->levels.back()) {
    out.largest = series->levels.back();
  } else if (series->levels.size() < 4) {
    out.steps = series->levels.size();
  }
  return out;
}

}  // namespace shakedown::judging
