#include "controller/model/demand.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace shakedown {

Demand peak_demand(const Scenario& scenario, PhaseId id) {
  const Phase& phase = scenario.phase(id);
  if (!phase.load) return {};
  const Search* search = scenario.search_of(id);
  const StepSeries* series = scenario.steps_of(id);
  const double top =
      series != nullptr && series->axis != StepAxis::replicas && !series->levels.empty() ? series->levels.back() : 0;
  if (const auto* closed = std::get_if<ClosedLoad>(&phase.load->kind)) {
    return {0, top > 0 ? top : static_cast<double>(closed->users)};
  }
  if (search != nullptr) return {search->to.per_second, 0};
  return {top > 0 ? top : peak_rate(std::get<OpenLoad>(phase.load->kind).shape), 0};
}

double most_connections(const Scenario& scenario, const Load& load) {
  if (scenario.connections.max == 0) return INFINITY;
  std::set<uint32_t> targets;
  for (const MixEntry& entry : load.mix) targets.insert(scenario.operation(entry.operation).request.target.value);
  const auto all = std::count_if(scenario.agents.begin(), scenario.agents.end(), [](const AgentSpec& a) { return a.load; });
  const double agents = load.from.valid() ? 1 : static_cast<double>(all);
  return static_cast<double>(scenario.connections.max) * static_cast<double>(targets.size()) * agents;
}

}  // namespace shakedown
