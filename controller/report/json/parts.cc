#include "controller/report/json/parts.h"

#include "controller/report/words/options.h"

namespace shakedown::report {
namespace {

Json watermelon_of(Watermelon watermelon) { return watermelon == Watermelon::none ? Json(nullptr) : Json(to_string(watermelon)); }

// The id of a row; null when there is none.
Json id_of(RequirementId id, const Scorecard& card) {
  return id.valid() && id.value < card.requirements.size() ? Json(card.requirements[id.value].requirement.id) : Json(nullptr);
}

Json ids_of(const std::vector<RequirementId>& ids, const Scorecard& card) {
  return list_of(ids, [&](RequirementId id) { return id_of(id, card); });
}

Json hold_of(const ScoredHold& hold, const Scorecard& card) {
  const Json id = id_of(hold.requirement, card);
  return {{"requirement", id.is_null() ? Json("") : id},
          {"outcome", to_string(hold.outcome)},
          {"measured", measured_of(hold.measured)}};
}

Json step_of(const ScoredSearchStep& step, const Scorecard& card) {
  return {{"rate", json_number(step.rate)},
          {"answered", json_number(step.answered)},
          {"windows", step.windows},
          {"confirmation", step.confirmation},
          {"outcome", to_string(step.outcome)},
          {"reason", json_text(step.reason)},
          {"limiting", id_of(step.limiting, card)},
          {"holds", list_of(step.holds, [&](const ScoredHold& hold) { return hold_of(hold, card); })}};
}

Json search_of(const ScoredSearch& search, const Scorecard& card) {
  return {{"phase", search.phase},
          {"confidence", json_number(search.confidence)},
          {"lower", json_number(search.lower)},
          {"upper", json_number(search.upper)},
          {"blind", json_number(search.blind)},
          {"confirmed", search.confirmed},
          {"limiting", id_of(search.limiting, card)},
          {"ended", search.ended},
          {"trouble", json_text(search.trouble)},
          {"steps", list_of(search.steps, [&](const ScoredSearchStep& step) { return step_of(step, card); })}};
}

Json coefficient_of(const ScoredCoefficient& coefficient, bool fitted) {
  if (!fitted) return nullptr;
  return {{"value", json_number(coefficient.value)},
          {"lower", json_number(coefficient.lower)},
          {"upper", json_number(coefficient.upper)}};
}

Json level_of(const ScoredLevel& level) {
  return {{"level", json_number(level.level)},           {"n", json_number(level.n)},
          {"throughput", json_number(level.throughput)}, {"latency", json_number(level.latency)},
          {"residual", json_number(level.residual)},     {"efficiency", json_number(level.efficiency)},
          {"left_out", json_text(level.left_out)}};
}

}  // namespace

Json measured_of(const Measured& measured) {
  static constexpr std::array<const char*, 8> kUnits = {"ratio",  "seconds", "per_second", "count",
                                                        "writes", "margin",  "number",     "holds"};
  return {{"value", json_number(measured.value)}, {"lower", json_number(measured.lower)},
          {"upper", json_number(measured.upper)}, {"unit", kUnits.at(static_cast<std::size_t>(measured.unit))},
          {"samples", measured.samples},          {"censored", measured.censored}};
}

Json attested_of(const Requirement& requirement) {
  const auto* attested = std::get_if<AttestedSli>(&requirement.sli);
  if (attested == nullptr) return nullptr;
  return {{"statement", attested->statement},
          {"by", attested->by},
          {"link", json_text(attested->link)},
          {"date", attested->date},
          {"expires", attested->expires}};
}

Json reported_of(const ScoredReported& reported) {
  return {{"watermelon", watermelon_of(reported.watermelon)},
          {"value", json_number(reported.value)},
          {"difference", json_number(reported.difference)},
          {"tolerance", json_number(reported.tolerance)},
          {"causes", reported.causes},
          {"reason", json_text(reported.reason)},
          {"query", json_text(reported.query)},
          {"source", json_text(reported.source)},
          {"outage_proof", to_string(reported.outage_proof)},
          {"moved_after_seconds", json_number(reported.moved_after_seconds)},
          {"alert", json_text(reported.alert)},
          {"alert_after_seconds", json_number(reported.alert_after_seconds)},
          {"alert_in_time", reported.alert_in_time ? Json(*reported.alert_in_time) : Json(nullptr)}};
}

Json option_of(const TradeOff& option) {
  return {{"kind", to_string(option.kind)},
          {"option", option_words(option)},
          {"assumption", assumption_words(option)},
          {"owner", person_words(option)}};
}

Json forecast_of(const Scorecard& card) {
  if (!card.forecast) return nullptr;
  const std::optional<Rate>& writes = card.forecast->writes;
  return {{"rate", json_number(card.forecast->rate.per_second)},
          {"by", json_text(card.forecast->by)},
          {"writes", writes ? json_number(writes->per_second) : Json(nullptr)}};
}

Json searches_of(const Scorecard& card) {
  return list_of(card.searches, [&](const ScoredSearch& search) { return search_of(search, card); });
}

Json scaling_of(const ScoredScaling& scaling) {
  return {{"phase", scaling.phase},
          {"axis", to_string(scaling.axis)},
          {"confidence", json_number(scaling.confidence)},
          {"fitted", scaling.fitted},
          {"problem", json_text(scaling.problem)},
          {"gamma", coefficient_of(scaling.gamma, scaling.fitted)},
          {"alpha", coefficient_of(scaling.alpha, scaling.fitted)},
          {"beta", coefficient_of(scaling.beta, scaling.fitted)},
          {"peak_n", json_number(scaling.peak_n)},
          {"peak_throughput", json_number(scaling.peak_throughput)},
          {"ceiling", json_number(scaling.ceiling)},
          {"knee_lower", json_number(scaling.knee_lower)},
          {"knee_upper", json_number(scaling.knee_upper)},
          {"residual_error", json_number(scaling.residual_error)},
          {"warnings", scaling.warnings},
          {"levels", list_of(scaling.levels, level_of)}};
}

Json dependency_of(const ScoredDependency& d) {
  return {{"name", d.name},
          {"owner", json_text(d.owner)},
          {"needed", json_number(d.needed)},
          {"capacity", json_number(d.capacity)},
          {"capacity_source", json_text(d.capacity_source)},
          {"margin", json_number(d.margin)},
          {"declared_calls", json_number(d.declared_calls)},
          {"measured_calls", json_number(d.measured_calls)},
          {"measured_calls_in_faults", json_number(d.measured_calls_in_faults)},
          {"calls", watermelon_of(d.calls)},
          {"calls_reason", json_text(d.calls_reason)},
          {"commitment", json_text(d.commitment)},
          {"verdict", to_string(d.state)},
          {"reason", json_text(d.reason)},
          {"first_to_break", d.first_to_break}};
}

Json controls_of(const Scorecard& card) {
  return list_of(card.controls, [&](const ScoredControl& control) {
    return Json{{"control", control.control},
                {"verdict", to_string(control.state)},
                {"vouched", control.vouched},
                {"requirements", ids_of(control.rows, card)}};
  });
}

Json check_of(const ScoredCheck& check) {
  return {{"name", check.name},
          {"kind", check.kind},
          {"done", check.done},
          {"holds", check.holds},
          {"number", json_number(check.number)},
          {"detail", json_text(check.detail)}};
}

}  // namespace shakedown::report
