#include "agent/fault/bind.h"

#include <csignal>
#include <optional>
#include <utility>
#include <variant>

namespace shakedown {
namespace {

// How long SIGSTOP may take to reach every thread, and an ended process to be seen as gone.
constexpr Duration kEffectLimit = std::chrono::seconds(10);

struct FillKind {
  UndoRecord& record;
  ComponentId component;

  void operator()(const KillFault& kill) {
    record.kind = "kill";
    record.signal = kill.signal;
    component = kill.component;
  }
  void operator()(const PauseFault& pause) {
    record.kind = "pause";
    record.hold = pause.hold;
    record.limit = kEffectLimit;
    component = pause.component;
  }
  void operator()(const StopFault& stop) {
    record.kind = "stop";
    component = stop.component;
  }
  void operator()(const ExecFault& exec) {
    record.kind = "exec";
    record.argv = exec.argv;
    record.effect = exec.effect;
    record.limit = exec.limit;
    component = exec.component;
  }
};

// `undo:` when none is declared. Nullopt: there is none.
std::optional<Action> default_undo(const UndoRecord& record, ComponentId component) {
  if (record.kind == "exec") return std::nullopt;
  const Component& declared = record.component.component;
  Action action;
  action.component = component;
  action.kind = record.kind == "pause" ? Action::Kind::resume : Action::Kind::start;
  action.describe = (record.kind == "pause" ? "continue " : "start ") + declared.name;
  if (action.kind == Action::Kind::start && declared.start.empty()) return std::nullopt;
  return action;
}

Result<void> check_signal(const UndoRecord& record) {
  if (record.kind != "kill") return ok();
  const int signal = record.signal;
  const bool stops = signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
  // By default ignored, or taken by daemons as an order that is none to end.
  const bool survived = signal == SIGHUP || signal == SIGUSR1 || signal == SIGUSR2 || signal == SIGWINCH || signal == SIGCHLD ||
                        signal == SIGCONT || signal == SIGURG;
  if (signal > 0 && signal < NSIG && !stops && !survived) return ok();
  return fail(ErrorKind::refused, "fault " + record.fault + ": kill needs a signal that ends a process, found number " +
                                      std::to_string(signal) + (stops ? "; use `pause` to stop a process" : ""));
}

// A worker that is killed comes back by its parent; nothing else comes back by itself.
Result<void> check_undo(const UndoRecord& record) {
  const auto& process = record.component.component.process;
  const bool heals = record.kind == "kill" && process && process->scope == ProcessScope::children;
  if (!record.undo.empty() || heals) return ok();
  return fail(ErrorKind::refused, "fault " + record.fault + ": nothing could undo it; " +
                                      (record.kind == "exec" ? "declare `undo:` with a command"
                                                             : "declare `start` for " + record.component.component.name +
                                                                   " or `undo:` for the fault"));
}

}  // namespace

bool Binding::is_own(ComponentId id) const {
  const AgentId agent = assignment.plan.component(id).agent;
  return agent == assignment.self || !agent.valid();
}

CommandEnvironment Binding::environment() const { return {assignment.plan.env, assignment.plan.secrets}; }

BoundComponent Binding::component(ComponentId id) const {
  BoundComponent bound;
  bound.component = assignment.plan.component(id);
  bound.folder = assignment.plan.folder;
  bound.environment = environment();
  bound.lock_dir = lock_dir;
  bound.log_dir = log_dir;
  return bound;
}

Result<BoundAction> Binding::action(const Action& action) const {
  BoundAction bound;
  bound.action = action;
  bound.component.folder = assignment.plan.folder;
  bound.component.environment = environment();
  const bool ours = action.kind == Action::Kind::exec ? !action.agent.valid() || action.agent == assignment.self
                                                      : action.component.valid() && is_own(action.component);
  if (!ours) {
    return fail(ErrorKind::scenario, "\"" + action.describe +
                                         "\" belongs to another agent than the one that was told to do it; move the "
                                         "component, or declare the step where its agent is");
  }
  if (action.kind == Action::Kind::exec && action.argv.empty()) {
    return fail(ErrorKind::scenario, "an exec step needs a command, found none");
  }
  if (action.kind != Action::Kind::exec) bound.component = component(action.component);
  const Component& declared = bound.component.component;
  if (action.kind == Action::Kind::start && (declared.start.empty() || !declared.process)) {
    return fail(ErrorKind::scenario, "component " + declared.name + " cannot be started: it needs `start` and `process`");
  }
  return bound;
}

Result<UndoRecord> Binding::fault(FaultId id) const {
  const Fault& fault = assignment.plan.fault(id);
  UndoRecord record;
  record.owner = owner;
  record.fault = fault.name;
  FillKind fill{record, ComponentId()};
  std::visit(fill, fault.kind);
  if (!fill.component.valid() || !is_own(fill.component)) {
    return fail(ErrorKind::scenario, "fault " + fault.name + " is for a component of another agent");
  }
  record.component = component(fill.component);
  if (record.kind == "kill") record.limit = record.component.component.stop_limit;
  if (record.kind == "stop") record.limit = record.component.component.stop_limit + kEffectLimit;
  for (const Action& action : fault.undo) {
    SHAKEDOWN_TRY(auto bound, this->action(action));
    record.undo.push_back(std::move(bound));
  }
  if (const auto standard = default_undo(record, fill.component); fault.undo.empty() && standard) {
    SHAKEDOWN_TRY(auto bound, this->action(*standard));
    record.undo.push_back(std::move(bound));
  }
  SHAKEDOWN_TRY(check_signal(record));
  SHAKEDOWN_TRY(check_undo(record));
  return record;
}

UndoRecord Binding::started(ComponentId id) const {
  UndoRecord record;
  record.owner = owner;
  record.kind = "started";
  record.component = component(id);
  record.touched = true;
  BoundAction stop;
  stop.action.kind = Action::Kind::stop;
  stop.action.component = id;
  stop.action.describe = "stop " + record.component.component.name;
  stop.component = record.component;
  record.undo.push_back(std::move(stop));
  return record;
}

Result<void> check_assignment(const Binding& binding) {
  const DrillPlan& plan = binding.assignment.plan;
  SHAKEDOWN_TRY(binding.environment().resolve());
  bool processes = false;
  for (size_t i = 0; i < plan.components.size(); ++i) {
    const Component& component = plan.components[i];
    if (!binding.is_own(ComponentId(i)) || !component.process) continue;
    processes = true;
    if (component.process->exe.empty() && component.process->user.empty()) {
      return fail(ErrorKind::refused, "component " + component.name +
                                          " declares neither `exe` nor `user` of its process, so nothing would show "
                                          "that a fault hits the right one; declare one");
    }
  }
  if (processes) {
    SHAKEDOWN_TRY(check_pidfd_support());
  }
  for (size_t i = 0; i < plan.faults.size(); ++i) {
    const ComponentId component = component_of(plan.faults[i].kind);
    if (!component.valid() || !binding.is_own(component)) continue;
    SHAKEDOWN_TRY(binding.fault(FaultId(i)));
    for (const Action& action : plan.faults[i].recover) {
      SHAKEDOWN_TRY(binding.action(action));
    }
  }
  return ok();
}

}  // namespace shakedown
