// exec: a declared command breaks the component, `effect` proves it by exit code 0, and the undo commands end it.
#include <utility>

#include "agent/fault/builtin.h"
#include "agent/fault/fault.h"
#include "agent/fault/mechanisms/process/payload.h"
#include "core/base/clock.h"
#include "core/form/document.h"

namespace shakedown {
namespace {

constexpr Duration kEffectPoll = std::chrono::milliseconds(20);

struct ExecPayload {
  std::vector<std::string> argv, effect;
  Duration limit{};     // of each command, and of the proof
  ProcessState before;  // of the component's process, where it has one
};

Shape exec_payload_shape() {
  return mapping("change by a command", "",
                 {need("argv", command_shape(), ""), need("effect", command_shape(), ""), need("limit", length_shape(), ""),
                  need("before", process_state_shape(), "")});
}

Document words(const std::vector<std::string>& argv) {
  std::vector<Document> items;
  for (const std::string& one : argv) items.push_back(text_document(one));
  return list_document(std::move(items));
}

Document document_of(const ExecPayload& payload) {
  return mapping_document({{"argv", words(payload.argv)},
                           {"effect", words(payload.effect)},
                           {"limit", integer_document(payload.limit.count())},
                           {"before", document_of(payload.before)}});
}

Result<ExecPayload> exec_payload(const Document& document) {
  const Shape shape = exec_payload_shape();
  const Result<void> fit = fits(document, shape, Names(), "the payload");
  if (fit.has_error()) return fail(ErrorKind::io, "damaged undo record: " + fit.error().message);
  const View view = view_of(document, shape);
  return ExecPayload{view["argv"].texts(), view["effect"].texts(), Duration(static_cast<int64_t>(view["limit"].integer())),
                     process_state(view["before"])};
}

class Exec final : public FaultMechanism {
 public:
  Exec(MechanismContext& context, ExecPayload payload) : payload_(std::move(payload)), context_(context) {}

  // An effect that holds before the change would prove nothing afterwards.
  Task<Result<void>> snapshot() override {
    if (process() != nullptr) {
      Result<ProcessState> state = observe(*process());
      if (state.has_error()) co_return fail(state.error());
      payload_.before = std::move(state.value());
      context_.record.payload = document_of(payload_);
    }
    const StepResult effect = co_await ask(context_.end);
    if (!effect.told) {
      co_return fail(ErrorKind::unavailable,
                     "the effect command " + payload_.effect[0] + " told nothing before the fault: " + effect.detail);
    }
    if (!effect.ok) co_return ok();
    co_return fail(ErrorKind::unavailable,
                   "the effect command " + payload_.effect[0] + " succeeds already, before the fault: it would prove nothing");
  }

  Task<Result<Interval>> inject() override {
    Interval interval;
    interval.earliest = mono_now();
    const CommandNote note = context_.journal.note(context_.record.id);
    const StepResult broken = co_await run(payload_.argv, note, context_.end);
    interval.latest = mono_now();
    if (!broken.ok) co_return fail(ErrorKind::unavailable, payload_.argv[0] + ": " + broken.detail);
    co_return interval;
  }

  Task<Result<Proof>> prove() override {
    const MonoTime limit = mono_now() + payload_.limit;
    while (true) {
      const StepResult effect = co_await ask(context_.end);
      Proof proof;
      proof.at = mono_now();
      proof.text = "the effect command " + payload_.effect[0] + " succeeded";
      if (effect.ok) co_return proof;
      const MonoTime next = proof.at + kEffectPoll;
      const bool over = next >= limit || co_await wait_until(next, context_.end) == Woken::ended;
      if (over) co_return fail(ErrorKind::unavailable, payload_.effect[0] + ": " + effect.detail);
    }
  }

  Task<Result<void>> undo() override { co_return co_await run_undo_steps(context_); }

  Task<Result<std::vector<std::string>>> compare() override {
    std::vector<std::string> out;
    if (process() != nullptr) {
      const Result<ProcessState> now = observe(*process());
      if (now.has_error()) co_return fail(now.error());
      out = differences(payload_.before, now.value(), process()->processes);
    }
    const StepResult effect = co_await ask(nullptr);
    const std::string name = "the effect command " + payload_.effect[0];
    if (effect.ok) out.push_back(name + " still succeeds");
    if (!effect.told) out.push_back(name + " does not tell whether the change is gone: " + effect.detail);
    co_return out;
  }

  bool compare_is_complete() const override { return false; }

 private:
  const ProcessSpec* process() const { return context_.record.component.component.process(); }

  // It changes nothing: on a full disk it is asked without a note, and what is gone is seen to be gone.
  Task<StepResult> ask(OneShot* end) {
    CommandNote note = context_.journal.note(context_.record.id);
    note.required = false;
    co_return co_await run(payload_.effect, note, end, LeftBehind::killed);
  }

  Task<StepResult> run(std::vector<std::string> argv, CommandNote note, OneShot* end, LeftBehind left = LeftBehind::kept) {
    BoundAction action;
    action.action.kind = Action::Kind::exec;
    action.action.argv = std::move(argv);
    action.action.limit = payload_.limit;
    action.component = context_.record.component;
    co_return co_await context_.actions.exec(std::move(action), std::move(note), end, left);
  }

  ExecPayload payload_;
  MechanismContext& context_;
};

Result<Document> bind_exec(const View& said, const UndoRecord&) {
  return document_of(ExecPayload{said["command"].texts(), said["effect"].texts(), said["limit"].duration(), {}});
}

Result<std::unique_ptr<FaultMechanism>> make_exec(MechanismContext& context) {
  SHAKEDOWN_TRY(auto payload, exec_payload(context.record.payload));
  return std::unique_ptr<FaultMechanism>(std::make_unique<Exec>(context, std::move(payload)));
}

}  // namespace

MechanismKind exec_kind() { return {"exec", &bind_exec, &make_exec}; }

}  // namespace shakedown
