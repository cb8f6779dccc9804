#include "core/wire/codec/session.h"

#include "core/wire/codec/event.h"
#include "core/wire/codec/index_check.h"
#include "core/wire/codec/measure.h"
#include "core/wire/codec/plan.h"
#include "shakedown/v1/session.pb.h"

namespace shakedown {
namespace wire {

// Lists of fields, not statements.
// clang-format off
WIRE_FIELDS(Hello, v1::Hello) { WIRE(token) WIRE(name) WIRE(protocol) WIRE_STRUCT(facts) }
WIRE_FIELDS(PlanReady, v1::PlanReady) { WIRE(ok) WIRE(error) WIRE(problem) WIRE_NS(clock_bound) WIRE_VALUES(addresses) }
WIRE_FIELDS(ClockPing, v1::ClockPing) { WIRE(id) WIRE_NS(agent_mono) WIRE_NS(bound) }
WIRE_FIELDS(EventReport, v1::EventReport) { WIRE_STRUCT(event) }
WIRE_FIELDS(StepDone, v1::StepDone) { WIRE(step) WIRE(ok) WIRE(detail) WIRE_STRUCT(event) WIRE(problem) }
WIRE_FIELDS(Halted, v1::Halted) { WIRE(why) }
WIRE_FIELDS(Goodbye, v1::Goodbye) { WIRE(clean) WIRE(detail) }
WIRE_FIELDS(ToController, v1::SessionRequest) {
  WIRE_CASE(Hello, hello)
  WIRE_CASE(PlanReady, plan_ready)
  WIRE_CASE(ClockPing, clock_ping)
  WIRE_CASE(Snapshot, snapshot)
  WIRE_CASE(EventReport, event)
  WIRE_CASE(StepDone, step_done)
  WIRE_CASE(Goodbye, goodbye)
  WIRE_CASE(Halted, halted)
  WIRE_CASES_END(body)
}

WIRE_FIELDS(Refusal, v1::Refusal) { WIRE(reason) }
WIRE_FIELDS(Plan, v1::Plan) { WIRE_STRUCT(assignment) }
WIRE_FIELDS(ClockPong, v1::ClockPong) { WIRE(id) WIRE_NS(agent_mono) WIRE_NS(controller_mono) }
WIRE_FIELDS(Go, v1::Go) { WIRE_AS(zero, zero_mono_ns) }
WIRE_FIELDS(StartProbes, v1::StartProbes) {}
WIRE_FIELDS(StartLedgers, v1::StartLedgers) {}
WIRE_FIELDS(StageStart, v1::StageStart) {
  WIRE(stage) WIRE(phase) WIRE_NS(start) WIRE_NS(end) WIRE(level)
}
WIRE_FIELDS(RunChecks, v1::RunChecks) { WIRE(step) }
WIRE_FIELDS(ReachTargets, v1::ReachTargets) { WIRE(step) WIRE_NS(limit) WIRE(target) }
WIRE_FIELDS(LookAtProcesses, v1::LookAtProcesses) { WIRE(step) WIRE(started) }
WIRE_FIELDS(EndTraffic, v1::EndTraffic) { WIRE(step) }
WIRE_FIELDS(RunCleanup, v1::RunCleanup) { WIRE(step) WIRE(cleanup) }
WIRE_FIELDS(StageStop, v1::StageStop) { WIRE(stage) WIRE_NS(at) }
WIRE_FIELDS(Inject, v1::Inject) { WIRE(injection) WIRE(fault) WIRE(stage) WIRE_NS(at) }
WIRE_FIELDS(FinishFault, v1::FinishFault) { WIRE(step) WIRE(injection) WIRE(undo) WIRE(reason) WIRE(if_healed) }
WIRE_FIELDS(VerifyLedger, v1::VerifyLedger) {
  WIRE(step) WIRE(ledger) WIRE(pass) WIRE(injection) WIRE(first_id)
}
WIRE_FIELDS(RunStep, v1::RunStep) { WIRE(step) WIRE(kind) WIRE_STRUCT(action) }
WIRE_FIELDS(ReadRelease, v1::ReadRelease) { WIRE(step) }
WIRE_FIELDS(LeaseRenew, v1::LeaseRenew) { WIRE_NS(lease) }
WIRE_FIELDS(Shutdown, v1::Shutdown) { WIRE(reason) }
WIRE_FIELDS(ToAgent, v1::SessionResponse) {
  WIRE_CASE(Refusal, refusal)
  WIRE_CASE(Plan, plan)
  WIRE_CASE(ClockPong, clock_pong)
  WIRE_CASE(Go, go)
  WIRE_CASE(StartProbes, start_probes)
  WIRE_CASE(StartLedgers, start_ledgers)
  WIRE_CASE(StageStart, stage_start)
  WIRE_CASE(StageStop, stage_stop)
  WIRE_CASE(Inject, inject)
  WIRE_CASE(FinishFault, finish_fault)
  WIRE_CASE(VerifyLedger, verify_ledger)
  WIRE_CASE(RunStep, run_step)
  WIRE_CASE(ReadRelease, read_release)
  WIRE_CASE(RunChecks, run_checks)
  WIRE_CASE(ReachTargets, reach_targets)
  WIRE_CASE(LookAtProcesses, look_at_processes)
  WIRE_CASE(EndTraffic, end_traffic)
  WIRE_CASE(RunCleanup, run_cleanup)
  WIRE_CASE(LeaseRenew, lease_renew)
  WIRE_CASE(Shutdown, shutdown)
  WIRE_CASES_END(body)
}
// clang-format on

}  // namespace wire

void encode_body(const ToController& message, v1::SessionRequest& frame) {
  wire::Writer io;
  fields(io, message, frame);
}

void encode_body(const ToAgent& message, v1::SessionResponse& frame) {
  wire::Writer io;
  fields(io, message, frame);
}

Result<ToController> decode_body(const v1::SessionRequest& frame) {
  ToController message;
  wire::Reader io;
  fields(io, message, frame);
  SHAKEDOWN_TRY(io.result("message of an agent"));
  return message;
}

Result<ToAgent> decode_body(const v1::SessionResponse& frame) {
  ToAgent message;
  wire::Reader io;
  fields(io, message, frame);
  SHAKEDOWN_TRY(io.result("message of the controller"));
  if (const Plan* plan = std::get_if<Plan>(&message)) {
    SHAKEDOWN_TRY(check_indexes(plan->assignment));
  }
  return message;
}

}  // namespace shakedown
