// Turns a scenario's actions and faults into values that can be executed and undone without the scenario.
// Ownership: refers to the assignment. Threads: safe everywhere.
#pragma once

#include <string>
#include <vector>

#include "agent/fault/undo/record.h"
#include "core/base/result.h"
#include "core/model/plan.h"

namespace shakedown {

struct Binding {
  const Assignment& assignment;
  Owner owner;
  std::string lock_dir, log_dir;
  std::vector<std::string> spared{};  // see FaultOptions

  bool is_own(ComponentId component) const;
  CommandEnvironment environment() const;
  BoundComponent component(ComponentId id) const;
  // Error scenario when the action is for another agent, or the component cannot do it.
  Result<BoundAction> action(const Action& action) const;
  // Of the part that breaks this component, without the state before. Its undo is the steps that name it; the first part here has
  // those that name none. Errors: scenario, refused (nothing could undo it, or a wrong signal).
  Result<UndoRecord> fault(FaultId id, ComponentId part) const;
  // The components that this agent breaks of a fault.
  std::vector<ComponentId> parts(const Fault& fault) const;
  // The record of a component that setup is about to start.
  UndoRecord started(ComponentId id) const;
  // The record of a running component that a step is about to stop; its undo starts it.
  Result<UndoRecord> stopped(ComponentId id) const;
};

// Checks every own component and fault once, before anything runs. Errors as above; refused for a process without
// `exe` and `user`, or a kernel without pidfd; unavailable for a secret of `env` that cannot be read here.
Result<void> check_assignment(const Binding& binding);

// See FaultRunner.
Result<void> look_at_processes(const Binding& binding);

}  // namespace shakedown
