// headroom {phase}: the interval that a search left, over the forecast.
#include <fmt/format.h>

#include "controller/judge/capacity/growth.h"
#include "controller/judge/sli/families.h"

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

}  // namespace shakedown::judging
