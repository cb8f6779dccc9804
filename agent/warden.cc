#include "agent/warden.h"

#include <filesystem>
#include <utility>

#include "agent/audit/audit.h"
#include "agent/fault/undo/halt_mark.h"
#include "agent/fault/undo/journal.h"
#include "agent/fault/undo/standing.h"
#include "agent/fault/undo/state_folders.h"
#include "agent/policy/environment.h"
#include "agent/policy/stops.h"
#include "core/base/clock.h"
#include "core/base/printable.h"
#include "core/base/units.h"

namespace shakedown {

Warden::Warden(Policy policy, std::string state_dir, std::string orders_from, boost::asio::io_context& loop, Overdue overdue)
    : file_(std::move(policy)),
      state_dir_(std::move(state_dir)),
      orders_from_(std::move(orders_from)),
      loop_(loop),
      overdue_(std::move(overdue)) {}

Result<void> Warden::note(const std::string& what, const std::string& text) const {
  if (!touches_) return ok();
  const std::string folder = state_dir_.empty() ? default_state_dir() : state_dir_;
  SHAKEDOWN_TRY(prepare_private_folder(folder));
  return Audit(folder + "/audit").append({orders_from_, run_, what, what == "command" ? text + where_ : text});
}

Result<void> Warden::admit_plan(Assignment& assignment, const std::optional<Error>& also_denied) {
  Assignment asked = assignment;
  asked.plan.secrets.clear();  // what is read is not changed
  touches_ = !admit(no_policy(), asked, system_clock().wall()).empty();
  run_ = assignment.run_id;
  Result<void> allowed = check_not_halted();
  const std::vector<Denial> denials = admit(policy(), assignment, system_clock().wall());
  where_ = where_commands_run(assignment.plan);
  if (allowed && (!denials.empty() || also_denied)) {
    Error error = denials.empty() ? *also_denied : refusal(policy(), denials);
    if (!denials.empty() && also_denied) error.notes.push_back(also_denied->message);
    allowed = fail(std::move(error));
  }
  if (allowed) {
    return note("plan", "scenario " + assignment.plan.name + " of " + assignment.plan.sha256.substr(0, 12) +
                            (where_.empty() ? "" : "; commands run" + where_));
  }
  static_cast<void>(note("refusal", allowed.error().text()));
  return allowed;
}

// Load alone may go on: whoever would touch or run nothing has nothing that a halt could forbid.
Result<void> Warden::check_not_halted() const {
  const std::optional<HaltMark> mark = halt_mark(state_dir_);
  if (!mark || !touches_) return ok();
  return fail(ErrorKind::refused,
              "this host is " + mark->text + "; nothing is broken, changed or run on it until `shakedown resume`");
}

// It is the one that has allowed the plan.
Result<void> Warden::check_policy() {
  Result<void> same = file_.check_unchanged();
  if (!same) static_cast<void>(note("refusal", same.error().text()));
  return same;
}

Result<void> Warden::check_moment() {
  SHAKEDOWN_TRY(check_not_halted());
  return check_policy();
}

Result<void> Warden::denied(const std::vector<Denial>& denials) const {
  if (denials.empty()) return ok();
  const Error error = refusal(policy(), denials);
  static_cast<void>(note("refusal", error.text()));
  return fail(error);
}

// Teardown cleans up: it is not put off because the audit cannot be written.
Result<void> Warden::admit_step(const DrillPlan& plan, StepEvent::Kind kind, Action& action, bool ours) {
  if (kind != StepEvent::Kind::teardown) {
    SHAKEDOWN_TRY(check_not_halted());
  }
  SHAKEDOWN_TRY(check_policy());
  SHAKEDOWN_TRY(denied(admit(policy(), plan, action)));
  const bool stops = action.kind == Action::Kind::stop;
  if (stops && !ours) {
    SHAKEDOWN_TRY(admit_stop_now(plan, action));
  }
  if (action.kind == Action::Kind::start) stopped_.erase(action.component);
  static const Component kNone;
  const Component& component = action.component.valid() ? plan.component(action.component) : kNone;
  const std::vector<std::string>& argv = action.kind == Action::Kind::exec    ? action.argv
                                         : action.kind == Action::Kind::start ? component.start
                                                                              : component.stop;
  const bool command = !argv.empty() && action.kind != Action::Kind::resume;
  const Result<void> noted = note("command", clean(action.describe) + (command ? ": " + command_line(argv) : ""));
  return kind == StepEvent::Kind::teardown ? ok() : noted;
}

// From then on it stands, as a fault does.
Result<void> Warden::admit_stop_now(const DrillPlan& plan, const Action& action) {
  if (policy().kind != Policy::Kind::file) return ok();
  SHAKEDOWN_TRY(denied(admit_stop(policy(), plan, action, broken_here(std::nullopt), broken_by_others(), system_clock().wall())));
  const auto [alarm, added] = stopped_.try_emplace(action.component, loop_);
  if (!added) return ok();
  alarm->second.after(policy().longest, [this, id = action.component] {
    stopped_.erase(id);
    overdue_.stopped(id, "the policy " + policy().file + " of the agent ends a stop after " + format_duration(policy().longest));
  });
  return ok();
}

Result<void> Warden::admit_command(const std::string& text) {
  SHAKEDOWN_TRY(check_policy());
  return note("command", text);
}

std::set<ComponentId> Warden::broken_here(std::optional<InjectionId> but) const {
  std::set<ComponentId> broken;
  for (const auto& [injection, its] : standing_) {
    if (injection != but) broken.insert(its.begin(), its.end());
  }
  for (const auto& [component, alarm] : stopped_) broken.insert(component);
  return broken;
}

Result<void> Warden::may_inject(const Assignment& assignment, InjectionId injection, FaultId fault) {
  SHAKEDOWN_TRY(check_moment());
  return denied(
      shakedown::admit_injection(policy(), assignment, fault, broken_here(injection), broken_by_others(), system_clock().wall()));
}

Result<void> Warden::may_recover(const DrillPlan& plan, const Action& action) {
  SHAKEDOWN_TRY(check_moment());
  if (action.kind == Action::Kind::start) stopped_.erase(action.component);
  return action.kind == Action::Kind::stop ? admit_stop_now(plan, action) : ok();
}

Result<void> Warden::admit_injection(const Assignment& assignment, InjectionId injection, FaultId fault) {
  SHAKEDOWN_TRY(may_inject(assignment, injection, fault));
  const Fault& what = assignment.plan.fault(fault);
  std::set<ComponentId> parts;
  std::string whom;
  for (const ComponentId id : what.kind.components) {
    const Component& component = assignment.plan.component(id);
    if (component.agent.valid() && component.agent != assignment.self) continue;
    parts.insert(id);
    whom += (whom.empty() ? "" : ", ") + component.name;
  }
  SHAKEDOWN_TRY(note("injection", "fault " + what.name + ": " + what.kind.name + " of " + whom));
  standing_[injection] = std::move(parts);
  return ok();
}

void Warden::note_event(const Event& event) const {
  if (const auto* step = std::get_if<StepEvent>(&event)) {
    const char* kind = step->kind == StepEvent::Kind::recover ? "recovery: "
                       : step->kind == StepEvent::Kind::undo  ? "undo: "
                                                              : "";
    if (*kind != 0) static_cast<void>(note("command", kind + step->what + (step->ok ? "" : ", FAILED: " + step->detail)));
  }
  const auto* about = std::get_if<FaultEvent>(&event);
  if (about == nullptr) return;
  const std::string which = "injection " + std::to_string(about->injection.value) + ": ";
  switch (about->state) {
    case FaultState::effective: static_cast<void>(note("effect", which + about->detail)); return;
    case FaultState::clean: static_cast<void>(note("undo", which + about->detail)); return;
    case FaultState::leftover:
    case FaultState::failed: static_cast<void>(note(to_string(about->state), which + about->detail)); return;
    case FaultState::armed:
    case FaultState::injected:
    case FaultState::undoing:
    case FaultState::not_run: return;
  }
}

std::vector<InjectionId> Warden::standing() const {
  std::vector<InjectionId> all;
  for (const auto& [injection, its] : standing_) all.push_back(injection);
  return all;
}

// The components of faults of other agents, of this run or another. A record that cannot be read may be of a fault.
std::vector<std::string> Warden::broken_by_others() const {
  std::vector<std::string> names;
  if (policy().kind != Policy::Kind::file) return names;
  for (const Standing& one : shakedown::standing(state_dir_)) {
    const bool own = folder_owner(one.folder) == own_process();
    if (one.command || own || one.what.kind == "started") continue;
    const bool gone =
        !one.trouble.empty() && !one.record.empty() && !std::filesystem::exists(one.folder + "/" + one.record + ".undo");
    if (!gone) names.push_back(one.what.component.component.name);
  }
  return names;
}

// Once no part of it stands any more.
void Warden::ended(const FaultEvent& event) {
  std::set<ComponentId>& parts = standing_[event.injection];
  parts.erase(event.component);
  if (event.component.valid() && !parts.empty()) return;
  longest_.erase(event.injection);
  standing_.erase(event.injection);
}

// What did not bite is taken back at once.
void Warden::observe(const Event& event) {
  note_event(event);
  const auto* about = std::get_if<FaultEvent>(&event);
  if (about == nullptr || !standing_.contains(about->injection)) return;
  switch (about->state) {
    case FaultState::undoing:
    case FaultState::leftover: return;
    case FaultState::armed:  // the command of an exec is under way long before it is told as injected
    case FaultState::injected:
    case FaultState::effective: break;
    case FaultState::clean:
    case FaultState::not_run:
    case FaultState::failed: return ended(*about);
  }
  if (policy().kind != Policy::Kind::file || longest_.contains(about->injection)) return;
  const auto [alarm, added] = longest_.try_emplace(about->injection, loop_);
  alarm->second.after(policy().longest, [this, id = about->injection] {
    overdue_.injection(id,
                       "the policy " + policy().file + " of the agent ends a fault after " + format_duration(policy().longest));
  });
}

}  // namespace shakedown
