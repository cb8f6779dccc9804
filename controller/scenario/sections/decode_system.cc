#include <algorithm>
#include <filesystem>

#include "controller/scenario/sections/decode.h"

namespace shakedown {
namespace {

// The agent that owns a component; none when there is none, which is reported.
AgentId owner_of(Decoding& d, const std::string& component, const View& view) {
  AgentId agent;
  if (view["agent"].absent()) {
    const auto local = d.names.find("agent", "local");
    if (local) agent = AgentId(*local);
    if (!local) {
      d.diagnostics.error(view.at(), "no agent owns component " + ticked(component),
                          "add `agent:` with the name of an agent on its host");
    }
  } else {
    agent = view["agent"].id<AgentId>(d.names);
  }
  if (agent.valid() && !d.scenario.agents[agent.value].inject) {
    d.diagnostics.error(view["agent"].at(),
                        "agent " + ticked(d.scenario.agents[agent.value].name) + " cannot own component " + ticked(component) +
                            ": it lacks the role `inject`",
                        "add `inject` to its roles, or name another agent");
    return {};
  }
  return agent;
}

// A bad command was already reported; it is not missing as well.
std::vector<std::string> command_of(const View& view) {
  return view.written() && !view ? std::vector<std::string>{"?"} : view.texts();
}

Selector decode_process(const Decoding& d, const View& view) {
  if (view.absent()) return {};
  ProcessSpec process;
  process.pidfile = d.path(view["pidfile"].text());
  process.exe = view["exe"].text();
  if (process.exe.find('/') != std::string::npos) process.exe = d.path(process.exe);
  process.user = view["user"].text();
  const std::string scope = view["scope"].text();
  process.scope = scope == "group" ? ProcessScope::group : scope == "children" ? ProcessScope::children : ProcessScope::one;
  if (view["processes"].written()) process.processes = view["processes"].small();
  return process;
}

}  // namespace

std::string Decoding::path(const std::string& written) const {
  if (written.empty()) return {};
  return (std::filesystem::path(folder) / written).lexically_normal().string();
}

void decode_forecast(Decoding& d, const View& view) {
  if (!view) return;
  d.scenario.forecast = Forecast{view["rate"].rate(), view["by"].text(), {}};
  if (view["writes"]) d.scenario.forecast->writes = view["writes"].rate();
}

void decode_header(Decoding& d, const View& root) {
  Scenario& s = d.scenario;
  s.name = root["name"].text();
  s.service = root["service"] ? root["service"].text() : s.name;
  s.owner = root["owner"].text();
  s.launch = root["launch"].text();
  s.environment.name = root["environment"]["name"].text();
  s.environment.differs = root["environment"]["differs"].text();
  const View decision = root["decision"];
  s.decision.driver = decision["driver"].text();
  s.decision.approver = decision["approver"].text();
  s.decision.contributors = decision["contributors"].texts();
  s.decision.informed = decision["informed"].texts();
  if (root["trace"]) s.trace = Trace::w3c;
  if (root["seed"]) s.seed = root["seed"].integer();
}

void decode_agents(Decoding& d, const View& root) {
  for (const auto& [name, view] : root["agents"].entries()) {
    AgentSpec agent;
    agent.name = name;
    agent.local = name == "local";
    const std::vector<std::string> roles = view["roles"].texts();
    const auto has = [&](const char* role) {
      return roles.empty() || std::find(roles.begin(), roles.end(), role) != roles.end();
    };
    agent.load = has("load");
    agent.inject = has("inject");
    d.scenario.agents.push_back(std::move(agent));
    d.scenario.on_lost.push_back(view["on_lost"].text() == "invalidate" ? OnLost::invalidate : OnLost::degrade);
  }
  if (d.scenario.agents.empty()) d.scenario.agents.push_back({"local", true, true, true});
  const auto& agents = d.scenario.agents;
  if (std::none_of(agents.begin(), agents.end(), [](const AgentSpec& a) { return a.load; })) {
    d.diagnostics.error(root["agents"].at(), "no agent has the role `load`", "without one nothing can be measured");
  }
}

void decode_components(Decoding& d, const View& root) {
  for (const auto& [name, view] : root["components"].entries()) {
    Component component;
    component.name = name;
    component.agent = owner_of(d, name, view);
    component.selector = decode_process(d, view["process"]);
    component.start = command_of(view["start"]);
    component.stop = command_of(view["stop"]);
    component.stop_limit = view["stop_limit"].duration();
    check_command_of(d, component.agent, view["start"]);
    check_command_of(d, component.agent, view["stop"]);
    d.scenario.components.push_back(std::move(component));
  }
}

}  // namespace shakedown
