// capacity and headroom: the interval that a search left. efficiency: the law fitted to a series of steps.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "controller/judge/capacity/growth.h"
#include "controller/judge/capacity/search.h"
#include "controller/judge/needed.h"
#include "controller/judge/scope.h"
#include "controller/judge/sli/families.h"
#include "controller/judge/valid/row_validity.h"

namespace shakedown::judging {
namespace {

std::string limited_by(const ScoredSearch& search, const Scenario& scenario) {
  if (!search.limiting.valid()) return "";
  const Requirement& r = scenario.requirement(search.limiting);
  return fmt::format("; beyond, {} ({}) breaks first", r.id, r.title);
}

std::string interval_text(const ScoredSearch& search) {
  const std::string from = search.lower ? format_value(*search.lower, Unit::per_second) : "";
  const std::string to = search.upper ? format_value(*search.upper, Unit::per_second) : "";
  if (!search.lower) return to.empty() ? "No rate was shown to hold" : "It does not hold at " + to;
  if (!search.upper) return "It holds at " + from + ", and no breach was found";
  return fmt::format("It holds at {} and breaches at {}", from, to);
}

// What windows so short cannot tell.
std::string blind_text(const ScoredSearch& search) {
  if (search.blind == 0) return "";
  if (!std::isfinite(search.blind)) return "; its windows are shorter than the limits that must hold, and show no capacity";
  return fmt::format("; in windows so short a rate {:.2g} % above the capacity would have looked the same, which is taken off",
                     search.blind * 100);
}

std::set<StageId> stages_of(PhaseId phase, const Evidence& evidence) {
  std::set<StageId> out;
  for (const StageRecord& stage : evidence.timeline->stages()) {
    if (stage.phase == phase && !stage.not_run) out.insert(stage.stage);
  }
  return out;
}

RunTime end_of(PhaseId phase, const Evidence& evidence) {
  RunTime end{};
  for (const StageRecord& stage : evidence.timeline->stages()) {
    if (stage.phase == phase && !stage.not_run) end = std::max(end, stage.range.to);
  }
  return end;
}

void check_search(Judged& out, const ScoredSearch& search, PhaseId phase, const Evidence& evidence) {
  if (!search.trouble.empty()) touch(out, Signal::our_losses, "the search ended by our own fault: " + search.trouble);
  if (touch_by_lost_loader(out, out.until, stages_of(phase, evidence), "the search", evidence)) return;
  if (out.verdict.state != VerdictState::pass || !search.unconfirmed) return;
  out.verdict.state = VerdictState::not_proven;
  out.verdict.at_risk = false;
  set_needed(out.verdict, {"a search that comes to its confirmation (" + search.ended + ")", kNotByTime});
}

// unit_per: what one of the SLI's unit is in requests per second; less: what is taken off then.
Judged judge_limit(const Requirement& requirement, PhaseId phase, double per_unit, double less, const Evidence& evidence) {
  const Unit unit = unit_of(requirement.sli);
  const Search* declared = evidence.scenario->search_of(phase);
  if (declared == nullptr) return nothing(unit, "No data: no search is declared for this phase.", "a search");
  const ScoredSearch search = judge_search(*declared, evidence);
  if (search.steps.empty()) {
    return nothing(unit, fmt::format("No data: no step of {} ran ({}).", search.phase, search.ended), "a run of that phase");
  }
  Judged out;
  out.until = end_of(phase, evidence);
  for (const ScoredSearchStep& step : search.steps) {
    out.observed_seconds += step.windows * seconds(step.confirmation ? declared->confirm : declared->window);
  }
  const auto scaled = [&](double rate) { return rate / per_unit - less; };
  Measured& m = out.verdict.measured;
  m.unit = unit;
  m.samples = search.steps.size();
  m.lower = scaled(search.lower.value_or(0));
  m.upper = search.upper ? scaled(*search.upper) : INFINITY;
  if (search.lower) m.value = *m.lower;
  out.verdict.reason =
      fmt::format("{} ({} steps, at {:g} % confidence of each end{}{}); {}. Objective {}.", interval_text(search),
                  search.steps.size(), search.confidence * 100, limited_by(search, *evidence.scenario), blind_text(search),
                  search.trouble.empty() ? search.ended : "it ended early", limit_text(requirement.objective));
  out.verdict.reason += pool_was_full(stages_of(phase, evidence), {}, evidence);
  settle(out.verdict, requirement);
  if (out.verdict.state == VerdictState::not_proven) {
    const char* needed = search.blind > 0 ? "a search with longer windows and a longer confirmation"
                         : search.upper   ? "a search with a finer resolution, or longer windows"
                         : !search.lower  ? "a search with longer windows, or from a lower rate"
                                          : "a search that reaches a higher rate";
    set_needed(out.verdict, {needed, kNotByTime});
  }
  check_search(out, search, phase, evidence);
  return out;
}

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
  out.verdict.reason = fmt::format("At {} perfect scaling is so by definition: nothing shares anything there.", place);
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

std::vector<ScoredSearch> summarize_searches(const Evidence& evidence) {
  std::vector<ScoredSearch> out;
  for (const Search& search : evidence.scenario->searches) {
    out.push_back(judge_search(search, evidence));
  }
  return out;
}

Judged judge_sli(const Requirement& requirement, const CapacitySli& sli, const Evidence& evidence) {
  return judge_limit(requirement, sli.phase, 1, 0, evidence);
}

Judged judge_sli(const Requirement& requirement, const HeadroomSli& sli, const Evidence& evidence) {
  const auto& forecast = evidence.scenario->forecast;
  if (!forecast) return nothing(Unit::margin, "No data: no forecast is declared.", "a forecast");
  Judged out = judge_limit(requirement, sli.phase, forecast->rate.per_second, 1, evidence);
  out.verdict.reason +=
      fmt::format(" Forecast {}{}.", format_rate(forecast->rate), forecast->by.empty() ? "" : " by " + forecast->by);
  if (out.verdict.state == VerdictState::pass && evidence.forecast_is_past()) {
    out.verdict.state = VerdictState::not_proven;
    out.verdict.reason += " Its day is past: it says nothing of what is to come.";
    out.verdict.needed = "a forecast for a day to come";
  }
  return out;
}

Judged judge_sli(const Requirement& requirement, const EfficiencySli& sli, const Evidence& evidence) {
  const StepSeries* series = evidence.scenario->steps_of(sli.phase);
  if (series == nullptr) return nothing(Unit::margin, "No data: no series of steps is declared.", "a series of steps");
  // Two-sided at 2C - 1: each end is then a one-sided bound at C.
  const SeriesEvidence found = examine_series(*series, 2 * requirement.confidence - 1, evidence);
  if (!found.law) {
    return nothing(Unit::margin, "No data: there is no scaling law: " + found.scored.problem + ".",
                   "a series of at least 6 steps that complete");
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
  settle(out.verdict, requirement);
  if (out.verdict.state == VerdictState::not_proven) set_needed(out.verdict, {"more or longer steps", kNotByTime});
  hold_beyond_steps(out.verdict, sli.at, found.scored);
  hold_with_lag(out, requirement, found.stood);
  if (found.law->poor_fit) touch(out, Signal::none, "the law does not describe these steps well enough");
  touch_by_lost_loader(out, out.until, stages_of(sli.phase, evidence), "the steps", evidence);
  return out;
}

}  // namespace shakedown::judging
