#include "core/model/plan.h"

#include <algorithm>

#include "core/form/document.h"

namespace shakedown {

std::vector<std::string> DrillPlan::secrets_of(const Request& request) const {
  std::vector<std::string> names;
  for (const Secret& one : secrets) names.push_back(one.name);
  return secrets_named(request.document, names);
}

AgentId DrillPlan::agent_of(ComponentId id) const {
  const AgentId declared = id.value < components.size() ? components[id.value].agent : AgentId();
  return declared.valid() ? declared : AgentId(0);
}

std::vector<AgentId> DrillPlan::agents_of(const Fault& fault) const {
  std::vector<AgentId> out;
  for (const ComponentId id : fault.kind.components) {
    if (std::find(out.begin(), out.end(), agent_of(id)) == out.end()) out.push_back(agent_of(id));
  }
  return out;
}

AgentId DrillPlan::agent_of(const Action& step, const Fault& fault) const {
  const AgentId declared = step.kind == Action::Kind::exec ? step.agent : agent_of(step.component);
  const std::vector<AgentId> agents = agents_of(fault);
  const bool takes_part = std::find(agents.begin(), agents.end(), declared) != agents.end();
  return takes_part || agents.empty() ? declared : agents.front();
}

std::string DrillPlan::names_of(const std::vector<ComponentId>& ids) const {
  std::string out;
  for (const ComponentId id : ids) out += (out.empty() ? "" : ", ") + (id.value < components.size() ? component(id).name : "?");
  return out;
}

}  // namespace shakedown
