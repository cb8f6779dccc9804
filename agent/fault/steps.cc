#include "agent/fault/steps.h"

#include <utility>

#include "agent/fault/mechanisms/process/pidfile.h"
#include "agent/fault/mechanisms/process/started.h"

namespace shakedown {
namespace {

constexpr Duration kLockPatience = std::chrono::minutes(5);

// The id of the record; empty when the component runs already.
Task<Result<std::string>> record_start(FaultDesk& desk, ComponentId component) {
  const ProcessSpec* process = desk.assignment.plan.component(component).process();
  if (process) {
    const Result<Sighting> sighting = look(*process);
    if (sighting.has_error()) co_return fail(sighting.error());
    if (sighting.value().presence == Presence::running) co_return std::string();
  }
  const Result<void> guarded = co_await desk.guard->wait_ready();
  if (guarded.has_error()) co_return fail(guarded.error());
  UndoRecord record = desk.binding.started(component);
  record.expires = system_clock().wall() + desk.lease;
  const Result<void> added = desk.journal.add(record);
  if (added.has_error()) co_return fail(added.error());
  co_return record.id;
}

Task<void> forget_starts(FaultDesk& desk, std::string component) {
  for (const std::string& id : desk.journal.list()) {
    const Result<UndoRecord> record = desk.journal.read(id);
    const bool its =
        record.has_value() && record.value().kind == "started" && record.value().component.component.name == component;
    if (!its) continue;
    RecordLock lock;
    const MonoTime limit = mono_now() + kLockPatience;
    const LockOutcome locked = co_await desk.journal.lock(id, limit, lock);
    if (locked == LockOutcome::busy || locked == LockOutcome::unable) continue;
    const Result<void> removed = desk.journal.remove(id);
    if (removed.has_error()) desk.warn(AgentEvent::Kind::warning, removed.error().text());
  }
}

}  // namespace

Task<StepResult> execute_step(FaultDesk& desk, StepEvent::Kind kind, Action action, OneShot* end) {
  StepResult step;
  step.started = mono_now();
  Result<BoundAction> bound = desk.binding.action(action);
  std::string record;
  Result<void> allowed = ok();
  if (bound.has_error()) {
    allowed = fail(bound.error());
  } else if (kind == StepEvent::Kind::setup && action.kind == Action::Kind::start) {
    Result<std::string> recorded = co_await record_start(desk, action.component);
    if (recorded.has_value())
      record = recorded.value();
    else
      allowed = fail(recorded.error());
  }
  if (allowed.has_error()) {
    step.ok = false;
    step.detail = allowed.error().text();
    step.ended = mono_now();
    co_return step;
  }
  const std::string name = bound.value().component.component.name;
  if (action.kind == Action::Kind::stop) bound.value().component.noted = noted_processes(desk.journal, name);
  CommandNote note = desk.journal.note(record);
  note.required = kind == StepEvent::Kind::setup;
  step = co_await desk.actions.run(std::move(bound.value()), note, end);
  const bool stopped = action.kind == Action::Kind::stop && step.ok;
  if (stopped && kind == StepEvent::Kind::teardown) desk.torn_down.insert(name);
  const bool not_ours = !record.empty() && !step.changed;
  if (action.kind == Action::Kind::start && step.ok) {
    const Result<void> held = desk.hold_components();
    if (held.has_error()) desk.warn(AgentEvent::Kind::warning, held.error().text());
  }
  if (stopped || not_ours)
    co_await forget_starts(desk, name);
  else if (action.kind == Action::Kind::start)
    co_await note_started(desk.journal, name);
  co_return step;
}

Task<StepResult> run_step(FaultDesk& desk, StepEvent::Kind kind, Action action) {
  if (kind == StepEvent::Kind::teardown) co_await end_steps(desk, true);
  const auto running = std::make_shared<RunningStep>();  // shared with end_steps, which may wait for it
  running->kind = kind;
  desk.steps.push_back(running);
  if (desk.ending) running->cut.fire();
  StepResult step = co_await execute_step(desk, kind, std::move(action), &running->cut);
  std::erase(desk.steps, running);
  running->over.fire();
  co_return step;
}

Task<void> end_steps(FaultDesk& desk, bool setup_only) {
  const std::vector<std::shared_ptr<RunningStep>> running = desk.steps;
  for (const auto& one : running) {
    if (setup_only && one->kind != StepEvent::Kind::setup) continue;
    one->cut.fire();
    co_await wait_for(one->over);
  }
}

}  // namespace shakedown
