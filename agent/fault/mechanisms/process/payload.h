// What the faults of processes keep in their undo record.
// Plain values. Threads: safe everywhere.
#pragma once

#include <vector>

#include "agent/fault/mechanisms/process/scope.h"
#include "core/base/result.h"
#include "core/form/view.h"

namespace shakedown {

struct ProcessPayload {
  int signal = 0;                    // kill
  Duration limit{};                  // for the change and for its proof
  ProcessState before;               // to compare with afterwards
  std::vector<ProcessRef> targets;   // the processes that are changed
  std::vector<ProcessRef> suspects;  // started: what its failed start command may have left; never signalled
};

Document document_of(const ProcessPayload& payload);
// Error io when it is not one: a damaged record.
Result<ProcessPayload> process_payload(const Document& document);

// For other mechanisms that compare with the state of a process.
Shape process_state_shape();
Document document_of(const ProcessState& state);
ProcessState process_state(const View& view);
// Lengths of time in nanoseconds.
Shape length_shape();

}  // namespace shakedown
