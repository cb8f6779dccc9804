// started: not a fault, but what setup started and teardown must stop. There is nothing to inject; its undo is to stop it.
#include "agent/fault/builtin.h"
#include "agent/fault/mechanisms/process/left_by_start.h"
#include "agent/fault/mechanisms/process/process_fault.h"

namespace shakedown {
namespace {

class Started final : public ProcessFault {
 public:
  Started(MechanismContext& context, ProcessPayload payload) : ProcessFault(context, ScopeUse::whole, std::move(payload)) {}

  Task<Result<void>> snapshot() override { co_return ok(); }
  Task<Result<Interval>> inject() override {
    co_return fail(ErrorKind::bug, "what setup started is not a fault and cannot be injected");
  }
  Task<Result<Proof>> prove() override {
    co_return fail(ErrorKind::bug, "what setup started is not a fault and has no effect to prove");
  }
  Task<Result<void>> undo() override {
    if (record().owner.boot == boot_id()) {
      for (BoundAction& step : record().undo) step.component.noted = payload_.targets;
    }
    const Result<void> stopped = co_await run_undo_steps(context_);
    co_await end_unknown();
    co_return stopped;
  }
  Task<Result<std::vector<std::string>>> compare() override {
    const Result<ProcessState> now = observe(spec());
    if (now.has_error()) co_return fail(now.error());
    std::vector<std::string> out;
    if (now.value().running) out.push_back("process " + std::to_string(now.value().leader.pid) + " still runs");
    for (const ProcessRef& one : payload_.targets) {
      const bool another = !now.value().running || now.value().leader != one;
      if (another && record().owner.boot == boot_id() && is_running(one)) {
        out.push_back("process " + std::to_string(one.pid) + " still runs, though its pidfile does not name it");
      }
    }
    for (const ProcessRef& one : payload_.suspects) {
      const bool running = record().owner.boot == boot_id() && is_running(one);
      if (running) out.push_back(suspect_text(one));
    }
    co_return out;
  }

 private:
  // Whoever started it has not come to note what it runs as: it died on the way, or the start failed.
  Task<void> end_unknown() {
    if (!payload_.targets.empty() || record().owner.boot != boot_id()) co_return;
    const ProcessRef& starter = record().owner.process;
    const std::string marks = start_marks(starter, record().component.component.name);
    const StartLeft left = co_await end_what_start_left(marks, ProcessRef(), starter.start);
    payload_.targets = left.standing;
  }
};

}  // namespace

MechanismKind started_kind() { return {"started", nullptr, &make_process_fault<Started>}; }

}  // namespace shakedown
