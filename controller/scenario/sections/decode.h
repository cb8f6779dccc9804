// From a checked tree to the model: one function per part, in this order. Each reports what only
// the meaning shows (a recovery that does not fit, a fault without undo, ...) and goes on, so that
// everything is reported at once. Ownership: Decoding refers to what its creator owns. Threads:
// one.
#pragma once

#include <string>
#include <vector>

#include "controller/model/scenario.h"
#include "core/form/view.h"
#include "core/protocols/protocol.h"

namespace shakedown {

struct Decoding {
  const Names& names;
  Diagnostics& diagnostics;
  std::string folder;  // absolute
  Scenario scenario;

  // Absolute and normal; relative paths start at the folder.
  std::string path(const std::string& written) const;
  const std::vector<std::string>& secrets() const { return names.of("secret"); }
};

// decode_system.cc
void decode_header(Decoding& d,
                   const View& root);  // name, service, owner, launch, seed, environment, decision
void decode_forecast(Decoding& d, const View& view);
void decode_agents(Decoding& d, const View& root);
void decode_components(Decoding& d, const View& root);
// decode_targets.cc
void decode_targets(Decoding& d, const View& root);  // secrets, targets, connections
// decode_request.cc
Text decode_text(const Decoding& d, const View& view);  // with holes
// Of a mapping that asks: the request of the one protocol that is written in it. traced: load of ours, which may carry trace
// context.
enum class Traced { no, as_declared };
Request decode_request(Decoding& d, const View& asking, Traced traced);
// That request as it is written; nothing where none is.
View written_request(const View& asking);
const ProtocolForm* written_protocol(const View& asking);  // nullptr where none is
// decode_traffic.cc
void decode_operations(Decoding& d, const View& root);
void decode_probes(Decoding& d, const View& root);
void decode_ledgers(Decoding& d, const View& root);
void decode_release(Decoding& d, const View& root);
// The agent that a `from` names; reports one without the role load.
AgentId decode_from(Decoding& d, const View& view);
// decode_checks.cc
void decode_checks(Decoding& d, const View& root);
void decode_cleanups(Decoding& d, const View& root);
// Warns of a check that no requirement looks at.
void check_checks_used(Decoding& d, const View& root);
// decode_load.cc
Load decode_load(Decoding& d, const View& view, const View& phase_duration);
// decode_steps.cc
std::vector<Action> decode_steps(Decoding& d, const View& list);
Action start_action(const Decoding& d, ComponentId component);
// The agent `local`, the only one that runs inline commands; an error at `at` when there is none.
AgentId local_agent(Decoding& d, Position at);
// Reports a command that this agent may not be given in this way. An agent that is not known is not complained of again.
void check_command_of(Decoding& d, AgentId agent, const View& command);
Action resume_action(const Decoding& d, ComponentId component);
void decode_setup(Decoding& d, const View& root);  // env, setup, ready, teardown
// decode_drill.cc
void decode_phases(Decoding& d, const View& root);  // and faults
// decode_scalability.cc: phases with `search` or `steps`, and what names them
void decode_search(Decoding& d, const View& view, PhaseId id, Phase& phase);
void decode_steps_phase(Decoding& d, const View& view, PhaseId id, Phase& phase);
void check_scalability(Decoding& d, const View& root);
// decode_outside.cc: before the requirements, which name them
void decode_dependencies(Decoding& d, const View& root);
void decode_reported(Decoding& d, const View& view, const std::string& kind, Requirement& r);
void check_downstream(Decoding& d, const View& root);
// decode_conditions.cc
void decode_conditions(Decoding& d, const View& root);  // those of `ready` and `announce`, too
std::vector<ConditionId> decode_condition_names(const Decoding& d, const View& list);
// decode_requirements.cc
void decode_stop_conditions(Decoding& d, const View& root);
void decode_requirements(Decoding& d, const View& root);
// A requirement that can be read, with where it stands.
struct Row {
  const Requirement& requirement;
  View view;
};
std::vector<Row> rows_of(const Decoding& d, const View& root);
bool is_there(const Decoding& d, FaultId fault);  // one of a phase that is not sound has a name, and was not read
// cross_checks.cc: what concerns several parts; fills recover_within and the operations' limits.
void complete_operations(Decoding& d, const View& root);
void complete_faults(Decoding& d, const View& root);
void check_evidence(Decoding& d, const View& root);                          // check_evidence.cc
std::vector<const Phase*> phases_of(const Decoding& d, const Scope& scope);  // those that a scope covers
// check_time.cc: warns of rows that need more requests, more time or more checks than are declared
void check_rate(Decoding& d, const Row& row, const ThroughputSli& s);
void check_shows(Decoding& d, const Row& row, const std::vector<ProbeId>& probes);
void check_shows_after(Decoding& d, const Row& row, FaultId id, const std::vector<ProbeId>& probes);
void check_waits(Decoding& d, const Row& row, FaultId id);
// check_connections.cc: refuses a `max_outstanding` that the declared agents cannot share; warns of a declared
// `connections: max` that the declared load outgrows.
void check_places(Decoding& d, const View& root);
double share_of_mix(const Load& load, const std::vector<OperationId>& operations);  // of a phase's arrivals; none named = all
// Refuses a request without the `greeting` that another awaits of the same target: they share its connections.
void check_greetings(Decoding& d, const View& root);
void check_connections(Decoding& d, const View& root);
void check_whole_seconds(Decoding& d, const View& view, Duration over);  // refuses an `over` that is none

}  // namespace shakedown
