// What one agent is told to do: the plan of the drill and the agent's share of it.
// Threads: share freely once built.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/model/check.h"
#include "core/model/fault.h"
#include "core/model/ledger.h"
#include "core/model/load.h"
#include "core/model/operation.h"
#include "core/model/probe.h"

namespace shakedown {

// Where the target tells its own release. Read at start and end.
struct ReleaseSource {
  Request request;
  std::string json_pointer;  // empty = the whole body, trimmed
};

struct AgentSpec {
  std::string name;
  bool load = true;    // role load: load, probes, ledgers
  bool inject = true;  // role inject: faults
  bool local = false;  // inline commands are allowed only here
};

struct Phase {
  std::string name;
  Duration duration{};
  bool measured = true;
  uint32_t repeat = 1;
  uint32_t most_stages = 1;  // how many stages it can have: repeat, the steps of a series, the windows of a search
  std::optional<Load> load;
  std::vector<FaultId> faults;  // by `at`
};

// What agents do in a drill, with every name resolved to an id: the scenario without what judges, decides and looks for limits.
struct DrillPlan {
  std::string name;
  std::string sha256;  // of the scenario's bytes, lower-case hex
  std::string folder;  // absolute; relative paths start here
  uint64_t seed = 1;
  std::optional<ReleaseSource> release;
  std::vector<Secret> secrets;
  std::vector<EnvVariable> env;  // of every command, on every agent
  std::vector<Target> targets;
  std::vector<AgentSpec> agents;  // at least one
  std::vector<Component> components;
  std::vector<Action> setup;
  std::optional<ReadyCheck> ready;
  std::vector<Action> teardown;
  Trace trace = Trace::none;
  std::vector<Operation> operations;
  ConnectionPolicy connections;
  std::vector<Probe> probes;
  std::vector<Ledger> ledgers;
  std::vector<Phase> phases;
  std::vector<Fault> faults;
  std::vector<Check> checks;
  std::vector<Cleanup> cleanups;

  const Phase& phase(PhaseId id) const { return phases[id.value]; }
  const Fault& fault(FaultId id) const { return faults[id.value]; }
  const Operation& operation(OperationId id) const { return operations[id.value]; }
  const Probe& probe(ProbeId id) const { return probes[id.value]; }
  const Ledger& ledger(LedgerId id) const { return ledgers[id.value]; }
  const Check& check(CheckId id) const { return checks[id.value]; }
  const Component& component(ComponentId id) const { return components[id.value]; }
  bool has_faults() const { return !faults.empty(); }
  // The names of the secrets that it carries.
  std::vector<std::string> secrets_of(const Request& request) const;
  // The one declared, else the first.
  AgentId agent_of(ComponentId id) const;
  // Those that carry out parts of the fault, each once, in the order of its parts.
  std::vector<AgentId> agents_of(const Fault& fault) const;
  // Which of them does a step of its `recover` or `undo`: the one whose step it is, else that of the first part.
  AgentId agent_of(const Action& step, const Fault& fault) const;
  std::string names_of(const std::vector<ComponentId>& ids) const;  // "web, cache"
};

// Arrival i of every load belongs to the lane with i % count == index, so that the union over lanes is the
// same global sequence for any number of agents and workers. A load with `from` runs whole on that agent.
struct Lane {
  uint32_t index = 0;
  uint32_t count = 1;
};

struct Assignment {
  std::string run_id;
  AgentId self;    // position in plan.agents, which is the roster (spawned agents are entries of their own)
  Lane lane;       // of the agents with the role load; count 0 = this agent has no load
  DrillPlan plan;  // every AgentId in it refers to the roster
};

}  // namespace shakedown
