// What may be broken, how, and how it is undone.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/ids.h"
#include "core/base/units.h"

namespace shakedown {

enum class ProcessScope { one, children, group };  // the process; it and its descendants; its process group

struct ProcessSpec {
  std::string pidfile;  // absolute
  std::string exe;      // base name or absolute path the process must run; empty = not checked
  std::string user;     // owner it must have; empty = not checked. One of exe and user is declared.
  ProcessScope scope = ProcessScope::one;
  uint32_t processes = 0;  // how many the scope holds when it is well; 0 = not declared: any number but none
};

// The only things faults may touch.
struct Component {
  std::string name;
  AgentId agent;
  std::optional<ProcessSpec> process;
  std::vector<std::string> start;  // argv; its folder is the scenario's
  std::vector<std::string> stop;   // argv; empty = SIGTERM, then SIGKILL after stop_limit
  Duration stop_limit = std::chrono::seconds(10);
};

// One step that something does to a component or runs: setup, recover, undo, teardown.
struct Action {
  enum class Kind { start, stop, resume, exec } kind = Kind::start;
  ComponentId component;          // start, stop, resume
  std::vector<std::string> argv;  // exec
  AgentId agent;                  // exec: where
  Duration after{};               // recover: from the fault's effect; else from the step before
  Duration limit = std::chrono::seconds(30);
  std::string describe;  // "start ledger", "exec ./fail-over --to b": for plan and reports
};

struct KillFault {
  ComponentId component;
  int signal = 9;
};
struct PauseFault {
  ComponentId component;
  Duration hold{};  // then resumed by our undo
};
struct StopFault {
  ComponentId component;
};
// A declared command breaks the component; effect proves it (exit 0), undo ends it.
struct ExecFault {
  ComponentId component;
  std::vector<std::string> argv;
  std::vector<std::string> effect;
  Duration limit = std::chrono::seconds(30);
};
using FaultKind = std::variant<KillFault, PauseFault, StopFault, ExecFault>;

struct Fault {
  std::string name;
  PhaseId phase;
  Duration at{};  // from the phase's start
  FaultKind kind;
  std::vector<Action> recover;   // what the operator or orchestrator does: counted
  std::vector<Action> undo;      // what we do to clean up: not counted
  Duration recover_within{};     // then undo, then stop the run
  Duration undo_within{};        // how long its undo is waited for; 0 = as its steps say (undo_patience)
  std::optional<Rate> expected;  // declared frequency, from the team's own incidents
};

ComponentId component_of(const FaultKind& kind);
Duration hold_of(const Fault& fault);  // zero = it has none
// How long it is at work at the least, as its file says: its hold, and the waits of its recovery steps.
Duration declared_length(const Fault& fault);
const char* kind_name(const FaultKind& kind);  // "kill", "pause", "stop", "exec"

// The life of one injection. Each state is one Event with its instant.
enum class FaultState { armed, injected, effective, undoing, clean, leftover, not_run, failed };
const char* to_string(FaultState state);

}  // namespace shakedown
