#include "agent/fault/bind.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "agent/fault/builtin.h"
#include "agent/fault/mechanisms/process/payload.h"
#include "agent/fault/mechanisms/process/pidfile.h"
#include "agent/fault/mechanisms/process/scope.h"
#include "agent/fault/mechanisms/process/spared.h"
#include "core/faults/fault_form.h"
#include "core/form/document.h"

namespace shakedown {
namespace {

// `undo:` when none is declared. Nullopt: there is none.
std::optional<Action> default_undo(const FaultForm& form, const UndoRecord& record, ComponentId component) {
  const Component& declared = record.component.component;
  if (!form.undo || (form.undo == Action::Kind::start && declared.start.empty())) return std::nullopt;
  Action action;
  action.component = component;
  action.kind = *form.undo;
  action.describe = (form.undo == Action::Kind::resume ? "continue " : "start ") + declared.name;
  return action;
}

// A worker that is killed comes back by its parent; nothing else comes back by itself.
Result<void> check_undo(const FaultForm& form, const UndoRecord& record) {
  const ProcessSpec* process = record.component.component.process();
  const bool heals = form.workers_return && process != nullptr && process->scope == ProcessScope::children;
  if (!record.undo.empty() || heals) return ok();
  return fail(ErrorKind::refused,
              "fault " + record.fault + ": nothing could undo it; " +
                  (!form.undo ? "declare `undo:` with a command"
                              : "declare `start` for " + record.component.component.name + " or `undo:` for the fault"));
}

// Whether it is a step of this part's undo.
bool undoes(const Action& step, const Fault& fault, ComponentId part, const Assignment& assignment) {
  const std::vector<ComponentId>& all = fault.kind.components;
  if (all.size() == 1) return true;
  const bool names_one = step.kind != Action::Kind::exec && std::find(all.begin(), all.end(), step.component) != all.end();
  if (names_one) return step.component == part;
  const DrillPlan& plan = assignment.plan;
  const auto first = std::find_if(all.begin(), all.end(), [&](ComponentId id) { return plan.agent_of(id) == assignment.self; });
  return first != all.end() && *first == part && plan.agent_of(step, fault) == assignment.self;
}

// Says of the record what belongs to its kind.
Result<void> bind_kind(const FaultKind& kind, UndoRecord& record) {
  const FaultForm* form = find_fault_form(kind.name);
  const MechanismKind* mechanism = find_mechanism_kind(kind.name);
  if (form == nullptr || mechanism == nullptr || mechanism->bind == nullptr) {
    return fail(ErrorKind::refused, "fault " + record.fault + " is of the kind " + ticked(kind.name) +
                                        ", which this agent does not know; use an agent of the controller's release");
  }
  const Shape shape = form->shape();
  const Result<void> fit = fits(kind.document, shape, Names(), kind.name);
  if (fit.has_error()) return fail(ErrorKind::refused, "fault " + record.fault + ": " + fit.error().message);
  SHAKEDOWN_TRY(auto payload, mechanism->bind(view_of(kind.document, shape), record));
  record.kind = kind.name;
  record.hold = kind.hold;
  record.payload = std::move(payload);
  return ok();
}

// Whether a fault of another component starts it: it need not run before.
bool starts_later(const DrillPlan& plan, ComponentId component) {
  return std::any_of(plan.faults.begin(), plan.faults.end(), [component](const Fault& fault) {
    const std::vector<ComponentId>& broken = fault.kind.components;
    if (std::find(broken.begin(), broken.end(), component) != broken.end()) return false;
    return std::any_of(fault.recover.begin(), fault.recover.end(), [component](const Action& step) {
      return step.kind == Action::Kind::start && step.component == component;
    });
  });
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
  bound.spared = spared;
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
  if (action.kind == Action::Kind::start && (declared.start.empty() || !declared.process())) {
    return fail(ErrorKind::scenario, "component " + declared.name + " cannot be started: it needs `start` and `process`");
  }
  return bound;
}

std::vector<ComponentId> Binding::parts(const Fault& fault) const {
  std::vector<ComponentId> own;
  for (const ComponentId id : fault.kind.components) {
    if (id.valid() && is_own(id)) own.push_back(id);
  }
  return own;
}

Result<UndoRecord> Binding::fault(FaultId id, ComponentId part) const {
  const Fault& fault = assignment.plan.fault(id);
  UndoRecord record;
  record.owner = owner;
  record.fault = fault.name;
  const std::vector<ComponentId> own = parts(fault);
  if (std::find(own.begin(), own.end(), part) == own.end()) {
    return fail(ErrorKind::scenario, "fault " + fault.name + " is for a component of another agent");
  }
  record.component = component(part);
  SHAKEDOWN_TRY(bind_kind(fault.kind, record));
  const FaultForm& form = *find_fault_form(fault.kind.name);
  for (const Action& action : fault.undo) {
    if (!undoes(action, fault, part, assignment)) continue;
    SHAKEDOWN_TRY(auto bound, this->action(action));
    record.undo.push_back(std::move(bound));
  }
  if (const auto standard = default_undo(form, record, part); fault.undo.empty() && standard) {
    SHAKEDOWN_TRY(auto bound, this->action(*standard));
    record.undo.push_back(std::move(bound));
  }
  SHAKEDOWN_TRY(check_undo(form, record));
  return record;
}

UndoRecord Binding::started(ComponentId id) const {
  UndoRecord record;
  record.owner = owner;
  record.kind = "started";
  record.component = component(id);
  record.payload = document_of(ProcessPayload{});
  record.touched = true;
  BoundAction stop;
  stop.action.kind = Action::Kind::stop;
  stop.action.component = id;
  stop.action.describe = "stop " + record.component.component.name;
  stop.component = record.component;
  record.undo.push_back(std::move(stop));
  return record;
}

Result<UndoRecord> Binding::stopped(ComponentId id) const {
  UndoRecord record;
  record.owner = owner;
  record.kind = "stop";
  record.component = component(id);
  ProcessPayload payload;
  payload.limit = record.component.component.stop_limit;
  SHAKEDOWN_TRY(payload.before, observe(*record.component.component.process()));
  payload.targets = payload.before.members;
  record.payload = document_of(payload);
  record.touched = true;
  Action start;
  start.kind = Action::Kind::start;
  start.component = id;
  start.describe = "start " + record.component.component.name;
  SHAKEDOWN_TRY(auto bound, action(start));
  record.undo.push_back(std::move(bound));
  return record;
}

Result<void> check_assignment(const Binding& binding) {
  const DrillPlan& plan = binding.assignment.plan;
  SHAKEDOWN_TRY(binding.environment().resolve());
  bool processes = false;
  for (size_t i = 0; i < plan.components.size(); ++i) {
    const Component& component = plan.components[i];
    if (!binding.is_own(ComponentId(i)) || !component.process()) continue;
    processes = true;
    if (component.process()->exe.empty() && component.process()->user.empty()) {
      return fail(ErrorKind::refused, "component " + component.name +
                                          " declares neither `exe` nor `user` of its process, so nothing would show "
                                          "that a fault hits the right one; declare one");
    }
  }
  if (processes) {
    SHAKEDOWN_TRY(check_pidfd_support());
  }
  for (size_t i = 0; i < plan.faults.size(); ++i) {
    const Fault& fault = plan.faults[i];
    const std::vector<ComponentId> parts = binding.parts(fault);
    for (const ComponentId part : parts) {
      SHAKEDOWN_TRY(binding.fault(FaultId(i), part));
    }
    for (const Action& action : fault.recover) {
      if (parts.empty() || plan.agent_of(action, fault) != binding.assignment.self) continue;
      SHAKEDOWN_TRY(binding.action(action));
    }
  }
  return ok();
}

Result<void> look_at_processes(const Binding& binding) {
  const DrillPlan& plan = binding.assignment.plan;
  for (const Fault& fault : plan.faults) {
    const FaultForm* form = find_fault_form(fault.kind.name);
    if (form == nullptr || !form->on_process) continue;
    for (const ComponentId id : binding.parts(fault)) {
      const Component& component = plan.component(id);
      if (component.process() == nullptr) continue;
      const Result<void> good = may_be_touched(*component.process(), binding.spared);
      if (good.has_value() || (good.error().kind == ErrorKind::unavailable && starts_later(plan, id))) continue;
      return fail(good.error().kind,
                  "fault " + fault.name + " cannot be injected: component " + component.name + ": " + good.error().message);
    }
  }
  return ok();
}

}  // namespace shakedown
