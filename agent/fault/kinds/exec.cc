// exec: a declared command breaks the component, `effect` proves it by exit code 0, and the undo commands end it.
#include <utility>

#include "agent/fault/builtin.h"
#include "agent/fault/fault.h"
#include "core/base/clock.h"

namespace shakedown {
namespace {

constexpr Duration kEffectPoll = std::chrono::milliseconds(20);

class Exec final : public FaultMechanism {
 public:
  explicit Exec(MechanismContext& context) : context_(context) {}

  // An effect that holds before the change would prove nothing afterwards.
  Task<Result<void>> snapshot() override {
    UndoRecord& record = context_.record;
    if (record.component.component.process) {
      Result<ProcessState> state = observe(*record.component.component.process);
      if (state.has_error()) co_return fail(state.error());
      record.before = std::move(state.value());
    }
    if (record.effect.empty()) co_return ok();
    const StepResult effect = co_await run(record.effect, context_.end);
    if (!effect.told) {
      co_return fail(ErrorKind::unavailable,
                     "the effect command " + record.effect[0] + " told nothing before the fault: " + effect.detail);
    }
    if (!effect.ok) co_return ok();
    co_return fail(ErrorKind::unavailable,
                   "the effect command " + record.effect[0] + " succeeds already, before the fault: it would prove nothing");
  }

  Task<Result<Interval>> inject() override {
    Interval interval;
    interval.earliest = mono_now();
    const StepResult broken = co_await run(context_.record.argv, context_.end);
    interval.latest = mono_now();
    if (!broken.ok) co_return fail(ErrorKind::unavailable, context_.record.argv.at(0) + ": " + broken.detail);
    co_return interval;
  }

  Task<Result<Proof>> prove() override {
    const UndoRecord& record = context_.record;
    if (record.effect.empty()) co_return fail(ErrorKind::unavailable, "no `effect:` command is declared");
    const MonoTime limit = mono_now() + record.limit;
    while (true) {
      const StepResult effect = co_await run(record.effect, context_.end);
      Proof proof;
      proof.at = mono_now();
      proof.text = "the effect command " + record.effect[0] + " succeeded";
      if (effect.ok) co_return proof;
      const MonoTime next = proof.at + kEffectPoll;
      const bool over = next >= limit || co_await wait_until(next, context_.end) == Woken::ended;
      if (over) co_return fail(ErrorKind::unavailable, record.effect[0] + ": " + effect.detail);
    }
  }

  Task<Result<void>> undo() override { co_return co_await run_undo_steps(context_); }

  Task<Result<std::vector<std::string>>> compare() override {
    const UndoRecord& record = context_.record;
    std::vector<std::string> out;
    if (record.component.component.process) {
      const Result<ProcessState> now = observe(*record.component.component.process);
      if (now.has_error()) co_return fail(now.error());
      out = differences(record.before, now.value(), record.component.component.process->processes);
    }
    if (!record.effect.empty()) {
      const StepResult effect = co_await run(record.effect, nullptr);
      const std::string name = "the effect command " + record.effect[0];
      if (effect.ok) out.push_back(name + " still succeeds");
      if (!effect.told) out.push_back(name + " does not tell whether the change is gone: " + effect.detail);
    }
    co_return out;
  }

  bool compare_is_complete() const override { return false; }

 private:
  Task<StepResult> run(std::vector<std::string> argv, OneShot* end) {
    BoundAction action;
    action.action.kind = Action::Kind::exec;
    action.action.argv = std::move(argv);
    action.action.limit = context_.record.limit;
    action.component = context_.record.component;
    const CommandNote note = context_.journal.note(context_.record.id);
    co_return co_await context_.actions.exec(std::move(action), note, end);
  }

  MechanismContext& context_;
};

}  // namespace

std::unique_ptr<FaultMechanism> make_exec(MechanismContext& context) { return std::make_unique<Exec>(context); }

}  // namespace shakedown
