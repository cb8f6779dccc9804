#include "controller/model/scenario.h"

#include <algorithm>

namespace shakedown {
namespace {

template <class List>
auto of_phase(const List& list, PhaseId id) -> decltype(list.data()) {
  const auto found = std::find_if(list.begin(), list.end(), [id](const auto& one) { return one.phase == id; });
  return found == list.end() ? nullptr : &*found;
}

}  // namespace

const Search* Scenario::search_of(PhaseId id) const { return of_phase(searches, id); }
const StepSeries* Scenario::steps_of(PhaseId id) const { return of_phase(step_series, id); }

Duration planned_duration(const Scenario& scenario) {
  Duration total{};
  for (const Phase& phase : scenario.phases) total += phase.duration * phase.repeat;
  return total;
}

}  // namespace shakedown
