// Stands between what a controller orders and what touches anything: holds plans, steps and injections against the agent's
// policy, counts the faults that stand here (what steps have stopped is one), and ends one that stands for longer than it may.
// Ownership: the Engine's. Threads: the agent's loop.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/policy/admit.h"
#include "agent/policy/policy_file.h"
#include "core/base/error.h"
#include "core/model/event.h"
#include "core/runtime/timer.h"

namespace shakedown {

class Warden {
 public:
  // What stands for longer than the policy allows, and must be undone.
  struct Overdue {
    std::function<void(InjectionId, std::string why)> injection;
    std::function<void(ComponentId, std::string why)> stopped;  // by a step: to be started
  };
  // state_dir: empty = the host-wide one. orders_from: whose word it is that something is done.
  Warden(Policy policy, std::string state_dir, std::string orders_from, boost::asio::io_context& loop, Overdue overdue);

  const Policy& policy() const { return file_.policy(); }
  // What the policy's file says now, before a plan is held against it. Errors: as load_policy.
  Result<void> read_policy() { return file_.read(); }

  // Error refused when this host is halted and the plan would touch anything, or with everything that is denied; also_denied:
  // what was refused of the plan's targets before. What is allowed is made ready in the assignment.
  Result<void> admit_plan(Assignment& assignment, const std::optional<Error>& also_denied);
  // The same of an order of the moment. ours: setup of this run has started its component, which may be stopped then.
  Result<void> admit_step(const DrillPlan& plan, StepEvent::Kind kind, Action& action, bool ours);
  // The same of an injection at this moment; from then on it counts as standing, until its end is observed.
  Result<void> admit_injection(const Assignment& assignment, InjectionId injection, FaultId fault);
  // Right before its change, when its undo record is there for others to see.
  Result<void> may_inject(const Assignment& assignment, InjectionId injection, FaultId fault);
  // Right before a recovery step, which the injection's admission has allowed in general.
  Result<void> may_recover(const DrillPlan& plan, const Action& action);
  // That a command is run, for the audit. Errors: refused (the policy was changed), io (no audit).
  Result<void> admit_command(const std::string& text);
  void observe(const Event& event);
  std::vector<InjectionId> standing() const;
  // Error refused when this host is halted and the plan would touch anything.
  Result<void> check_not_halted() const;
  // For the audit; nothing when the plan touches nothing. Error io: it cannot be written, so that nothing new may be done.
  Result<void> note(const std::string& what, const std::string& text) const;

 private:
  Result<void> check_policy();
  Result<void> check_moment();  // not halted, and the policy
  Result<void> denied(const std::vector<Denial>& denials) const;
  Result<void> admit_stop_now(const DrillPlan& plan, const Action& action);
  void note_event(const Event& event) const;
  std::set<ComponentId> broken_here(std::optional<InjectionId> but) const;
  std::vector<std::string> broken_by_others() const;

  PolicyFile file_;
  const std::string state_dir_;
  const std::string orders_from_;
  std::string run_;
  std::string where_;     // its commands run, for the audit
  bool touches_ = false;  // the plan would have something changed or run here
  boost::asio::io_context& loop_;
  const Overdue overdue_;
  void ended(const FaultEvent& event);

  std::map<InjectionId, std::set<ComponentId>> standing_;  // the components of this host that each has broken
  std::map<InjectionId, Alarm> longest_;                   // of those that are in effect
  std::map<ComponentId, Alarm> stopped_;                   // by steps; until a step starts it
};

}  // namespace shakedown
