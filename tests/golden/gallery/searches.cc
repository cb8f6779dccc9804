#include <fmt/format.h>

#include "controller/judge/capacity/search.h"
#include "controller/judge/capacity/transient.h"
#include "tests/golden/gallery/figures.h"
#include "tests/golden/gallery/gallery.h"

namespace shakedown::gallery {
namespace {

using testing::Drill;
using Kind = SearchOrder::Kind;

// What a search tries on a service of a drawn capacity, where some steps are in doubt, some are ours, and some are not confirmed.
std::string orders() {
  std::string out;
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    Dice dice(seed);
    Search search;
    search.from = Rate{dice.of<double>({50, 100})};
    search.to = Rate{dice.of<double>({100, 1600, 10'000})};
    search.windows = 2;
    search.confirm = std::chrono::seconds(dice.of<int>({0, 60}));
    search.resolution = Share{dice.of<double>({0.02, 0.05, 0.2})};
    const double capacity = dice.of<double>({40, 99, 130, 777, 1e6}), doubt = dice.of<double>({1, 1.02, 1.3});
    std::vector<ScoredSearchStep> steps;
    SearchOrder order = next_search_order(search, steps);
    for (; order.kind != Kind::done && steps.size() < 60; order = next_search_order(search, steps)) {
      ScoredSearchStep step;
      step.rate = order.rate;
      step.confirmation = order.kind == Kind::confirm;
      step.outcome = order.rate <= capacity          ? StepOutcome::holds
                     : order.rate < capacity * doubt ? StepOutcome::undecided
                                                     : StepOutcome::breaches;
      if (step.confirmation && dice.one_in(2))
        step.outcome = dice.of<StepOutcome>({StepOutcome::breaches, StepOutcome::undecided});
      if (dice.one_in(12)) step.outcome = StepOutcome::invalid, step.reason = "we were late";
      steps.push_back(step);
      out += fmt::format("{}{:.5g} {}, ", step.confirmation ? "confirm " : "", order.rate, to_string(step.outcome));
    }
    out += order.reason + "\n";
  }
  return out;
}

std::string blind() {
  std::string out;
  for (const double limit : {0.0, 0.05, 0.5, 3.0}) {
    Drill drill;
    Search search;
    search.phase = drill.add_phase("limit", 60, 10, false);
    drill.require("PE-1", LatencySli{OperationId(0), 0.9, {}}, Comparison::at_most, limit > 0 ? limit : 0.02);
    drill.require("ER-1", ErrorRatioSli{}, Comparison::at_most, 0.1);
    drill.require("AV-1", AvailabilitySli{}, Comparison::at_least, 0.99);
    search.hold = {RequirementId(0)};
    if (limit == 0) search.hold = {RequirementId(0), RequirementId(1), RequirementId(2)};
    for (const int window : {1, 8, 30}) {
      for (const int settle : {0, 5}) {
        search.window = std::chrono::seconds(window), search.settle = std::chrono::seconds(settle);
        search.windows = 3, search.confirm = std::chrono::seconds(window * settle);
        out += fmt::format("{:.5g} {:.5g}", judging::blind_share(search, search.window, drill.scenario),
                           judging::planned_blind_share(search, drill.scenario));
        for (const double rate : {0.0, 20.0, 3000.0}) {
          out += fmt::format(" {:.5g}", judging::blind_share_at(rate, 0.95, search, search.window, drill.scenario));
        }
        out += "\n";
      }
    }
  }
  return out;
}

}  // namespace

Figures searches() { return {{"orders", orders()}, {"blind", blind()}}; }

}  // namespace shakedown::gallery
