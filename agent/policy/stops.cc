#include "agent/policy/stops.h"

#include <algorithm>
#include <utility>

#include "core/base/printable.h"
#include "core/faults/fault_form.h"

namespace shakedown {
namespace {

constexpr const char* kStop = "stop";

using Actions = std::vector<Action>;

bool starts(const Action& step, ComponentId component) { return step.kind == Action::Kind::start && step.component == component; }

bool any_starts(Actions::const_iterator from, Actions::const_iterator to, ComponentId component) {
  return std::any_of(from, to, [&](const Action& one) { return starts(one, component); });
}

// Whether the undo of the fault starts it: as declared, or as it is by default.
bool undo_starts(const Fault& fault, ComponentId component) {
  if (!fault.undo.empty()) return any_starts(fault.undo.begin(), fault.undo.end(), component);
  const FaultForm* form = find_fault_form(fault.kind.name);
  const auto& broken = fault.kind.components;
  return form != nullptr && form->undo == Action::Kind::start &&
         std::find(broken.begin(), broken.end(), component) != broken.end();
}

// A stop of a component that is this agent's.
bool stops_here(const Action& step, const Assignment& assignment) {
  if (step.kind != Action::Kind::stop || !step.component.valid()) return false;
  const AgentId agent = assignment.plan.component(step.component).agent;
  return !agent.valid() || agent == assignment.self;
}

void admit_kind(const Policy& policy, const std::string& what, std::vector<Denial>& denials) {
  if (std::find(policy.faults.begin(), policy.faults.end(), kStop) != policy.faults.end()) return;
  denials.push_back({what, "it stops a component, and faults of the kind `stop` are not allowed", "faults: [stop]"});
}

struct Stops {
  const Policy& policy;
  const Assignment& assignment;
  std::vector<Denial> denials{};

  const DrillPlan& plan() const { return assignment.plan; }
  bool here(const Action& step) const { return stops_here(step, assignment); }
  void kind(const std::string& what) { admit_kind(policy, what, denials); }

  // Without end: nothing would start it after the longest time that a fault may stand.
  void endless(const std::string& what, const Action& step) {
    denials.push_back({what,
                       "no later step starts " + plan().component(step.component).name +
                           " again, and the longest that a fault may stand is " + format_duration(policy.longest),
                       ""});
  }

  void lasts(const std::string& what, Actions::const_iterator stop, Actions::const_iterator end) {
    Duration length{};
    for (auto step = stop + 1; step != end; ++step) {
      length += step->after;
      if (starts(*step, stop->component)) break;
    }
    if (length <= policy.longest) return;
    denials.push_back({what,
                       "it stands for " + format_duration(length) + ", the longest allowed is " + format_duration(policy.longest),
                       "longest: " + format_duration(length)});
  }

  // Setup and teardown, where what setup starts is the drill's own.
  void steps(const std::string& where, const Actions& steps, const Actions& before, WallTime now) {
    for (auto step = steps.begin(); step != steps.end(); ++step) {
      if (!here(*step)) continue;
      if (any_starts(before.begin(), before.end(), step->component) || any_starts(steps.begin(), step, step->component)) continue;
      const std::string what = where + ": " + clean(step->describe);
      kind(what);
      append(admit_together(policy, plan(), what, {{step->component}, {}, {}}, now));
      if (!any_starts(step, steps.end(), step->component)) endless(what, *step);
      lasts(what, step, steps.end());
    }
  }

  void recovery(const Fault& fault) {
    for (auto step = fault.recover.begin(); step != fault.recover.end(); ++step) {
      if (!here(*step)) continue;
      const std::string what = "recovery of fault " + fault.name + ": " + clean(step->describe);
      kind(what);
      if (!any_starts(step, fault.recover.end(), step->component) && !undo_starts(fault, step->component)) endless(what, *step);
    }
  }

  // No hours: what must be taken back is taken back at any time.
  void undo(const Fault& fault) {
    for (auto step = fault.undo.begin(); step != fault.undo.end(); ++step) {
      if (!here(*step)) continue;
      const std::string what = "undo of fault " + fault.name + ": " + clean(step->describe);
      kind(what);
      if (!any_starts(step, fault.undo.end(), step->component)) endless(what, *step);
    }
  }

  void append(const std::vector<Denial>& more) { denials.insert(denials.end(), more.begin(), more.end()); }
};

}  // namespace

std::vector<Denial> admit_stops(const Policy& policy, const Assignment& assignment, WallTime now) {
  Stops stops{policy, assignment};
  const DrillPlan& plan = assignment.plan;
  stops.steps("setup", plan.setup, {}, now);
  for (const Fault& fault : plan.faults) {
    stops.recovery(fault);
    stops.undo(fault);
  }
  stops.steps("teardown", plan.teardown, plan.setup, now);
  return std::move(stops.denials);
}

std::vector<Denial> admit_stop(const Policy& policy, const DrillPlan& plan, const Action& action, std::set<ComponentId> broken,
                               const std::vector<std::string>& others, WallTime now) {
  if (policy.kind != Policy::Kind::file) return {};
  std::vector<Denial> denials;
  admit_kind(policy, clean(action.describe), denials);
  broken.insert(action.component);
  for (Denial& one : admit_together(policy, plan, clean(action.describe), {std::move(broken), {}, others}, now))
    denials.push_back(std::move(one));
  return denials;
}

std::set<ComponentId> stopped_by(const Fault& fault, const Assignment& assignment) {
  std::set<ComponentId> out;
  for (const Action& step : fault.recover) {
    if (stops_here(step, assignment)) out.insert(step.component);
  }
  return out;
}

}  // namespace shakedown
