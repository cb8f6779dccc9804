#include "controller/judge/chance.h"

#include <algorithm>
#include <cmath>

#include "controller/judge/capacity/search.h"
#include "controller/judge/sli/families.h"
#include "controller/model/looks_at.h"

namespace shakedown::judging {
namespace {

constexpr double kLeastChance = 1e-9;
constexpr int kHalvings = 12;

struct Statistical {
  const Scenario& scenario;
  bool operator()(const OneOf<AvailabilitySli, UptimeSli, LatencySli, ThroughputSli, ErrorRatioSli, MtbfSli, MtbrSli, MttrSli,
                              ToleratedSli, CapacitySli, HeadroomSli, EfficiencySli, DegradationSli> auto&) const {
    return true;
  }
  bool operator()(const OneOf<OutagesSli, DurabilitySli, CheckSli, AttestedSli> auto&) const { return false; }
  bool operator()(const DownstreamSli&) const {  // by a counter only
    const auto& all = scenario.dependencies;
    return std::any_of(all.begin(), all.end(), [](const Dependency& d) { return d.counter.has_value(); });
  }
  bool operator()(const ImpactSli& sli) const { return sli.unit != ImpactUnit::lost_writes; }
  bool operator()(const RtoSli& sli) const { return sli.share.has_value(); }
  bool operator()(const RpoSli& sli) const { return sli.share.has_value(); }
};

bool fails_at(Requirement requirement, double chance, const Evidence& evidence) {
  requirement.confidence = 1 - chance;
  const Judged judged = std::visit([&](const auto& sli) { return judge_sli(requirement, sli, evidence); }, requirement.sli);
  return judged.verdict.state == VerdictState::fail;
}

// The least chance, from 1e-9 to `own`, at which it still fails.
template <class Fails>
double least_chance(double own, const Fails& fails) {
  if (fails(kLeastChance)) return kLeastChance;
  double no = std::log(kLeastChance), yes = std::log(std::max(own, kLeastChance));
  for (int i = 0; i < kHalvings && no < yes; ++i) {
    const double middle = (no + yes) / 2;
    (fails(std::exp(middle)) ? yes : no) = middle;
  }
  return std::exp(yes);
}

// A search fails by its lowest breach, which is one of as many as it has steps (Bonferroni).
double chance_of_breach(PhaseId phase, double own, const Evidence& evidence) {
  const Search* declared = evidence.scenario->search_of(phase);
  if (declared == nullptr) return own;
  const ScoredSearch search = judge_search(*declared, evidence);
  if (!search.upper) return own;
  const double one =
      least_chance(own, [&](double chance) { return breaches_at(*declared, *search.upper, 1 - chance, evidence); });
  return std::min(own, one * static_cast<double>(search.steps.size()));
}

}  // namespace

bool rests_on_chance(const Requirement& requirement, const Scenario& scenario) {
  return std::visit(Statistical{scenario}, requirement.sli);
}

double chance_of_fail(const Requirement& requirement, const Evidence& evidence) {
  const double own = 1 - requirement.confidence;
  if (const auto search = looks_at(requirement.sli).search) return chance_of_breach(*search, own, evidence);
  return least_chance(own, [&](double chance) { return fails_at(requirement, chance, evidence); });
}

std::vector<bool> holm(const Chances& chances, double alpha) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < chances.size(); ++i) {
    if (chances[i]) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return *chances[a] < *chances[b]; });
  std::vector<bool> rejected(chances.size(), false);
  for (std::size_t k = 0; k < order.size(); ++k) {
    if (*chances[order[k]] > alpha / static_cast<double>(order.size() - k)) break;
    rejected[order[k]] = true;
  }
  return rejected;
}

}  // namespace shakedown::judging
