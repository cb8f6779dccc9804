// What the service carries, in scorecard.json: forecast, searches, scaling laws, downstream systems, controls.
#include "controller/report/json/fields.h"

namespace shakedown::report {
namespace {

Json outcomes() { return type::one_of({"holds", "breaches", "undecided", "invalid"}); }

const Fields<ScoredHold>& hold_fields() {
  static const Fields<ScoredHold> all = Fields<ScoredHold>()
                                            .field("requirement", type::described(type::text(), "its id"),
                                                   [](const ScoredHold& hold, const Scorecard& card) {
                                                     const Json id = id_of(hold.requirement, card);
                                                     return id.is_null() ? Json("") : id;
                                                   })
                                            .word("outcome", outcomes(), &ScoredHold::outcome)
                                            .object("measured", &ScoredHold::measured, measured_fields());
  return all;
}

// The limiting row of a search or of one of its steps.
template <typename T>
typename Fields<T>::Value limiting() {
  return [](const T& item, const Scorecard& card) { return id_of(item.limiting, card); };
}
Json id_type(const char* about) { return type::described({{"type", {"string", "null"}}}, about); }

const Fields<ScoredSearchStep>& step_fields() {
  using S = ScoredSearchStep;
  static const Fields<S> all = Fields<S>()
                                   .number("rate", &S::rate, "offered, per second")
                                   .number("answered", &S::answered, "good answers per second")
                                   .count("windows", &S::windows)
                                   .flag("confirmation", &S::confirmation, "a confirmation of an earlier step")
                                   .word("outcome", outcomes(), &S::outcome)
                                   .optional_text("reason", &S::reason, "why it is invalid, or was repeated")
                                   .field("limiting", id_type("id of the first requirement that breached"), limiting<S>())
                                   .list("holds", &S::holds, hold_fields());
  return all;
}

const Fields<ScoredCoefficient>& coefficient_fields() {
  static const Fields<ScoredCoefficient> all = Fields<ScoredCoefficient>()
                                                   .number("value", &ScoredCoefficient::value)
                                                   .number("lower", &ScoredCoefficient::lower)
                                                   .number("upper", &ScoredCoefficient::upper);
  return all;
}

const Fields<ScoredLevel>& level_fields() {
  using L = ScoredLevel;
  static const Fields<L> all = Fields<L>()
                                   .number("level", &L::level, "as declared")
                                   .number("n", &L::n, "what the law is fitted over")
                                   .number("throughput", &L::throughput, "good answers per second")
                                   .number("latency", &L::latency, "mean of good answers, seconds")
                                   .number("residual", &L::residual, "throughput less the law's")
                                   .number("efficiency", &L::efficiency, "share of perfect scaling")
                                   .optional_text("left_out", &L::left_out, "why it is not fitted");
  return all;
}

// nullptr without a law.
auto coefficient(ScoredCoefficient ScoredScaling::*which) {
  return [which](const ScoredScaling& scaling) { return scaling.fitted ? &(scaling.*which) : nullptr; };
}

}  // namespace

const Fields<Forecast>& forecast_fields() {
  static const Fields<Forecast> all =
      Fields<Forecast>()
          .number(
              "rate", [](const Forecast& f) { return f.rate.per_second; }, "requests per second")
          .optional_text("by", &Forecast::by, "date as written")
          .optional_number(
              "writes", [](const Forecast& f) { return f.writes ? std::optional(f.writes->per_second) : std::nullopt; },
              "confirmed writes per second among them");
  return all;
}

const Fields<ScoredSearch>& search_fields() {
  using S = ScoredSearch;
  static const Fields<S> all =
      Fields<S>()
          .text("phase", &S::phase)
          .number("confidence", &S::confidence)
          .optional_number("lower", &S::lower, "highest rate shown to hold, less what its windows could not tell")
          .optional_number("upper", &S::upper, "lowest rate shown to breach")
          .number("blind", &S::blind, "a rate this share above the capacity would have looked the same in windows so short")
          .flag("confirmed", &S::confirmed, "it held for the declared time once more")
          .field("limiting", id_type("id of the requirement that breached first above"), limiting<S>())
          .text("ended", &S::ended, "why the search ended")
          .optional_text("trouble", &S::trouble, "our own: why it is no evidence")
          .list("steps", &S::steps, step_fields());
  return all;
}

const Fields<ScoredScaling>& scaling_fields() {
  using S = ScoredScaling;
  static const Fields<S> all =
      Fields<S>()
          .text("phase", &S::phase)
          .word("axis", type::one_of({"rate", "concurrency", "replicas"}), &S::axis)
          .number("confidence", &S::confidence, "of the two-sided intervals")
          .flag("fitted", &S::fitted, "whether there is a law")
          .optional_text("problem", &S::problem, "why there is none")
          .optional_object("gamma", coefficient(&S::gamma), coefficient_fields(), "throughput of one, per second")
          .optional_object("alpha", coefficient(&S::alpha), coefficient_fields(), "contention")
          .optional_object("beta", coefficient(&S::beta), coefficient_fields(), "coherency")
          .optional_number("peak_n", &S::peak_n)
          .optional_number("peak_throughput", &S::peak_throughput)
          .optional_number("ceiling", &S::ceiling, "gamma / alpha")
          .optional_number("knee_lower", &S::knee_lower)
          .optional_number("knee_upper", &S::knee_upper)
          .number("residual_error", &S::residual_error, "residual standard error, per second")
          .texts("warnings", &S::warnings)
          .list("levels", &S::levels, level_fields());
  return all;
}

const Fields<ScoredDependency>& dependency_fields() {
  using D = ScoredDependency;
  static const Fields<D> all = Fields<D>()
                                   .text("name", &D::name)
                                   .optional_text("owner", &D::owner, "who answers for it")
                                   .number("needed", &D::needed, "calls per second at the forecast")
                                   .optional_number("capacity", &D::capacity)
                                   .optional_text("capacity_source", &D::capacity_source, "where the capacity comes from")
                                   .optional_number("margin", &D::margin, "capacity / needed - 1")
                                   .optional_number("spare", &D::spare, "the smaller of capacity and commitment / needed - 1")
                                   .number("declared_calls", &D::declared_calls, "per request of the service")
                                   .optional_number("measured_calls", &D::measured_calls)
                                   .optional_number("measured_calls_in_faults", &D::measured_calls_in_faults)
                                   .compared("calls", &D::calls, "declared against measured calls")
                                   .optional_text("calls_reason", &D::calls_reason, "one sentence")
                                   .optional_text("commitment", &D::commitment, "of the owning team")
                                   .word("verdict", type::verdicts(), &D::state)
                                   .optional_text("reason", &D::reason, "one sentence")
                                   .flag("first_to_break", &D::first_to_break, "the one with the least margin");
  return all;
}

const Fields<ScoredControl>& control_fields() {
  using C = ScoredControl;
  static const Fields<C> all =
      Fields<C>()
          .text("control", &C::control)
          .word("verdict", type::described(type::verdicts(), "the worst of its rows; unknown without any"), &C::state)
          .flag("vouched", &C::vouched, "none of its rows was measured: somebody vouches for them")
          .field("requirements", type::described(type::list(type::text()), "their ids"), [](const C& c, const Scorecard& card) {
            Json ids = Json::array();
            for (const RequirementId id : c.rows) ids.push_back(id_of(id, card));
            return ids;
          });
  return all;
}

Json id_of(RequirementId id, const Scorecard& card) {
  return id.valid() && id.value < card.requirements.size() ? Json(card.requirements[id.value].requirement.id) : Json(nullptr);
}

}  // namespace shakedown::report
