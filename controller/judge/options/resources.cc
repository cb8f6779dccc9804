// Resources: what the measured scaling law says is needed.
#include <algorithm>
#include <cmath>

#include "controller/judge/options/tradeoffs.h"
#include "controller/model/looks_at.h"

namespace shakedown::judging {
namespace {

// The rate that the row asks for; nullopt when more resources are no answer to it, or nobody says how much is coming.
struct RateAsked {
  const ScoredRequirement* row;
  const Scorecard* card;

  std::optional<double> forecast() const {
    return card->forecast ? std::optional(card->forecast->rate.per_second) : std::nullopt;
  }
  std::optional<double> operator()(const OneOf<CapacitySli, ThroughputSli> auto&) const {
    return row->requirement.objective.limit;
  }
  std::optional<double> operator()(const HeadroomSli&) const {
    const auto rate = forecast();
    return rate ? std::optional(*rate * (1 + row->requirement.objective.limit)) : std::nullopt;
  }
  std::optional<double> operator()(const OneOf<AvailabilitySli, LatencySli, ErrorRatioSli, EfficiencySli> auto&) const {
    return forecast();
  }
  std::optional<double> operator()(
      const OneOf<UptimeSli, MtbfSli, MtbrSli, MttrSli, OutagesSli, ImpactSli, ToleratedSli, RtoSli, RpoSli, DurabilitySli,
                  DegradationSli, DownstreamSli, CheckSli, AttestedSli> auto&) const {
    return std::nullopt;
  }
};

// The series that speaks of the row: an efficiency's own, else replicas before users before rates, fitted ones first.
const ScoredScaling* series_for(const ScoredRequirement& row, const Scorecard& card, const Scenario& scenario) {
  const std::optional<PhaseId> own = looks_at(row.requirement.sli).series;
  const ScoredScaling* best = nullptr;
  const auto rank = [](const ScoredScaling& s) { return (s.fitted ? 10 : 0) + static_cast<int>(s.axis); };
  for (const ScoredScaling& s : card.scalings) {
    if (own && s.phase != scenario.phase(*own).name) continue;
    if (best == nullptr || rank(s) > rank(*best)) best = &s;
  }
  return best;
}

double most_measured(const ScoredScaling& law) {
  double most = 0;
  for (const ScoredLevel& level : law.levels) most = std::max(most, level.left_out.empty() ? level.n : 0);
  return most;
}

Extrapolation asked_at(const ScoredScaling& law, double n, bool want_of_resources) {
  const double most = most_measured(law);
  return {law.phase, most, n > most, want_of_resources};
}

LawCarries by_law(const ScoredRequirement& row, const ScoredScaling& law, double rate) {
  const LooksAt at = looks_at(row.requirement.sli);
  const bool direct = at.search.has_value() || at.load == LoadFigure::good_rate;  // it is about a rate itself
  LawCarries out{law.axis, rate, law_needed(law, rate), 0, law.peak_n, {}};
  out.cap = law.peak_throughput.value_or(law.ceiling.value_or(law_throughput(law, 1e9)));
  out.law = asked_at(law, out.needed.value_or(law.peak_n.value_or(INFINITY)), out.needed && !direct);
  return out;
}

LawKeeps by_efficiency(const ScoredRequirement& row, const ScoredScaling& law, std::optional<double> rate) {
  LawKeeps out{law.axis, row.requirement.objective.limit, {}, 0, rate, {}, {}};
  out.reach = law_reach(law, out.share);
  if (out.reach) out.carried = law_throughput(law, std::floor(*out.reach + 1e-9));
  if (rate) out.needed = law_needed(law, *rate);
  out.law = asked_at(law, out.reach.value_or(INFINITY), false);
  return out;
}

}  // namespace

double law_throughput(const ScoredScaling& law, double n) {
  return law.gamma.value * n / (1 + law.alpha.value * (n - 1) + law.beta.value * n * (n - 1));
}

std::optional<double> law_needed(const ScoredScaling& law, double rate) {
  const double a = law.alpha.value, b = law.beta.value, g = law.gamma.value;
  if (!(rate > 0) || !(g > 0)) return std::nullopt;
  if (rate <= g) return 1;
  // b N^2 + (a - b - g / X) N + (1 - a) = 0, the smaller root; in the form that also holds for b = 0.
  const double middle = g / rate - a + b;
  const double inside = middle * middle - 4 * b * (1 - a);
  if (middle <= 0 || inside < 0) return std::nullopt;
  return 2 * (1 - a) / (middle + std::sqrt(inside));
}

std::optional<double> law_reach(const ScoredScaling& law, double share) {
  const double a = law.alpha.value, b = law.beta.value;
  if (!(share > 0) || (a <= 0 && b <= 0)) return std::nullopt;
  const double lost = 1 / share - 1;
  if (lost < 0) return 0;
  // a (N - 1) + b N (N - 1) = lost
  if (b <= 0) return 1 + lost / a;
  const double middle = a - b;
  return (-middle + std::sqrt(middle * middle + 4 * b * (a + lost))) / (2 * b);
}

std::optional<TradeOff> resources_option(const ScoredRequirement& row, const Scorecard& card, const Scenario& scenario) {
  const auto rate = std::visit(RateAsked{&row, &card}, row.requirement.sli);
  const bool efficiency = looks_at(row.requirement.sli).series.has_value();
  if (!rate && !efficiency) return std::nullopt;
  const ScoredScaling* law = series_for(row, card, scenario);
  TradeOff out{TradeOff::Kind::resources, NoLaw{"", "", rate}, owner_of(row, card)};
  if (law != nullptr && !law->fitted) out.way = NoLaw{law->phase, law->problem, rate};
  if (law != nullptr && law->fitted && efficiency) out.way = by_efficiency(row, *law, rate);
  if (law != nullptr && law->fitted && !efficiency) out.way = by_law(row, *law, *rate);
  return out;
}

}  // namespace shakedown::judging
