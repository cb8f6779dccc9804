// Resources: what the measured scaling law says is needed.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "controller/judge/options/tradeoffs.h"
#include "controller/judge/settle.h"

namespace shakedown::judging {
namespace {

// The rate that the row asks for; nullopt when more resources are no answer to it, or nobody says how much is coming.
struct RateAsked {
  const ScoredRequirement* row;
  const Scorecard* card;

  std::optional<double> forecast() const {
    return card->forecast ? std::optional(card->forecast->rate.per_second) : std::nullopt;
  }
  std::optional<double> operator()(const CapacitySli&) const { return row->requirement.objective.limit; }
  std::optional<double> operator()(const ThroughputSli&) const { return row->requirement.objective.limit; }
  std::optional<double> operator()(const HeadroomSli&) const {
    const auto rate = forecast();
    return rate ? std::optional(*rate * (1 + row->requirement.objective.limit)) : std::nullopt;
  }
  std::optional<double> operator()(const AvailabilitySli&) const { return forecast(); }
  std::optional<double> operator()(const LatencySli&) const { return forecast(); }
  std::optional<double> operator()(const ErrorRatioSli&) const { return forecast(); }
  std::optional<double> operator()(const EfficiencySli&) const { return forecast(); }
  template <class Other>
  std::optional<double> operator()(const Other&) const {
    return std::nullopt;
  }
};

// The series that speaks of the row: an efficiency's own, else replicas before users before rates, fitted ones first.
const ScoredScaling* series_for(const ScoredRequirement& row, const Scorecard& card, const Scenario& scenario) {
  const auto* efficiency = std::get_if<EfficiencySli>(&row.requirement.sli);
  const ScoredScaling* best = nullptr;
  const auto rank = [](const ScoredScaling& s) { return (s.fitted ? 10 : 0) + static_cast<int>(s.axis); };
  for (const ScoredScaling& s : card.scalings) {
    if (efficiency != nullptr && s.phase != scenario.phase(efficiency->phase).name) continue;
    if (best == nullptr || rank(s) > rank(*best)) best = &s;
  }
  return best;
}

const char* unit_words(StepAxis axis) {
  switch (axis) {
    case StepAxis::replicas: return "replicas";
    case StepAxis::concurrency: return "concurrent users";
    case StepAxis::rate: return "requests in progress";
  }
  return "";
}

std::string whole(double n) { return grouped(std::ceil(n - 1e-9)); }

double most_measured(const ScoredScaling& law) {
  double most = 0;
  for (const ScoredLevel& level : law.levels) most = std::max(most, level.left_out.empty() ? level.n : 0);
  return most;
}

std::string assumption(const ScoredScaling& law, double n, bool needs_load_cause) {
  const double most = most_measured(law);
  std::string out = n > most ? fmt::format("the law of {} goes on beyond {}, where it was measured", law.phase, grouped(most))
                             : fmt::format("the law of {} holds in production as it was measured", law.phase);
  if (needs_load_cause) out += "; the row misses for want of resources, not for a defect";
  return out;
}

std::string unreached(const ScoredScaling& law, double rate) {
  const char* unit = unit_words(law.axis);
  const double cap = law.peak_throughput.value_or(law.ceiling.value_or(law_throughput(law, 1e9)));
  const std::string at = law.peak_n ? fmt::format(", at {} {}", whole(*law.peak_n), unit) : "";
  return fmt::format("No number of {} reaches {}/s: contention caps it at {}/s{}", unit, grouped(rate), grouped(cap), at);
}

TradeOff by_law(const ScoredRequirement& row, const ScoredScaling& law, double rate) {
  TradeOff out;
  const auto needed = law_needed(law, rate);
  const Sli& sli = row.requirement.sli;
  const bool direct = std::holds_alternative<CapacitySli>(sli) || std::holds_alternative<HeadroomSli>(sli) ||
                      std::holds_alternative<ThroughputSli>(sli);
  out.option =
      needed ? fmt::format("{} {} carry {}/s", whole(*needed), unit_words(law.axis), grouped(rate)) : unreached(law, rate);
  out.assumption = assumption(law, needed.value_or(law.peak_n.value_or(INFINITY)), needed && !direct);
  return out;
}

TradeOff by_efficiency(const ScoredRequirement& row, const ScoredScaling& law, std::optional<double> rate) {
  TradeOff out;
  const double share = row.requirement.objective.limit;
  const auto reach = law_reach(law, share);
  const char* unit = unit_words(law.axis);
  if (!reach) {
    out.option = fmt::format("By its law it keeps {} of perfect scaling at any number of {}", percent_text(share), unit);
  } else if (*reach < 1) {
    out.option = fmt::format("No number of {} keeps {} of perfect scaling", unit, percent_text(share));
  } else {
    out.option = fmt::format("At most {} {} keep {} of perfect scaling, and carry {}/s", grouped(std::floor(*reach + 1e-9)), unit,
                             percent_text(share), grouped(law_throughput(law, std::floor(*reach + 1e-9))));
  }
  if (rate) {
    const auto needed = law_needed(law, *rate);
    out.option += needed ? fmt::format("; the forecast of {}/s takes {}", grouped(*rate), whole(*needed))
                         : fmt::format("; no number carries the forecast of {}/s", grouped(*rate));
  }
  out.assumption = assumption(law, reach.value_or(INFINITY), false);
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
  const bool efficiency = std::holds_alternative<EfficiencySli>(row.requirement.sli);
  if (!rate && !efficiency) return std::nullopt;
  const ScoredScaling* law = series_for(row, card, scenario);
  TradeOff out;
  if (law != nullptr && law->fitted) {
    out = efficiency ? by_efficiency(row, *law, rate) : by_law(row, *law, *rate);
  } else if (law != nullptr) {
    out.option = fmt::format("What it takes is not known: no law fits the steps of {} ({})", law->phase, law->problem);
    out.assumption = "none";
  } else {
    out.option =
        fmt::format("What {} takes is not known: a series of steps over 1, 2, 4, 8, 16 and 32 replicas (or users) would tell",
                    rate ? grouped(*rate) + "/s" : "it");
    out.assumption = "none";
  }
  out.kind = TradeOff::Kind::resources;
  out.owner = owner_of(row, card);
  return out;
}

}  // namespace shakedown::judging
