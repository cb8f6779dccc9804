// Everything that agent and controller say to each other, as plain values. core/wire/codec turns them into
// protobuf and back; nobody else sees protobuf. Stamps are RunTime unless the field says otherwise.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "core/base/error.h"
#include "core/model/event.h"
#include "core/model/plan.h"
#include "core/model/run.h"
#include "core/stats/snapshot.h"

namespace shakedown {

// ---- agent -> controller

// First message of an agent. A wrong token or protocol version ends the stream with a Refusal.
struct Hello {
  std::string token;
  std::string name;  // of the scenario's agents; empty = any free place
  uint32_t protocol = 1;
  AgentFacts facts;
};
// The plan is understood and every resource is open (or not, and why).
struct PlanReady {
  bool ok = true;
  std::string error;
  ErrorKind problem = ErrorKind::unavailable;  // when not ok: decides the exit code of the run
  Duration clock_bound{};                      // half of the best round trip
  std::vector<std::string> addresses;          // see AgentFacts
};
// Clock comparison: the controller answers at once with its own monotonic instant.
struct ClockPing {
  uint64_t id = 0;
  MonoTime agent_mono{};
  Duration bound{};  // how far this agent's run time may be off at the moment; 0 = not known yet, or exact
};
struct EventReport {
  Event event;
};
// A RunStep or FinishFault or VerifyLedger is over.
struct StepDone {
  uint64_t step = 0;
  bool ok = true;
  std::string detail;
  StepEvent event;                             // for RunStep
  ErrorKind problem = ErrorKind::unavailable;  // of LookAtProcesses, when not ok: decides the exit code of the run
};
// The last message: everything is undone and sent.
struct Goodbye {
  bool clean = true;
  std::string detail;
};
// Somebody has halted the agent's host: it undoes its faults at once and begins nothing but teardown any more.
struct Halted {
  std::string why;
};
using ToController = std::variant<Hello, PlanReady, ClockPing, Snapshot, EventReport, StepDone, Goodbye, Halted>;

// ---- controller -> agent

struct Refusal {
  std::string reason;
};
struct Plan {
  Assignment assignment;
};
struct ClockPong {
  uint64_t id = 0;
  MonoTime agent_mono{};
  MonoTime controller_mono{};
};
// The zero of the run on the controller's monotonic clock; the agent maps it by its measured offset.
struct Go {
  MonoTime zero{};
};
// Probes (and, with ledgers, ledger writers) of this agent begin, at their cadence aligned to RunTime 0.
struct StartProbes {};
struct StartLedgers {};
// A stage is announced ahead of its start. Its load, if any, begins at start.
struct StageStart {
  StageId stage;
  PhaseId phase;
  RunTime start{}, end{};
  double level = 0;  // open loads: arrivals per second; closed ones: users; in place of the phase's own; 0 = as declared
};
// The stage ends at `at` (earlier than announced): load stops then, in-flight requests get their grace.
struct StageStop {
  StageId stage;
  RunTime at{};
};
// Break something at an instant. The agent answers with FaultEvents; recover steps follow by themselves.
struct Inject {
  InjectionId injection;
  FaultId fault;
  StageId stage;
  RunTime at{};
};
// The service recovered (undo false: only compare state, undo if it differs), or did not in time (undo true). if_healed: only a
// component that is as before by itself is clean; else the fault stands on, and the answer is not ok.
struct FinishFault {
  uint64_t step = 0;
  InjectionId injection;
  bool undo = false;
  std::string reason;
  bool if_healed = false;
};
// Read back [first_id, end_id) of a ledger as pass `pass`; end_id is set by the agent when open_end. Writing pauses meanwhile.
struct VerifyLedger {
  uint64_t step = 0;
  LedgerId ledger;
  uint32_t pass = 0;
  InjectionId injection;
  uint64_t first_id = 0;
};
// Setup and teardown steps, and the ready check's undo.
struct RunStep {
  uint64_t step = 0;
  StepEvent::Kind kind = StepEvent::Kind::setup;
  Action action;
};
// Fetch DrillPlan::release once; the answer (the JSON value or the trimmed body) is StepDone::detail.
struct ReadRelease {
  uint64_t step = 0;
};
// Run the plan's checks that are this agent's; each answer is an EventReport of a CheckResult, then StepDone.
struct RunChecks {
  uint64_t step = 0;
};
// Load, probes and ledgers of this agent end: what follows may change what they look at. Answered once no request is out.
struct EndTraffic {
  uint64_t step = 0;
};
// Carry out one of the plan's cleanups, and count what is left. StepDone's event says what came of it.
struct RunCleanup {
  uint64_t step = 0;
  uint32_t cleanup = 0;  // index
};
// Try to connect to every target that an operation is sent to, within the limit, without sending a request. Answered by
// StepDone: ok when one was reached or there is none; its event is of the kind ready and says what was tried.
struct ReachTargets {
  uint64_t step = 0;
  Duration limit{};
  TargetId target{};  // only this one; none = all
};
// Look whether the processes that this agent's faults will change are the declared ones; nothing is changed. StepDone: not ok
// with the problem refused where one is another or may not be touched, unavailable where one does not run and nothing in the
// drill starts it after setup.
// started: whether what setup started still runs, in place of that.
struct LookAtProcesses {
  uint64_t step = 0;
  bool started = false;
};
// Without a renewal for this long the agent stops load and undoes every fault.
struct LeaseRenew {
  Duration lease{};
};
// Stop load, probes and ledgers, undo every fault, send what is left, say Goodbye.
struct Shutdown {
  std::string reason;
};
using ToAgent = std::variant<Refusal, Plan, ClockPong, Go, StartProbes, StartLedgers, StageStart, StageStop, Inject, FinishFault,
                             VerifyLedger, RunStep, ReadRelease, LeaseRenew, Shutdown, RunChecks, ReachTargets, LookAtProcesses,
                             EndTraffic, RunCleanup>;

inline constexpr uint32_t kProtocolVersion = 1;

}  // namespace shakedown
