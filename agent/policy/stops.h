// Steps of a scenario that stop a component are held against the policy as faults of the kind `stop` are. What the drill itself
// has started it may stop.
// Threads: pure.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "agent/policy/admit.h"

namespace shakedown {

// Of all steps that are this agent's. Each must be followed by a step that starts the component again.
std::vector<Denial> admit_stops(const Policy& policy, const Assignment& assignment, WallTime now);
// One at its moment. broken and others: as of admit_injection.
std::vector<Denial> admit_stop(const Policy& policy, const DrillPlan& plan, const Action& action, std::set<ComponentId> broken,
                               const std::vector<std::string>& others, WallTime now);

// The components of this agent that recovery steps of the fault stop.
std::set<ComponentId> stopped_by(const Fault& fault, const Assignment& assignment);

}  // namespace shakedown
