// Setup and teardown steps, and the record that setup leaves of what it started.
// Threads: the loop's thread.
#pragma once

#include "agent/fault/injection.h"
#include "core/model/event.h"

namespace shakedown {

// Executes the step. What a setup step starts gets an undo record (undo = stop) before it is started; a stop removes it.
// A component that ran already is not ours to stop and gets none.
Task<StepResult> execute_step(FaultDesk& desk, StepEvent::Kind kind, Action action);

}  // namespace shakedown
