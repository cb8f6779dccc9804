// Setup and teardown steps, and the record that setup leaves of what it started.
// Threads: the loop's thread.
#pragma once

#include "agent/fault/injection.h"
#include "core/model/event.h"

namespace shakedown {

// Executes the step. What a setup step starts gets an undo record (undo = stop) before it is started; a stop removes it.
// A component that ran already is not ours to stop and gets none.
// `end` cuts it short; what setup started by then keeps its record.
Task<StepResult> execute_step(FaultContext& context, StepEvent::Kind kind, Action action, OneShot* end);

// Before a step stops a component: with the rule that stops are faults, and where it runs and is not what setup started, a record
// whose undo starts it again. Returns its id, empty where none is needed.
Task<Result<std::string>> record_stop(FaultContext& context, ComponentId component);
// It was started again.
Task<void> forget_stops(FaultContext& context, std::string component);

// Whether the record of what setup started, or a step stopped, is there.
bool is_started(const FaultContext& context, const std::string& component);
bool is_stopped(const FaultContext& context, const std::string& component);

// The same, known to end_steps from its beginning to its end. Teardown begins where setup ends, also in the middle of a step.
Task<StepResult> run_step(FaultContext& context, StepEvent::Kind kind, Action action);

// Cuts short what setup (or any step) is doing, and waits for its end.
Task<void> end_steps(FaultContext& context, bool setup_only);

// What setup started and nothing stopped since runs. Error unavailable: one does not; with the last that is known of it, and who
// answers at the targets.
Result<void> look_at_started(const FaultContext& context);

}  // namespace shakedown
