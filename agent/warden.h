// Stands between what a controller orders and what touches anything: holds plans, steps and injections against the agent's
// policy, counts the faults that stand here, and ends one that stands for longer than it may. Ownership: the Engine's. Threads:
// the agent's loop.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/policy/admit.h"
#include "core/base/error.h"
#include "core/model/event.h"
#include "core/runtime/timer.h"

namespace shakedown {

class Warden {
 public:
  // overdue: the injection stands for longer than the policy allows, and must be undone. state_dir: empty = the host-wide one.
  // orders_from: whose word it is that something is done.
  Warden(const Policy& policy, std::string state_dir, std::string orders_from, boost::asio::io_context& loop,
         std::function<void(InjectionId, std::string why)> overdue);

  // Error refused when this host is halted and the plan would touch anything, or with everything that is denied; also_denied:
  // what was refused of the plan's targets before. What is allowed is made ready in the assignment.
  Result<void> admit_plan(Assignment& assignment, const std::optional<Error>& also_denied);
  // The same of an order of the moment.
  Result<void> admit_step(const DrillPlan& plan, StepEvent::Kind kind, Action& action) const;
  // The same of an injection at this moment; from then on it counts as standing, until its end is observed.
  Result<void> admit_injection(const Assignment& assignment, InjectionId injection, FaultId fault);
  void observe(const Event& event);
  std::vector<InjectionId> standing() const;
  // Error refused when this host is halted and the plan would touch anything.
  Result<void> check_not_halted() const;
  // For the audit; nothing when the plan touches nothing. Error io: it cannot be written, so that nothing new may be done.
  Result<void> note(const std::string& what, const std::string& text) const;

 private:
  void note_event(const Event& event) const;
  std::size_t faults_of_others(const std::string& run_id) const;

  const Policy& policy_;
  const std::string state_dir_;
  const std::string orders_from_;
  std::string run_;
  bool touches_ = false;  // the plan would have something changed or run here
  boost::asio::io_context& loop_;
  const std::function<void(InjectionId, std::string)> overdue_;
  void ended(const FaultEvent& event);

  std::map<InjectionId, std::set<ComponentId>> standing_;  // the components of this host that each has broken
  std::map<InjectionId, Alarm> longest_;                   // of those that are in effect
};

}  // namespace shakedown
