#include "agent/fault/injection.h"

#include <algorithm>
#include <utility>

#include "agent/fault/builtin.h"
#include "agent/fault/mechanisms/process/port_holder.h"
#include "agent/fault/mechanisms/process/started.h"
#include "agent/fault/steps.h"
#include "core/faults/fault_form.h"
#include "core/runtime/open_files.h"

namespace shakedown {
namespace {

// Arming this early keeps the disk's delay out of the instant; later, the snapshot would still see another fault.
constexpr Duration kArmLead = std::chrono::milliseconds(150);
// A supervisor or an operator's step may still be adding workers when the service answers again.
constexpr Duration kCleanAfterRecovery = std::chrono::seconds(3);
constexpr Duration kUndoPatience = std::chrono::minutes(5);
constexpr int kFilesOfAnUndo = 16;  // a command alone takes nine

Interval now_interval() {
  const MonoTime now = mono_now();
  return Interval{now, now};
}

void close(FaultContext& shared, Injection& injection, FaultState state, std::string detail) {
  injection.concluded = true;
  injection.detail = detail;
  shared.tell_state(injection, state, now_interval(), std::move(detail));
}

MechanismContext context_of(FaultContext& shared, Injection& injection, RecordLock& lock) {
  return MechanismContext{injection.record, shared.journal, lock, shared.actions, nullptr, &injection.cut};
}

// Targets at which none of these processes answers, but another does.
void find_other_holders(Injection& injection, const std::vector<pid_t>& processes, const DrillPlan& plan) {
  for (std::size_t i = 0; i < plan.targets.size() && !processes.empty(); ++i) {
    const PortHolder holder = holder_of_port(plan.targets[i].host, plan.targets[i].port, processes);
    if (holder.who != Holder::other) continue;
    injection.served_by_others.push_back(TargetId(i));
    injection.other_holders += "; at " + plan.targets[i].name + " answers " + holder.name;
  }
}

// Snapshot and durable record. Error: nothing may be injected.
Task<Result<void>> arm(FaultContext& shared, Injection& injection) {
  const Result<void> guarded = co_await shared.guard->wait_ready();
  if (guarded.has_error()) co_return fail(guarded.error());
  const Result<void> locked = shared.hold_components();
  if (locked.has_error()) co_return fail(locked.error());
  Result<UndoRecord> bound = shared.binding.fault(injection.fault, injection.component);
  if (bound.has_error()) co_return fail(bound.error());
  UndoRecord record = std::move(bound.value());
  record.injection = injection.id.value;
  record.expires = system_clock().wall() + shared.lease;
  injection.record = std::move(record);
  RecordLock none;
  MechanismContext context = context_of(shared, injection, none);
  const auto mechanism = make_mechanism(context);
  if (mechanism.has_error()) co_return fail(mechanism.error());
  const Result<void> seen = co_await mechanism.value()->snapshot();
  if (seen.has_error()) co_return fail(seen.error());
  find_other_holders(injection, mechanism.value()->processes(), shared.assignment.plan);
  Interval interval = now_interval();
  const Result<void> added = shared.journal.add(injection.record);
  if (added.has_error()) injection.record.id.clear();
  if (added.has_error()) co_return fail(added.error());
  interval.latest = mono_now();
  shared.guard->tell_changed();
  // Now that others see the record: of two that begin at one instant at least one finds the other.
  const auto& asked = shared.rules.may_inject;
  Result<void> allowed = ok();
  if (asked) allowed = asked(injection.id, injection.fault);
  if (allowed.has_error()) {
    const Result<void> removed = shared.journal.remove(injection.record.id);
    if (removed.has_error()) shared.warn(AgentEvent::Kind::warning, removed.error().text());
    injection.record.id.clear();
    co_return fail(allowed.error());
  }
  shared.tell_state(injection, FaultState::armed, interval, "undo record " + injection.record.id + " is durable");
  co_return ok();
}

// The record says that the change may have been made, before it is.
Task<Result<void>> mark_touched(FaultContext& shared, Injection& injection, RecordLock& lock) {
  const MonoTime limit = mono_now() + kArmLead;
  const LockOutcome locked = co_await shared.journal.lock(injection.record.id, limit, lock);
  if (locked != LockOutcome::held) {
    co_return fail(ErrorKind::unavailable, "its undo record was taken away before the change (lease over?)");
  }
  injection.record.touched = true;
  const Result<void> updated = shared.journal.update(injection.record, lock);
  if (updated.has_error()) injection.record.touched = false;
  co_return updated;
}

// True when the effect is proven; otherwise the failure is reported and the change taken back.
Task<bool> prove_effect(std::shared_ptr<FaultContext> shared, std::shared_ptr<Injection> injection, RecordLock& lock) {
  MechanismContext context = context_of(*shared, *injection, lock);
  const auto mechanism = make_mechanism(context);
  std::string trouble;
  const Result<Interval> changed = co_await mechanism.value()->inject();
  lock.release();
  if (changed.has_value()) {
    shared->tell_state(*injection, FaultState::injected, changed.value(), injection->record.what());
    const Result<Proof> proof = co_await mechanism.value()->prove();
    if (proof.has_value()) {
      injection->effective = proof.value().at;
      const Interval interval{changed.value().earliest, injection->effective};
      shared->tell_state(*injection, FaultState::effective, interval, proof.value().text + injection->other_holders);
      co_return true;
    }
    const char* what = injection->cut.fired() ? "ended before its effect was proven: " : "did not bite: ";
    trouble = what + proof.error().text();
  } else {
    trouble = "did not bite: " + changed.error().text();
  }
  shared->tell_state(*injection, FaultState::failed, now_interval(), trouble);
  co_await conclude(shared, injection, true, trouble);
  co_return false;
}

// This agent's steps. The first counts from the effect of all parts here, each later one from the end of the one before.
Task<void> recover(std::shared_ptr<FaultContext> shared, std::shared_ptr<Injection> injection) {
  MonoTime from = injection->effective;
  for (const auto& other : injection->others) {
    co_await wait_for(other->settled);
    from = std::max(from, other->effective);
  }
  const DrillPlan& plan = shared->assignment.plan;
  const Fault& fault = plan.fault(injection->fault);
  for (const Action& action : fault.recover) {
    if (plan.agent_of(action, fault) != shared->assignment.self) continue;
    const MonoTime due = from + action.after;
    const Woken woken = co_await wait_until(due, &injection->cut);
    if (woken == Woken::ended) co_return;
    Result<BoundAction> bound = shared->binding.action(action);
    StepResult step;
    step.started = step.ended = mono_now();
    const auto& asked = shared->rules.may_recover;
    Result<void> allowed = ok();
    if (bound.has_error()) allowed = fail(bound.error());
    if (allowed.has_value() && asked) allowed = asked(action);
    if (allowed.has_value() && action.kind == Action::Kind::stop) {
      const Result<std::string> noted = co_await record_stop(*shared, action.component);
      if (noted.has_error()) allowed = fail(noted.error());
    }
    step.ok = allowed.has_value();
    if (step.ok) {
      CommandNote note = shared->journal.note(injection->record.id);
      note.required = false;
      const std::string name = bound.value().component.component.name;
      bound.value().component.noted = noted_processes(shared->journal, name);
      step = co_await shared->actions.run(std::move(bound.value()), note, &injection->cut);
      if (action.kind == Action::Kind::start) {
        if (step.ok)
          co_await note_started(shared->journal, name);
        else
          co_await note_left(shared->journal, name, step.left);
        if (step.ok) co_await forget_stops(*shared, name);
        const Result<void> held = shared->hold_components();
        if (held.has_error()) shared->warn(AgentEvent::Kind::warning, held.error().text());
      }
    } else {
      step.detail = allowed.error().text();
    }
    if (!step.ok && injection->cut.fired()) step.ended = step.started;  // cut short by us: it says nothing of the target
    shared->tell_step(StepEvent::Kind::recover, injection->id, action.describe, step);
    if (!step.ok) co_return;
    from = step.ended;
  }
}

std::string ended_early(const Injection& injection) {
  return "ended before its instant" + (injection.why_cut.empty() ? "" : ": " + injection.why_cut);
}

// Breaks at the instant. Returns false when that was the end of it.
Task<bool> break_at_instant(std::shared_ptr<FaultContext> shared, std::shared_ptr<Injection> injection) {
  const MonoTime at = shared->clock.mono(injection->at);
  const Woken early = co_await wait_until(at - kArmLead, &injection->cut);
  if (early == Woken::ended) {
    close(*shared, *injection, FaultState::not_run, ended_early(*injection));
    co_return false;
  }
  const Result<void> armed = co_await arm(*shared, *injection);
  if (armed.has_error()) {
    close(*shared, *injection, FaultState::failed, "not injected: " + armed.error().text());
    co_return false;
  }
  RecordLock lock;
  const Result<void> marked = co_await mark_touched(*shared, *injection, lock);
  const Woken due = co_await wait_until(at, &injection->cut);
  if (marked.has_error() || due == Woken::ended || shared->guard->lease_over()) {
    lock.release();
    const std::string why = marked.has_error()    ? marked.error().text()
                            : due == Woken::ended ? ended_early(*injection)
                                                  : "the lease is over";
    const Result<void> removed = shared->journal.remove(injection->record.id);
    if (removed.has_error()) shared->warn(AgentEvent::Kind::warning, removed.error().text());
    close(*shared, *injection, due == Woken::ended ? FaultState::not_run : FaultState::failed, "not injected: " + why);
    co_return false;
  }
  co_return co_await prove_effect(shared, injection, lock);
}

}  // namespace

Task<void> live(std::shared_ptr<FaultContext> shared, std::shared_ptr<Injection> injection) {
  const bool bit = co_await break_at_instant(shared, injection);
  injection->settled.fire();
  if (bit) {
    if (injection->leads) co_await recover(shared, injection);
    const Duration hold = injection->record.hold;
    if (hold > Duration(0)) {
      const MonoTime end = injection->effective + hold;
      const Woken woken = co_await wait_until(end, &injection->cut);
      if (woken == Woken::due) co_await conclude(shared, injection, false, "the hold is over");
    }
  }
  injection->lived.fire();
}

namespace {

// True when nothing differs from before: the record is removed and clean reported. Otherwise the differences are added
// to the reason. settling: how long it may still take.
Task<bool> is_as_before(FaultContext& shared, Injection& injection, Duration settling, std::string& reason) {
  RecordLock lock;
  const MonoTime unlocked_by = mono_now() + kUndoPatience;
  const LockOutcome locked = co_await shared.journal.lock(injection.record.id, unlocked_by, lock);
  if (locked != LockOutcome::held) co_return false;
  MechanismContext context = context_of(shared, injection, lock);
  const auto mechanism = make_mechanism(context);
  const bool may_become_clean = mechanism.value()->compare_is_complete() && injection.record.hold == Duration(0);
  const MonoTime limit = mono_now() + (may_become_clean ? settling : Duration(0));
  std::vector<std::string> differing = co_await await_clean(*mechanism.value(), limit);
  if (differing.empty() && mechanism.value()->compare_is_complete()) {
    const Result<void> removed = shared.journal.remove(injection.record.id);
    if (removed.has_value()) {
      close(shared, injection, FaultState::clean, "as before");
      injection.clean = true;
      co_return true;
    }
    differing.push_back(removed.error().text());
  }
  for (const std::string& one : differing) reason += "; " + one;
  co_return false;
}

std::string end_text(const UndoOutcome& outcome) {
  if (outcome.handed_over) return "as before, after the watchdog's undo: no descriptors are left here (ulimit -n)";
  if (outcome.end != UndoEnd::leftover) return "as before, after our undo";
  std::string text;
  for (const std::string& one : outcome.leftovers) text += (text.empty() ? "" : "; ") + one;
  return text;
}

}  // namespace

Task<UndoOutcome> undo_in_any_way(FaultContext& shared, std::string id, UndoObserver observer) {
  UndoOutcome outcome = co_await undo_record(shared.journal, id, shared.actions, std::move(observer), kUndoPatience);
  if (outcome.end != UndoEnd::leftover || can_open_files(kFilesOfAnUndo)) co_return outcome;
  const MonoTime limit = mono_now() + kUndoPatience;
  co_await shared.guard->hand_over(id, limit);
  if (!shared.journal.taken_back(id)) {
    outcome.leftovers.push_back("no descriptors are left (ulimit -n), and the watchdog has not taken it back");
    co_return outcome;
  }
  (void)shared.journal.remove(id);  // from memory: the watchdog has done the rest
  outcome.leftovers.clear();
  outcome.end = UndoEnd::clean;
  outcome.handed_over = true;
  co_return outcome;
}

static Task<void> conclude_alone(std::shared_ptr<FaultContext> shared, std::shared_ptr<Injection> injection, bool must_undo,
                                 std::string reason) {
  if (injection->concluded && injection->clean) co_return;
  if (!must_undo) {
    const bool clean = co_await is_as_before(*shared, *injection, kCleanAfterRecovery, reason);
    if (clean) co_return;
  }
  bool begun = false;
  UndoObserver observer;
  observer.begins = [&](const UndoRecord&) {
    begun = true;
    shared->tell_state(*injection, FaultState::undoing, now_interval(), reason, true);
  };
  observer.step = [&](const UndoRecord&, const BoundAction& action, const StepResult& step) {
    shared->tell_step(StepEvent::Kind::undo, injection->id, action.action.describe, step);
  };
  const UndoOutcome outcome = co_await undo_in_any_way(*shared, injection->record.id, observer);
  if (outcome.end == UndoEnd::already && injection->concluded) co_return;
  if (!begun) shared->tell_state(*injection, FaultState::undoing, now_interval(), "undone by the watchdog", true);
  injection->concluded = true;
  injection->clean = outcome.end != UndoEnd::leftover;
  injection->detail = end_text(outcome);
  const FaultState state = injection->clean ? FaultState::clean : FaultState::leftover;
  shared->tell_state(*injection, state, now_interval(), injection->detail, true);
}

Task<void> conclude(std::shared_ptr<FaultContext> shared, std::shared_ptr<Injection> injection, bool must_undo,
                    std::string reason) {
  while (const std::shared_ptr<OneShot> other = injection->concluding) co_await wait_for(*other);
  const auto mine = std::make_shared<OneShot>();
  injection->concluding = mine;
  co_await conclude_alone(shared, injection, must_undo, std::move(reason));
  injection->concluding.reset();
  mine->fire();
}

Task<void> conclude_if_healed(std::shared_ptr<FaultContext> shared, std::shared_ptr<Injection> injection) {
  const FaultForm* form = find_fault_form(injection->record.kind);
  const bool end_is_seen = form != nullptr && form->end_is_seen;
  if (injection->concluding || injection->concluded || !end_is_seen) co_return;
  const auto mine = std::make_shared<OneShot>();
  injection->concluding = mine;
  std::string differences;
  co_await is_as_before(*shared, *injection, Duration(0), differences);
  injection->concluding.reset();
  mine->fire();
}

void FaultContext::tell(Event event) const {
  if (report) report(std::move(event));
}

void FaultContext::tell_state(const Injection& injection, FaultState state, Interval interval, std::string detail,
                              bool by_undo) const {
  FaultEvent event;
  event.injection = injection.id;
  event.fault = injection.fault;
  event.stage = injection.stage;
  event.component = injection.component;
  event.state = state;
  event.earliest = clock.at(interval.earliest);
  event.latest = clock.at(interval.latest);
  event.detail = std::move(detail);
  event.by_undo = by_undo;
  if (state == FaultState::armed) event.served_by_others = injection.served_by_others;
  tell(std::move(event));
}

void FaultContext::tell_step(StepEvent::Kind kind, InjectionId injection, const std::string& what, const StepResult& step) const {
  StepEvent event;
  event.kind = kind;
  event.injection = injection;
  event.what = what;
  event.started = clock.at(step.started);
  event.ended = clock.at(step.ended);
  event.ok = step.ok;
  event.detail = step.detail;
  tell(std::move(event));
}

Result<void> FaultContext::hold_components() {
  const DrillPlan& plan = assignment.plan;
  for (size_t i = 0; i < plan.components.size(); ++i) {
    if (!binding.is_own(ComponentId(i))) continue;
    const Component& one = plan.components[i];
    SHAKEDOWN_TRY(host_locks.hold(one.process() ? one.process()->pidfile : plan.folder + ":" + one.name, one));
  }
  return ok();
}

void FaultContext::warn(AgentEvent::Kind kind, std::string detail) const {
  AgentEvent event;
  event.kind = kind;
  event.agent = assignment.self;
  event.at = clock.now();
  event.detail = std::move(detail);
  tell(std::move(event));
}

}  // namespace shakedown
