// Injections that broke another process than the one that answers where the probe asks.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "controller/judge/faults/injections.h"

namespace shakedown::judging {

bool beside_the_door(const InjectionView& view, const std::vector<ProbeId>& probes, const Evidence& evidence) {
  const FaultEvent* armed = view.record->find(FaultState::armed);
  if (armed == nullptr || probes.empty()) return false;
  const std::vector<AgentId> agents = evidence.scenario->agents_of(evidence.scenario->fault(view.record->fault));
  return std::all_of(probes.begin(), probes.end(), [&](ProbeId id) {
    const auto& others = armed->served_by_others;
    const Operation& operation = evidence.scenario->operation(evidence.scenario->probe(id).operation);
    const auto own = [&](AgentId agent) { return agent == evidence.probe(id).agent; };
    return std::all_of(agents.begin(), agents.end(), own) &&
           std::find(others.begin(), others.end(), operation.request.target) != others.end();
  });
}

std::string beside_words(std::size_t injections, FaultId fault, const std::vector<ProbeId>& probes, const Scenario& scenario) {
  if (injections == 0) return "";
  std::vector<std::string> names;
  for (const ProbeId id : probes) {
    const std::string& name = scenario.targets.at(scenario.operation(scenario.probe(id).operation).request.target.value).name;
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return fmt::format(" In {} nobody saw anything go away: not {} answers at {}, but another process.",
                     counted(injections, "injection"), scenario.names_of(scenario.fault(fault).kind.components),
                     fmt::join(names, " and "));
}

}  // namespace shakedown::judging
