// What kill, pause and stop share: they change the processes of a component.
// Ownership: refers to the context. Threads: the loop's thread.
#pragma once

#include <string>
#include <vector>

#include "agent/fault/fault.h"
#include "agent/fault/mechanisms/process/scope.h"

namespace shakedown {

class ProcessFault : public FaultMechanism {
 public:
  ProcessFault(MechanismContext& context, ScopeUse use) : context_(context), use_(use) {}

  // Error unavailable when the process does not run, is stopped already, or its scope is empty.
  Task<Result<void>> snapshot() override;
  Task<Result<void>> undo() override;
  Task<Result<std::vector<std::string>>> compare() override;

 protected:
  const ProcessSpec& spec() const { return *record().component.component.process; }
  UndoRecord& record() const { return context_.record; }
  // Opens the scope as it is now, verifies that it is still the process of the snapshot, and makes its members durable as
  // the record's targets.
  Result<void> aim();
  // Sends the signal to every target; those that are gone already do not count. Error: none was there, or not permitted.
  Result<Interval> strike(int signal);
  // Process group members that appeared since; already durable as targets.
  Result<std::vector<ProcessHandle>> newcomers();

  // Whoever made the change may have died right after it: targets that have been told to end must not pass for running
  // ones. Waits until all are gone, or the limit; when nothing is dying for a while and `surely` (SIGKILL), no longer.
  Task<void> let_go(Duration limit, bool surely);

  MechanismContext& context_;
  ScopeUse use_;
  std::vector<ProcessHandle> targets_;
  pid_t session_ = 0;
};

}  // namespace shakedown
