#include "controller/judge/chance.h"

#include <algorithm>
#include <cmath>

#include "controller/judge/families.h"

namespace shakedown::judging {
namespace {

constexpr double kLeastChance = 1e-9;
constexpr int kHalvings = 12;

struct Statistical {
  bool operator()(const AvailabilitySli&) const { return true; }
  bool operator()(const UptimeSli&) const { return true; }
  bool operator()(const LatencySli&) const { return true; }
  bool operator()(const ThroughputSli&) const { return true; }
  bool operator()(const ErrorRatioSli&) const { return true; }
  bool operator()(const MtbfSli&) const { return true; }
  bool operator()(const MttrSli&) const { return true; }
  bool operator()(const ToleratedSli&) const { return true; }
  bool operator()(const CapacitySli&) const { return true; }
  bool operator()(const HeadroomSli&) const { return true; }
  bool operator()(const EfficiencySli&) const { return true; }
  bool operator()(const DegradationSli&) const { return true; }
  bool operator()(const RtoSli& sli) const { return sli.share.has_value(); }
  bool operator()(const RpoSli& sli) const { return sli.share.has_value(); }
  template <class Other>
  bool operator()(const Other&) const {
    return false;
  }
};

bool fails_at(Requirement requirement, double chance, const Evidence& evidence) {
  requirement.confidence = 1 - chance;
  const Judged judged =
      std::visit([&](const auto& sli) { return judge_sli(requirement, sli, evidence); }, requirement.sli);
  return judged.verdict.state == VerdictState::fail;
}

}  // namespace

bool rests_on_chance(const Requirement& requirement) { return std::visit(Statistical{}, requirement.sli); }

double chance_of_fail(const Requirement& requirement, const Evidence& evidence) {
  // A search decides at the confidence of the rows that it held; asking this row again changes nothing.
  const double own = 1 - requirement.confidence;
  if (std::holds_alternative<CapacitySli>(requirement.sli) || std::holds_alternative<HeadroomSli>(requirement.sli)) return own;
  if (fails_at(requirement, kLeastChance, evidence)) return kLeastChance;
  double no = std::log(kLeastChance), yes = std::log(std::max(own, kLeastChance));
  for (int i = 0; i < kHalvings && no < yes; ++i) {
    const double middle = (no + yes) / 2;
    (fails_at(requirement, std::exp(middle), evidence) ? yes : no) = middle;
  }
  return std::exp(yes);
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
