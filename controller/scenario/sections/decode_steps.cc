#include "controller/scenario/sections/decode.h"
#include "core/base/printable.h"
#include "core/faults/fault_form.h"

namespace shakedown {
namespace {

void check_component_step(Decoding& d, const View& step, const std::string& what, const Component& component) {
  const auto lacks = [&](const char* thing, const char* hint) {
    d.diagnostics.error(step[what].at(), "component " + ticked(component.name) + " has no " + thing, hint);
  };
  if (what == "start" && component.start.empty()) lacks("`start` command", "add `start:` to the component");
  if (what == "stop" && component.stop.empty() && !component.process()) {
    lacks("`stop` command and no `process`", "add `stop:` or `process:` to the component");
  }
  if (what == "continue" && !component.process()) lacks("`process`", "add `process:` to the component");
}

void place_command(Decoding& d, const View& step, Action& action) {
  const View agent = step["agent"];
  if (agent.absent()) {
    action.agent = local_agent(d, step.at());
    return;
  }
  action.agent = agent.id<AgentId>(d.names);
}

Action decode_step(Decoding& d, const View& step) {
  Action action;
  const std::string what = step.which({"start", "stop", "continue", "exec"});
  action.after = step["after"].duration();
  action.limit = step["limit"].duration();
  if (what == "exec") {
    action.kind = Action::Kind::exec;
    action.argv = step["exec"].texts();
    action.describe = "exec " + command_line(action.argv);
    place_command(d, step, action);
    check_command_of(d, action.agent, step["exec"]);
    return action;
  }
  if (what.empty()) return action;
  action.kind = what == "start" ? Action::Kind::start : what == "stop" ? Action::Kind::stop : Action::Kind::resume;
  action.component = step[what].id<ComponentId>(d.names);
  action.describe = what + " " + step[what].text();
  if (action.component.valid()) {
    const Component& component = d.scenario.components[action.component.value];
    action.agent = component.agent;
    check_component_step(d, step, what, component);
  }
  return action;
}

Action component_action(const Decoding& d, Action::Kind kind, const char* word, ComponentId id) {
  const Component& component = d.scenario.component(id);
  Action action;
  action.kind = kind;
  action.component = id;
  action.agent = component.agent;
  action.describe = std::string(word) + " " + component.name;
  return action;
}

}  // namespace

void check_command_of(Decoding& d, AgentId agent, const View& command) {
  if (agent.valid()) check_command(command, d.scenario.agents[agent.value].local, d.diagnostics);
}

AgentId local_agent(Decoding& d, Position at) {
  const auto local = d.names.find("agent", "local");
  if (local) return AgentId(*local);
  d.diagnostics.error(at, "a command, but no agent `local` to run it", "declare the agent `local` with the role inject");
  return {};
}

Action start_action(const Decoding& d, ComponentId component) {
  return component_action(d, Action::Kind::start, "start", component);
}

Action resume_action(const Decoding& d, ComponentId component) {
  return component_action(d, Action::Kind::resume, "continue", component);
}

std::vector<Action> decode_steps(Decoding& d, const View& list) {
  std::vector<Action> actions;
  for (const View& step : list.items()) actions.push_back(decode_step(d, step));
  return actions;
}

void decode_setup(Decoding& d, const View& root) {
  for (const auto& [name, value] : root["env"].entries()) d.scenario.env.push_back({name, decode_text(d, value)});
  d.scenario.setup = decode_steps(d, root["setup"]);
  d.scenario.teardown = decode_steps(d, root["teardown"]);
  const View ready = root["ready"];
  if (ready) d.scenario.ready = ReadyCheck{ready["probe"].id<ProbeId>(d.names), ready["limit"].duration()};
}

}  // namespace shakedown
