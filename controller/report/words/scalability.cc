#include "controller/report/words/scalability.h"

#include <algorithm>
#include <cmath>

#include "controller/model/looks_at.h"
#include "controller/report/words/text.h"
#include "controller/report/words/words.h"

namespace shakedown::report {
namespace {

std::string whole_percent(double share, bool up) {
  const double percent = std::fabs(share) * 100;
  return format_number(up ? std::ceil(percent - 1e-9) : std::floor(percent + 1e-9)) + "%";
}

// Rounded to the unfavourable side.
std::string side(double margin, const char* below, const char* above) {
  return whole_percent(margin, margin < 0) + (margin < 0 ? below : above);
}

std::string range_of_margin(const Measured& m, const char* below, const char* above) {
  if (!m.lower || !m.upper) return m.value ? side(*m.value, below, above) : "nothing";
  const double low = *m.lower, high = *m.upper;
  if (!std::isfinite(high)) return "at least " + side(low, below, above);
  if (low < 0 && high < 0) {
    const std::string least = whole_percent(high, false), most = whole_percent(low, true);
    return (least == most ? most : least.substr(0, least.size() - 1) + "–" + most) + below;
  }
  if (low >= 0) {
    const std::string least = whole_percent(low, false), most = whole_percent(high, true);
    return (least == most ? most : least.substr(0, least.size() - 1) + "–" + most) + above;
  }
  return whole_percent(low, true) + below + " to " + whole_percent(high, true) + above;
}

struct ScalabilityMeasured {
  const ScoredRequirement* row;
  const Measured& measured() const { return row->verdict.measured; }
  using Words = std::optional<std::string>;

  Words operator()(const CapacitySli&) const {
    const Measured& m = measured();
    if (!m.lower || !m.upper) return m.value ? grouped(*m.value) + "/s carried" : "nothing";
    if (!m.value) return std::isfinite(*m.upper) ? "less than " + grouped(*m.upper) + "/s carried" : "nothing";
    if (!std::isfinite(*m.upper)) return "at least " + grouped(*m.lower) + "/s carried";
    return grouped(*m.lower) + "–" + grouped(*m.upper) + "/s carried";
  }
  Words operator()(const HeadroomSli&) const {
    return range_of_margin(measured(), " less than the forecast", " more than the forecast");
  }
  Words operator()(const DownstreamSli&) const {
    const Measured& m = measured();
    if (!m.value) return "nothing";
    const Objective& promised = row->requirement.objective;
    const bool enough = promised.comparison == Comparison::at_least && *m.value >= promised.limit;
    const char* but = enough && row->verdict.state == VerdictState::fail ? ", but not committed" : "";
    return side(*m.value, " short at the forecast", " to spare at the forecast") + but;
  }
  Words operator()(const DegradationSli& sli) const {
    const Measured& m = measured();
    if (!m.value) return "nothing";
    return whole_percent(*m.value, *m.value > 0) + (*m.value < 0 ? " faster" : " slower") + " after " + format_duration(sli.per);
  }
  Words operator()(const CheckSli& sli) const {
    if (sli.answer != CheckAnswer::holds) return std::nullopt;
    if (!measured().value) return "nothing";
    return *measured().value >= 1 ? "it holds" : "it does not hold";
  }
  Words operator()(const AttestedSli& sli) const {
    return attested_words(sli) + (row->verdict.state == VerdictState::fail ? ", expired" : "");
  }
  Words operator()(const OneOf<AvailabilitySli, UptimeSli, LatencySli, ThroughputSli, ErrorRatioSli, MtbfSli, MtbrSli, MttrSli,
                               OutagesSli, ImpactSli, ToleratedSli, RtoSli, RpoSli, DurabilitySli, EfficiencySli> auto&) const {
    return std::nullopt;
  }
};

std::string after(double s) { return " after " + format_value(s, Unit::seconds); }

}  // namespace

std::string grouped(double value) {
  if (!std::isfinite(value)) return "unbounded";
  const double magnitude = std::fabs(value);
  if (magnitude < 999.5) return format_number(std::round(value * 10) / 10);
  const double step = std::pow(10, std::max(0.0, std::floor(std::log10(magnitude)) - 3));
  std::string out = std::to_string(std::llround(std::round(value / step) * step));
  const std::size_t first = value < 0 ? 1 : 0;
  for (std::size_t at = out.size(); at > 3 + first;) out.insert(at -= 3, " ");
  return out;
}

std::string carried_words(const ScoredSearch& search) {
  const std::string sure = search.unconfirmed ? "perhaps " : "";
  if (search.lower && search.upper) return sure + grouped(*search.lower) + "–" + grouped(*search.upper);
  if (search.lower) return (sure.empty() ? "at least " : sure) + grouped(*search.lower);
  return search.upper ? "less than " + grouped(*search.upper) : "nothing shown";
}

std::string margin_words(double margin) {
  if (margin == 0) return "exactly the forecast";
  return side(margin, " short of the forecast", " above the forecast");
}

std::optional<std::string> scalability_measured(const ScoredRequirement& row) {
  return std::visit(ScalabilityMeasured{&row}, row.requirement.sli);
}

std::string attested_words(const AttestedSli& attested) {
  return "vouched for by " + clean(attested.by) + " until " + day_words(attested.expires);
}

std::string row_name(const Scorecard& card, RequirementId id) {
  if (!id.valid() || id.value >= card.requirements.size()) return {};
  const Requirement& r = card.requirements[id.value].requirement;
  return clean(r.id + " " + r.title);
}

std::string reported_value(const ScoredRequirement& row) {
  if (!row.reported || !row.reported->value) return {};
  return format_value(*row.reported->value, unit_of(row.requirement.sli));
}

bool reported_greener(const ScoredRequirement& row) { return row.reported && row.reported->watermelon == Watermelon::optimistic; }

std::string outage_proof_words(const ScoredReported& reported) {
  switch (reported.outage_proof) {
    case ScoredReported::Proof::not_tested: return {};
    case ScoredReported::Proof::moved:
      return "noticed that the service was away" + (reported.moved_after_seconds ? after(*reported.moved_after_seconds) : "");
    case ScoredReported::Proof::silent: return "went silent while the service was away";
    case ScoredReported::Proof::unmoved: return "stayed green while the service was away";
  }
  return {};
}

std::string alert_words(const ScoredReported& reported) {
  if (reported.alert.empty() || !reported.alert_in_time) return {};
  const std::string name = "alert " + clean(reported.alert);
  if (!reported.alert_after_seconds) return name + " did not fire";
  return name + " fired" + after(*reported.alert_after_seconds) + (*reported.alert_in_time ? ", in time" : ", too late");
}

bool blind(const ScoredReported& reported) {
  using Proof = ScoredReported::Proof;
  return reported.outage_proof == Proof::silent || reported.outage_proof == Proof::unmoved ||
         (reported.alert_in_time && !*reported.alert_in_time);
}

const ScoredDependency* first_to_break(const Scorecard& card) {
  const auto found =
      std::find_if(card.downstream.begin(), card.downstream.end(), [](const ScoredDependency& d) { return d.first_to_break; });
  return found == card.downstream.end() ? nullptr : &*found;
}

std::string first_to_break_words(const ScoredDependency& dependency) {
  std::string out =
      clean(dependency.name) + ": " + (dependency.margin ? margin_words(*dependency.margin) : "not known how much it takes");
  if (!dependency.owner.empty()) out += ", " + clean(dependency.owner);
  return out;
}

const char* option_title(TradeOff::Kind kind) {
  switch (kind) {
    case TradeOff::Kind::resources: return "Resources";
    case TradeOff::Kind::focus: return "Focus";
    case TradeOff::Kind::date: return "Date";
    case TradeOff::Kind::promise: return "Promise";
  }
  return "";
}

const char* axis_words(StepAxis axis) {
  switch (axis) {
    case StepAxis::replicas: return "replicas";
    case StepAxis::concurrency: return "users at once";
    case StepAxis::rate: return "requests in progress";
  }
  return "";
}

}  // namespace shakedown::report
