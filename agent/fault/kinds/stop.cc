// stop: an orderly end of the component, as its operator would do it. Proven by the pidfds of all its processes.
#include "agent/fault/builtin.h"
#include "agent/fault/mechanisms/process/process_fault.h"
#include "core/base/clock.h"

namespace shakedown {
namespace {

class Stop final : public ProcessFault {
 public:
  explicit Stop(MechanismContext& context) : ProcessFault(context, ScopeUse::whole) {}

  Task<Result<Interval>> inject() override {
    const Result<void> aimed = aim();
    if (aimed.has_error()) co_return fail(aimed.error());
    Interval interval;
    interval.earliest = mono_now();
    const CommandNote note = context_.journal.note(record().id);
    const StepResult stopped = co_await context_.actions.stop(record().component, note, nullptr);
    interval.latest = mono_now();
    if (!stopped.ok) co_return fail(ErrorKind::unavailable, "stop failed: " + stopped.detail);
    co_return interval;
  }

  Task<Result<Proof>> prove() override {
    const MonoTime limit = mono_now() + record().limit;
    const std::vector<ProcessRef> left = co_await wait_gone(targets_, limit, context_.end);
    if (!left.empty()) co_return fail(ErrorKind::unavailable, "processes " + pids_text(left) + " still run");
    Proof proof;
    proof.at = mono_now();
    proof.text = "processes " + pids_text(record().targets) + " are gone";
    co_return proof;
  }

  Task<Result<void>> undo() override {
    co_await let_go(record().component.component.stop_limit, false);
    co_return co_await run_undo_steps(context_);
  }
};

// What setup started. There is nothing to inject; its undo is to stop it.
class Started final : public ProcessFault {
 public:
  explicit Started(MechanismContext& context) : ProcessFault(context, ScopeUse::whole) {}

  Task<Result<void>> snapshot() override { co_return ok(); }
  Task<Result<Interval>> inject() override {
    co_return fail(ErrorKind::bug, "what setup started is not a fault and cannot be injected");
  }
  Task<Result<Proof>> prove() override {
    co_return fail(ErrorKind::bug, "what setup started is not a fault and has no effect to prove");
  }
  Task<Result<void>> undo() override {
    if (record().owner.boot == boot_id()) {
      for (BoundAction& step : record().undo) step.component.noted = record().targets;
    }
    co_return co_await run_undo_steps(context_);
  }
  Task<Result<std::vector<std::string>>> compare() override {
    const Result<ProcessState> now = observe(spec());
    if (now.has_error()) co_return fail(now.error());
    std::vector<std::string> out;
    if (now.value().running) out.push_back("process " + std::to_string(now.value().leader.pid) + " still runs");
    for (const ProcessRef& one : record().targets) {
      const bool another = !now.value().running || now.value().leader != one;
      if (another && record().owner.boot == boot_id() && is_running(one)) {
        out.push_back("process " + std::to_string(one.pid) + " still runs, though its pidfile does not name it");
      }
    }
    co_return out;
  }
};

}  // namespace

std::unique_ptr<FaultMechanism> make_stop(MechanismContext& context) { return std::make_unique<Stop>(context); }
std::unique_ptr<FaultMechanism> make_started(MechanismContext& context) { return std::make_unique<Started>(context); }

}  // namespace shakedown
