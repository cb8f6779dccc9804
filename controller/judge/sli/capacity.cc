// capacity {phase}: the interval that a search left.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "controller/judge/capacity/scalability.h"
#include "controller/judge/capacity/search.h"
#include "controller/judge/needed.h"
#include "controller/judge/planned/offer.h"
#include "controller/judge/scope.h"
#include "controller/judge/sli/families.h"
#include "controller/judge/sli/form_parts.h"
#include "controller/judge/valid/row_validity.h"

namespace shakedown {

SliForm forms::capacity() {
  const Shape shape =
      mapping("capacity",
              "The highest rate at which a search's requirements held. Its steps are judged at the confidence of this row or of "
              "the held one, whichever is higher.",
              {search_key()});
  return {
      may("capacity", shape, "Objective: at least a rate."),
      ObjectiveForm{"the capacity", Comparison::at_least, ">= 2000/s", Amounts::rate},
      [](const View& view, const Names& names, const Scenario&) -> Sli { return CapacitySli{view["phase"].id<PhaseId>(names)}; }};
}

}  // namespace shakedown

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

void check_search(Judged& out, const ScoredSearch& search, PhaseId phase, const Evidence& evidence) {
  if (!search.trouble.empty()) {
    const bool no_data = search.trouble.find("No data") != std::string::npos;
    touch(out, no_data ? Signal::none : Signal::our_losses,
          fmt::format("the search ended {}: {}", no_data ? "without anything to judge" : "by our own fault", search.trouble));
  }
  if (touch_by_lost_loader(out, out.until, stages_of(phase, evidence), "the search", evidence)) return;
  if (out.verdict.state != VerdictState::pass || !search.unconfirmed) return;
  out.verdict.state = VerdictState::not_proven;
  out.verdict.at_risk = false;
  set_needed(out.verdict, {"a search that comes to its confirmation (" + search.ended + ")", kNotByTime});
}

}  // namespace

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
  out.verdict.reason = fmt::format("{} ({}, at {:g} % confidence of each end{}{}); {}. Objective {}.", interval_text(search),
                                   counted(search.steps.size(), "step"), search.confidence * 100,
                                   limited_by(search, *evidence.scenario), blind_text(search),
                                   search.trouble.empty() ? search.ended : "it ended early", limit_text(requirement.objective));
  out.verdict.reason += pool_was_full(stages_of(phase, evidence), {}, evidence);
  conclude(out.verdict, requirement);
  if (out.verdict.state == VerdictState::not_proven) {
    const char* needed = search.blind > 0 ? "a search with longer windows and a longer confirmation"
                         : search.upper   ? "a search with a finer resolution, or longer windows"
                         : !search.lower  ? "a search with more or longer windows"
                                          : "a search that reaches a higher rate";
    set_needed(out.verdict, {needed, kNotByTime});
  }
  check_search(out, search, phase, evidence);
  return out;
}

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

PlannedEvidence evidence_needed(const Requirement& requirement, const CapacitySli& sli, const Scenario& scenario) {
  return search_needed(scenario, sli.phase, requirement.objective.limit);
}

}  // namespace shakedown::judging
