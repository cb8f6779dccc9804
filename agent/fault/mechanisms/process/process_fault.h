// What kill, pause and stop share: they change the processes of a component.
// Ownership: refers to the context. Threads: the loop's thread.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "agent/fault/fault.h"
#include "agent/fault/mechanisms/process/payload.h"
#include "agent/fault/mechanisms/process/scope.h"

namespace shakedown {

class ProcessFault : public FaultMechanism {
 public:
  ProcessFault(MechanismContext& context, ScopeUse use, ProcessPayload payload)
      : payload_(std::move(payload)), context_(context), use_(use) {}

  // Error unavailable when the process does not run, is stopped already, or its scope is empty.
  Task<Result<void>> snapshot() override;
  std::vector<pid_t> processes() const override;
  Task<Result<void>> undo() override;
  Task<Result<std::vector<std::string>>> compare() override;

 protected:
  const ProcessSpec& spec() const { return *record().component.component.process(); }
  const std::vector<std::string>& spared() const { return record().component.spared; }
  UndoRecord& record() const { return context_.record; }
  // Puts what is known of the processes into the record; the caller makes it durable.
  void remember() { record().payload = document_of(payload_); }
  // Opens the scope as it is now, verifies that it is still the process of the snapshot, and makes its members durable as
  // the record's targets.
  Result<void> aim();
  // Sends the signal to every target; those that are gone already do not count. Error: none was there, or not permitted.
  Result<Interval> signal_all(int signal);
  // Process group members that appeared since and are not spared; already durable as targets.
  Result<std::vector<ProcessHandle>> newcomers();

  // Whoever made the change may have died right after it: targets that have been told to end must not pass for running
  // ones. Waits until all are gone, or the limit; when nothing is dying for a while and `surely` (SIGKILL), no longer.
  Task<void> let_go(Duration limit, bool surely);

  ProcessPayload payload_;
  MechanismContext& context_;
  ScopeUse use_;
  std::vector<ProcessHandle> targets_;
  pid_t session_ = 0;
};

// What the record says of the processes. Errors: refused (the component has no process), io (a damaged record).
Result<ProcessPayload> payload_of(const UndoRecord& record);

template <class Kind>
Result<std::unique_ptr<FaultMechanism>> make_process_fault(MechanismContext& context) {
  SHAKEDOWN_TRY(auto payload, payload_of(context.record));
  return std::unique_ptr<FaultMechanism>(std::make_unique<Kind>(context, std::move(payload)));
}

}  // namespace shakedown
