// What may be broken, how, and how it is undone.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/ids.h"
#include "core/base/units.h"
#include "core/form/tree.h"

namespace shakedown {

enum class ProcessScope { one, children, group };  // the process; it and its descendants; its process group

struct ProcessSpec {
  std::string pidfile;  // absolute
  std::string exe;      // base name or absolute path the process must run; empty = not checked
  std::string user;     // owner it must have; empty = not checked. One of exe and user is declared.
  ProcessScope scope = ProcessScope::one;
  uint32_t processes = 0;  // how many the scope holds when it is well; 0 = not declared: any number but none
};

// How a component is found on its agent; none = only its commands know.
using Selector = std::variant<std::monostate, ProcessSpec>;

// The only things faults may touch.
struct Component {
  std::string name;
  AgentId agent;
  Selector selector;
  std::vector<std::string> start;  // argv; its folder is the scenario's
  std::vector<std::string> stop;   // argv; empty = SIGTERM, then SIGKILL after stop_limit
  Duration stop_limit = std::chrono::seconds(10);

  const ProcessSpec* process() const { return std::get_if<ProcessSpec>(&selector); }  // nullptr = another selector
  ProcessSpec* process() { return std::get_if<ProcessSpec>(&selector); }
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

// What is done to its components, all at one instant: each is a part of it. The document has the form that core/faults gives for
// the name, defaults written out.
struct FaultKind {
  std::string name;                     // "kill"
  std::vector<ComponentId> components;  // what it breaks; each once
  Document document;
  Duration hold{};  // our undo ends it so long after its effect; 0 = it is not held
};

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

// How long it is at work at the least, as its file says: its hold, and the waits of its recovery steps.
Duration declared_length(const Fault& fault);

// The life of one injection. Each state is one Event with its instant.
enum class FaultState { armed, injected, effective, undoing, clean, leftover, not_run, failed };
const char* to_string(FaultState state);

}  // namespace shakedown
