// The life of an injection, or of one part of it: armed, injected, effective, recovered by others or undone by us, compared.
// Ownership: shared between the runner and the coroutines that work on it. Threads: the loop's thread.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "agent/fault/action_runner.h"
#include "agent/fault/bind.h"
#include "agent/fault/fault.h"
#include "agent/fault/fault_runner.h"
#include "agent/fault/mechanisms/process/component_lock.h"
#include "agent/fault/undo/guard.h"
#include "agent/fault/undo/journal.h"
#include "agent/fault/undo/undo.h"
#include "core/base/clock.h"
#include "core/model/event.h"
#include "core/model/plan.h"

namespace shakedown {

// The part of an injection that breaks one component.
struct Injection {
  InjectionId id;
  FaultId fault;
  StageId stage;
  ComponentId component;
  RunTime at{};
  std::vector<std::shared_ptr<Injection>> others;  // of the first part here: this agent's other ones. It does the recover steps.
  bool leads = true;                               // the first part here
  MonoTime effective{};
  UndoRecord record;                       // id empty until it is durable
  std::vector<TargetId> served_by_others;  // see FaultEvent
  std::string other_holders;               // who that is, after the proof: "; at api answers nginx (process 12)"
  OneShot cut;                             // ends every wait: not injected yet becomes not_run, holds and recovery end
  OneShot settled;                         // its effect is proven, or it will have none
  OneShot lived;                           // nothing happens any more except a conclusion
  std::shared_ptr<OneShot> concluding;     // while a conclusion is under way; shared with those that wait for it
  std::string why_cut;                     // who ended it before its instant, and why
  bool abandoned = false;                  // its record was taken away, and it ends for that
  bool concluded = false;                  // clean, leftover, not_run or failed before the change was reported
  bool clean = true;
  std::string detail;  // of the conclusion
};

// A setup or teardown step that is under way.
struct RunningStep {
  StepEvent::Kind kind = StepEvent::Kind::setup;
  OneShot cut, over;
};

// What all injections of an agent share. Outlives the runner while a coroutine still works.
struct FaultContext {
  Assignment assignment;
  RunClock clock;                     // from Go on
  std::function<void(Event)> report;  // empty once the runner is gone
  Duration lease{};
  FaultOptions rules{};  // of it what is asked before a change
  Binding binding;
  UndoJournal journal;
  std::shared_ptr<Guard> guard;  // shared with the coroutine that watches it
  ActionRunner actions;
  HostLocks host_locks;
  bool ending = false;  // undo_all was called: nothing is injected any more
  std::vector<std::shared_ptr<RunningStep>> steps;
  std::set<std::string> torn_down;  // components that a teardown step has stopped

  FaultContext(const Assignment& plan, UndoJournal records)
      : assignment(plan), binding{assignment, {}, "", ""}, journal(std::move(records)) {}
  FaultContext(const FaultContext&) = delete;

  void tell(Event event) const;
  void tell_state(const Injection& injection, FaultState state, Interval interval, std::string detail,
                  bool by_undo = false) const;
  void tell_step(StepEvent::Kind kind, InjectionId injection, const std::string& what, const StepResult& step) const;
  void warn(AgentEvent::Kind kind, std::string detail) const;
  // What our components are now, held for the whole host. Error locked: another run has one of them.
  Result<void> hold_components();
};

// Undoes the record; where we are out of descriptors (a fault can cost a generator all of them), the watchdog does it.
Task<UndoOutcome> undo_in_any_way(FaultContext& context, std::string id, UndoObserver observer);

// Waits for its instant, breaks, proves, recovers; a pause ends by itself. Fires injection->lived at the end.
Task<void> live(std::shared_ptr<FaultContext> context, std::shared_ptr<Injection> injection);

// Compares and, when it must or when something differs, undoes; reports clean or leftover. After `lived`.
Task<void> conclude(std::shared_ptr<FaultContext> context, std::shared_ptr<Injection> injection, bool must_undo,
                    std::string reason);

// Compares: clean when nothing differs; else nothing is done. After `lived`.
Task<void> conclude_if_healed(std::shared_ptr<FaultContext> context, std::shared_ptr<Injection> injection);

}  // namespace shakedown
