// stop: an orderly end of the component, as its operator would do it. Proven by the pidfds of all its processes.
#include "agent/fault/builtin.h"
#include "agent/fault/mechanisms/process/process_fault.h"
#include "core/base/clock.h"

namespace shakedown {
namespace {

constexpr Duration kSeenGone = std::chrono::seconds(10);  // an ended process may take so long to be seen as gone

class Stop final : public ProcessFault {
 public:
  Stop(MechanismContext& context, ProcessPayload payload) : ProcessFault(context, ScopeUse::whole, std::move(payload)) {}

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
    const MonoTime limit = mono_now() + payload_.limit;
    const std::vector<ProcessRef> left = co_await wait_gone(targets_, limit, context_.end);
    if (!left.empty()) co_return fail(ErrorKind::unavailable, "processes " + pids_text(left) + " still run");
    Proof proof;
    proof.at = mono_now();
    proof.text = "processes " + pids_text(payload_.targets) + " are gone";
    co_return proof;
  }

  Task<Result<void>> undo() override {
    co_await let_go(record().component.component.stop_limit, false);
    co_return co_await run_undo_steps(context_);
  }
};

Result<Document> bind_stop(const View&, const UndoRecord& record) {
  ProcessPayload payload;
  payload.limit = record.component.component.stop_limit + kSeenGone;
  return document_of(payload);
}

}  // namespace

MechanismKind stop_kind() { return {"stop", &bind_stop, &make_process_fault<Stop>}; }

}  // namespace shakedown
