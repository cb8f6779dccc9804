#include "controller/judge/valid/leftovers.h"

#include <algorithm>

#include <fmt/format.h>

namespace shakedown::judging {
namespace {

// Whether a change of this component, by name, is one of what the scenario measures. Unknown = it may be.
bool is_shared(const std::string& component, const Scenario& scenario) {
  if (component.empty()) return true;
  return std::any_of(scenario.components.begin(), scenario.components.end(),
                     [&](const Component& one) { return one.name == component; });
}

// Gone without a goodbye, so that nobody has said whether everything was undone.
bool vanished(AgentId id, const Evidence& evidence) {
  const auto found = evidence.timeline->agents().find(id);
  return found != evidence.timeline->agents().end() && found->second.lost && !found->second.left;
}

std::string what_to_do(AgentId agent, const Evidence& evidence) {
  return fmt::format("on the host of agent {}, `shakedown undo --list` shows what stands", evidence.agent_name(agent));
}

void add_injection(std::vector<Leftover>& out, const InjectionRecord& record, const Evidence& evidence) {
  if (record.fault.value >= evidence.scenario->faults.size()) return;
  const std::string& fault = evidence.scenario->fault(record.fault).name;
  const std::string name = fmt::format("{} {}", fault, record.number);
  const FaultEvent* clean = record.find(FaultState::clean);
  if (const FaultEvent* left = record.find(FaultState::leftover)) {
    const bool taken_back = clean != nullptr && record.state == FaultState::clean;
    out.push_back({fmt::format("{} left something behind: {}{}", name, left->detail,
                               taken_back ? "; it was taken back later in the run" : ""),
                   left->earliest, true, !taken_back, true, fault, record.number});
    return;
  }
  if (clean != nullptr || !record.may_have_changed()) return;
  const auto agents = evidence.scenario->agents_of(evidence.scenario->fault(record.fault));
  const auto lost = std::find_if(agents.begin(), agents.end(), [&](AgentId id) { return vanished(id, evidence); });
  const bool gone = lost != agents.end();
  const AgentId agent = gone ? *lost : agents.empty() ? AgentId(0) : agents.front();
  if (evidence.goes_on && !gone) return;  // its undo is still to come
  const std::string why =
      gone ? fmt::format("agent {} was lost and has not said whether it was undone", evidence.agent_name(agent))
           : "the run ended before it was proven undone";
  out.push_back({fmt::format("{} may still stand: {}; {}", name, why, what_to_do(agent, evidence)),
                 gone ? *evidence.lost_at(agent) : evidence.timeline->last(), true, true, true, fault, record.number});
}

// What setup started on the host of an agent that vanished.
void add_started(std::vector<Leftover>& out, AgentId id, const AgentRecord& record, const Evidence& evidence) {
  if (!vanished(id, evidence)) return;
  const Scenario& scenario = *evidence.scenario;
  for (const Action& action : scenario.setup) {
    if (action.kind != Action::Kind::start || action.component.value >= scenario.components.size()) continue;
    const Component& component = scenario.component(action.component);
    if ((component.agent.valid() ? component.agent : AgentId(0)) != id) continue;
    const auto& steps = evidence.timeline->steps();
    const bool ran = std::any_of(steps.begin(), steps.end(), [&](const StepEvent& step) {
      return step.kind == StepEvent::Kind::setup && step.what == action.describe;
    });
    if (!ran) continue;
    out.push_back(
        {fmt::format("{}, started by setup, may still run: agent {} was lost and has not said whether it was stopped; {}",
                     component.name, evidence.agent_name(id), what_to_do(id, evidence)),
         record.lost_at, true, true, true});
  }
}

}  // namespace

std::vector<Leftover> find_leftovers(const Evidence& evidence) {
  std::vector<Leftover> out;
  for (const InjectionRecord& record : evidence.timeline->injections()) add_injection(out, record, evidence);
  for (const auto& [id, record] : evidence.timeline->agents()) {
    for (const std::string& text : record.leftovers) {
      out.push_back({fmt::format("agent {}: {}", evidence.agent_name(id), text), record.leftover_at, true, true, true});
    }
    add_started(out, id, record, evidence);
    for (const Inherited& one : record.inherited) {
      out.push_back(
          {fmt::format("agent {}: left by an earlier run: {}; {}", evidence.agent_name(id), one.detail, what_to_do(id, evidence)),
           one.at, false, true, is_shared(one.component, *evidence.scenario)});
    }
  }
  return out;
}

std::optional<RunTime> first_leftover(const Evidence& evidence) {
  std::optional<RunTime> first;
  for (const Leftover& one : find_leftovers(evidence)) {
    if (one.shared && (!first || one.at < *first)) first = one.at;
  }
  return first;
}

}  // namespace shakedown::judging
