// Requirements on the page: verdict, value with its bounds, and the limit beside them.
#include <cmath>
#include <limits>

#include "controller/metrics/page.h"

namespace shakedown {
namespace {

const std::vector<std::string> kVerdicts = {"pass", "fail", "not_proven", "unknown"};
const std::vector<std::string> kWatermelons = {"none", "honest", "optimistic", "pessimistic", "unverifiable"};
const std::vector<std::string> kStatuses = {"green", "yellow", "red"};
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr const char* kSuffixes[] = {"ratio", "seconds", "per_second", "events", "writes", "value", "state"};

// A name carries its unit, so each quantity is one family per unit.
const char* suffix(Unit unit) {
  switch (unit) {
    case Unit::ratio: return "ratio";
    case Unit::seconds: return "seconds";
    case Unit::per_second: return "per_second";
    case Unit::count: return "events";
    case Unit::writes: return "writes";
    case Unit::margin: return "ratio";
    case Unit::number: return "value";
    case Unit::holds: return "state";
  }
  return "unknown";
}

const char* comparison(Comparison comparison) { return comparison == Comparison::at_most ? "at_most" : "at_least"; }

double declared_value(const Requirement& requirement) {
  return requirement.declared ? requirement.declared->value.value_or(kNone) : kNone;
}

// One quantity of every requirement, each under the name of its unit.
template <typename Quantity>
void add_quantity(MetricFamilies& page, const Scorecard& card, const std::string& name, const char* help, Quantity quantity) {
  for (const std::string_view unit : kSuffixes) {
    MetricFamily family = gauge((name + "_" + std::string(unit)).c_str(), help);
    bool any = false;
    for (const ScoredRequirement& row : card.requirements) {
      if (suffix(unit_of(row.requirement.sli)) != unit) continue;
      family.add({{"requirement", row.requirement.id}}, quantity(row));
      any = true;
    }
    if (any) page.push_back(family.take());
  }
}

void add_quantities(MetricFamilies& page, const Scorecard& card) {
  using Row = ScoredRequirement;
  add_quantity(page, card, "shakedown_requirement_measured", "What was measured; NaN = nothing yet.",
               [](const Row& row) { return row.verdict.measured.value.value_or(kNone); });
  add_quantity(page, card, "shakedown_requirement_lower", "Lower one-sided bound; NaN = nothing yet.",
               [](const Row& row) { return row.verdict.measured.lower.value_or(kNone); });
  add_quantity(page, card, "shakedown_requirement_upper", "Upper one-sided bound; NaN = nothing yet.",
               [](const Row& row) { return row.verdict.measured.upper.value_or(kNone); });
  add_quantity(page, card, "shakedown_requirement_limit", "The objective's limit.",
               [](const Row& row) { return row.requirement.objective.limit; });
  add_quantity(page, card, "shakedown_requirement_declared", "What the team declares; NaN = nothing.",
               [](const Row& row) { return declared_value(row.requirement); });
}

void add_info(MetricFamilies& page, const Scorecard& card) {
  MetricFamily info = gauge("shakedown_requirement_info", "What the requirement is; join the others with it.");
  for (const ScoredRequirement& row : card.requirements) {
    const Requirement& requirement = row.requirement;
    info.add({{"requirement", requirement.id},
              {"area", to_string(requirement.area)},
              {"title", requirement.title},
              {"sli", kind_name(requirement.sli)},
              {"unit", suffix(unit_of(requirement.sli))},
              {"comparison", comparison(requirement.objective.comparison)},
              {"must", requirement.must ? "true" : "false"},
              {"owner", requirement.owner}},
             1);
  }
  page.push_back(info.take());
}

std::string declared_status(const Requirement& requirement) {
  const bool said = requirement.declared && requirement.declared->status;
  return said ? to_string(*requirement.declared->status) : "";
}

}  // namespace

void add_requirement_metrics(MetricFamilies& page, const MetricsInput& input) {
  MetricFamily verdict = gauge("shakedown_requirement_verdict", "1 for the verdict on the evidence so far.");
  MetricFamily watermelon =
      gauge("shakedown_requirement_watermelon", "1 for how what is declared compares with what was measured.");
  MetricFamily status = gauge("shakedown_requirement_declared_status", "1 for the status that the team declares.");
  MetricFamily risk = gauge("shakedown_requirement_at_risk", "1 for a pass within a tenth of its limit.");
  MetricFamily samples = gauge("shakedown_requirement_samples", "Samples that the verdict rests on.");
  MetricFamily evidence =
      gauge("shakedown_requirement_evidence_timestamp_seconds", "When a verdict with samples was last given; 0 = never.");
  const double judged = static_cast<double>(input.judged_at.time_since_epoch().count()) * 1e-9;
  for (const ScoredRequirement& row : input.card.requirements) {
    const std::string& id = row.requirement.id;
    add_states(verdict, "requirement", id, "state", kVerdicts, to_string(row.verdict.state));
    add_states(watermelon, "requirement", id, "state", kWatermelons, to_string(row.verdict.watermelon));
    add_states(status, "requirement", id, "status", kStatuses, declared_status(row.requirement));
    risk.add({{"requirement", id}}, row.verdict.at_risk);
    samples.add({{"requirement", id}}, static_cast<double>(row.verdict.measured.samples));
    evidence.add({{"requirement", id}}, row.verdict.measured.samples > 0 ? judged : 0);
  }
  add_info(page, input.card);
  for (MetricFamily* family : {&verdict, &watermelon, &status, &risk, &samples, &evidence}) page.push_back(family->take());
  add_quantities(page, input.card);
}

}  // namespace shakedown
