// headroom {phase}: the interval that a search left, over the forecast.
#include <fmt/format.h>

#include "controller/judge/capacity/scalability.h"
#include "controller/judge/planned/offer.h"
#include "controller/judge/sli/families.h"
#include "controller/judge/sli/form_parts.h"

namespace shakedown {

SliForm forms::headroom() {
  const Shape shape =
      mapping("headroom", "Capacity over the forecast, less one: 30% = room for 30 % more than forecast.", {search_key()});
  return {
      may("headroom", shape, "Objective: at least a percentage."),
      ObjectiveForm{"the headroom", Comparison::at_least, ">= 30%", Amounts::margin},
      [](const View& view, const Names& names, const Scenario&) -> Sli { return HeadroomSli{view["phase"].id<PhaseId>(names)}; }};
}

}  // namespace shakedown

namespace shakedown::judging {

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

PlannedEvidence evidence_needed(const Requirement& requirement, const HeadroomSli& sli, const Scenario& scenario) {
  const double rate = scenario.forecast ? (1 + requirement.objective.limit) * scenario.forecast->rate.per_second : 0;
  return search_needed(scenario, sli.phase, rate);
}

}  // namespace shakedown::judging
