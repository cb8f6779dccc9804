#include "agent/fault/steps.h"

#include <algorithm>
#include <utility>

#include "agent/fault/mechanisms/process/pidfile.h"
#include "agent/fault/mechanisms/process/port_holder.h"
#include "agent/fault/mechanisms/process/started.h"

namespace shakedown {
namespace {

constexpr Duration kLockPatience = std::chrono::minutes(5);

// The id of the record; empty when the component runs already, or did until a step stopped it.
Task<Result<std::string>> record_start(FaultContext& context, ComponentId component) {
  const Component& declared = context.assignment.plan.component(component);
  if (is_stopped(context, declared.name)) co_return std::string();  // it ran before, and is to run afterwards
  const ProcessSpec* process = declared.process();
  if (process) {
    const Result<Sighting> sighting = look(*process);
    if (sighting.has_error()) co_return fail(sighting.error());
    if (sighting.value().presence == Presence::running) co_return std::string();
  }
  const Result<void> guarded = co_await context.guard->wait_ready();
  if (guarded.has_error()) co_return fail(guarded.error());
  UndoRecord record = context.binding.started(component);
  record.expires = system_clock().wall() + context.lease;
  const Result<void> added = context.journal.add(record);
  if (added.has_error()) co_return fail(added.error());
  co_return record.id;
}

// What a step has left of it: started, or stopped.
bool is_of_step(const UndoRecord& record, const char* kind, const std::string& component) {
  return record.kind == kind && record.fault.empty() && record.component.component.name == component;
}

bool has_record(const FaultContext& context, const char* kind, const std::string& component) {
  const std::vector<std::string> ids = context.journal.list();
  return std::any_of(ids.begin(), ids.end(), [&](const std::string& id) {
    const Result<UndoRecord> record = context.journal.read(id);
    return record.has_value() && is_of_step(record.value(), kind, component) && !has_suspects(record.value());
  });
}

Task<void> forget_records(FaultContext& context, const char* kind, std::string component) {
  for (const std::string& id : context.journal.list()) {
    const Result<UndoRecord> record = context.journal.read(id);
    if (record.has_error() || !is_of_step(record.value(), kind, component) || has_suspects(record.value())) continue;
    RecordLock lock;
    const MonoTime limit = mono_now() + kLockPatience;
    const LockOutcome locked = co_await context.journal.lock(id, limit, lock);
    if (locked == LockOutcome::busy || locked == LockOutcome::unable) continue;
    const Result<void> removed = context.journal.remove(id);
    if (removed.has_error()) context.warn(AgentEvent::Kind::warning, removed.error().text());
  }
}

}  // namespace

bool is_started(const FaultContext& context, const std::string& component) { return has_record(context, "started", component); }
bool is_stopped(const FaultContext& context, const std::string& component) { return has_record(context, "stop", component); }

Task<Result<std::string>> record_stop(FaultContext& context, ComponentId component) {
  const Component& declared = context.assignment.plan.component(component);
  const bool ours = is_started(context, declared.name) || is_stopped(context, declared.name);
  if (!context.rules.stops_are_faults || declared.process() == nullptr || ours) co_return std::string();
  const Result<Sighting> sighting = look(*declared.process());
  if (sighting.has_error()) co_return fail(sighting.error());
  if (sighting.value().presence != Presence::running) co_return std::string();
  const Result<void> guarded = co_await context.guard->wait_ready();
  if (guarded.has_error()) co_return fail(guarded.error());
  Result<UndoRecord> record = context.binding.stopped(component);
  if (record.has_error()) co_return fail(record.error());
  record.value().expires = system_clock().wall() + context.lease;
  const Result<void> added = context.journal.add(record.value());
  if (added.has_error()) co_return fail(added.error());
  context.guard->tell_changed();
  co_return record.value().id;
}

Task<void> forget_stops(FaultContext& context, std::string component) {
  co_await forget_records(context, "stop", std::move(component));
}

Task<StepResult> execute_step(FaultContext& context, StepEvent::Kind kind, Action action, OneShot* end) {
  StepResult step;
  step.started = mono_now();
  Result<BoundAction> bound = context.binding.action(action);
  std::string record, stop_record;
  Result<void> allowed = ok();
  if (bound.has_error()) {
    allowed = fail(bound.error());
  } else if (kind == StepEvent::Kind::setup && action.kind == Action::Kind::start) {
    Result<std::string> recorded = co_await record_start(context, action.component);
    if (recorded.has_value())
      record = recorded.value();
    else
      allowed = fail(recorded.error());
  } else if (action.kind == Action::Kind::stop) {
    Result<std::string> recorded = co_await record_stop(context, action.component);
    if (recorded.has_value())
      stop_record = recorded.value();
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
  bound.value().component.noted = noted_processes(context.journal, name);
  CommandNote note = context.journal.note(record);
  note.required = kind == StepEvent::Kind::setup;
  step = co_await context.actions.run(std::move(bound.value()), note, end);
  const bool stopped = action.kind == Action::Kind::stop && step.ok;
  if (stopped && kind == StepEvent::Kind::teardown && stop_record.empty()) context.torn_down.insert(name);
  const bool not_ours = !record.empty() && !step.changed;
  if (action.kind == Action::Kind::start && step.ok) {
    co_await forget_stops(context, name);
    const Result<void> held = context.hold_components();
    if (held.has_error()) context.warn(AgentEvent::Kind::warning, held.error().text());
  }
  if (stopped || not_ours)
    co_await forget_records(context, "started", name);
  else if (action.kind == Action::Kind::start && step.ok)
    co_await note_started(context.journal, name);
  else if (action.kind == Action::Kind::start)
    co_await note_left(context.journal, name, step.left);
  co_return step;
}

Task<StepResult> run_step(FaultContext& context, StepEvent::Kind kind, Action action) {
  if (kind == StepEvent::Kind::teardown) co_await end_steps(context, true);
  const auto running = std::make_shared<RunningStep>();  // shared with end_steps, which may wait for it
  running->kind = kind;
  context.steps.push_back(running);
  if (context.ending) running->cut.fire();
  StepResult step = co_await execute_step(context, kind, std::move(action), &running->cut);
  std::erase(context.steps, running);
  running->over.fire();
  co_return step;
}

Task<void> end_steps(FaultContext& context, bool setup_only) {
  const std::vector<std::shared_ptr<RunningStep>> running = context.steps;
  for (const auto& one : running) {
    if (setup_only && one->kind != StepEvent::Kind::setup) continue;
    one->cut.fire();
    co_await wait_for(one->over);
  }
}

Result<void> look_at_started(const FaultContext& context) {
  std::string gone;
  for (const std::string& id : context.journal.list()) {
    const Result<UndoRecord> record = context.journal.read(id);
    if (record.has_error() || record.value().kind != "started") continue;
    const Component& component = record.value().component.component;
    if (!component.process()) continue;
    const Result<Sighting> sighting = look(*component.process());
    if (sighting.has_value() && sighting.value().presence == Presence::running) continue;
    const std::string why = sighting.has_value() ? sighting.value().why : sighting.error().message;
    gone += (gone.empty() ? "" : "; ") + component.name + ", which setup started, does not run any more: " + why +
            context.actions.last_words(component.name);
  }
  for (const Target& target : context.assignment.plan.targets) {
    if (gone.empty()) break;
    const PortHolder holder = holder_of_port(target.host, target.port, {});
    if (holder.who == Holder::other) gone += "; at " + target.name + " answers " + holder.name;
  }
  return gone.empty() ? ok() : Result<void>(fail(ErrorKind::unavailable, gone));
}

}  // namespace shakedown
