// The declared file after validation: immutable, complete, with every name resolved to an id.
// Built only by controller/scenario. Threads: share freely once built.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/model/check.h"
#include "core/model/dependency.h"
#include "core/model/fault.h"
#include "core/model/growth.h"
#include "core/model/ledger.h"
#include "core/model/load.h"
#include "core/model/operation.h"
#include "core/model/probe.h"
#include "core/model/requirement.h"

namespace shakedown {

struct Decision {
  std::string driver, approver;
  std::vector<std::string> contributors, informed;
};

struct Environment {
  std::string name;
  std::string differs;  // how it differs from production; empty = not said
};

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

struct Scenario {
  std::string name, service, owner;
  std::string launch;       // "2026-12-15" as written, empty = not said
  std::string sha256;       // of the file's bytes, lower-case hex
  std::string folder;       // absolute; relative paths start here
  uint64_t seed = 1;
  Decision decision;
  Environment environment;
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
  std::vector<StopCondition> stop_when;
  std::vector<Requirement> requirements;
  std::vector<Search> searches;          // at most one per phase
  std::vector<StepSeries> step_series;   // at most one per phase
  std::vector<Check> checks;
  std::optional<Forecast> forecast;
  std::vector<Dependency> dependencies;

  const Phase& phase(PhaseId id) const { return phases[id.value]; }
  const Fault& fault(FaultId id) const { return faults[id.value]; }
  const Operation& operation(OperationId id) const { return operations[id.value]; }
  const Probe& probe(ProbeId id) const { return probes[id.value]; }
  const Ledger& ledger(LedgerId id) const { return ledgers[id.value]; }
  const Check& check(CheckId id) const { return checks[id.value]; }
  const Dependency& dependency(DependencyId id) const { return dependencies[id.value]; }
  const Requirement& requirement(RequirementId id) const { return requirements[id.value]; }
  const Search* search_of(PhaseId id) const;        // nullptr = the phase is no search
  const StepSeries* steps_of(PhaseId id) const;     // nullptr = the phase is no series of steps
  const Component& component(ComponentId id) const { return components[id.value]; }
  bool has_faults() const { return !faults.empty(); }
};

}  // namespace shakedown
