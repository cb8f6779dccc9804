#include "agent/warden.h"

#include <algorithm>
#include <utility>

#include "agent/audit/audit.h"
#include "agent/fault/undo/halt_mark.h"
#include "agent/fault/undo/standing.h"
#include "agent/fault/undo/state_folders.h"
#include "core/base/clock.h"
#include "core/base/printable.h"
#include "core/base/units.h"

namespace shakedown {

Warden::Warden(const Policy& policy, std::string state_dir, std::string orders_from, boost::asio::io_context& loop,
               std::function<void(InjectionId, std::string)> overdue)
    : policy_(policy),
      state_dir_(std::move(state_dir)),
      orders_from_(std::move(orders_from)),
      loop_(loop),
      overdue_(std::move(overdue)) {}

Result<void> Warden::note(const std::string& what, const std::string& text) const {
  if (!touches_) return ok();
  const std::string folder = state_dir_.empty() ? default_state_dir() : state_dir_;
  SHAKEDOWN_TRY(prepare_private_folder(folder));
  return Audit(folder + "/audit").append({orders_from_, run_, what, text});
}

Result<void> Warden::admit_plan(Assignment& assignment, const std::optional<Error>& also_denied) {
  Assignment asked = assignment;
  asked.plan.secrets.clear();  // what is read is not changed
  touches_ = !admit(no_policy(), asked, system_clock().wall()).empty();
  run_ = assignment.run_id;
  Result<void> allowed = check_not_halted();
  const std::vector<Denial> denials = admit(policy_, assignment, system_clock().wall());
  if (allowed && (!denials.empty() || also_denied)) {
    Error error = denials.empty() ? *also_denied : refusal(policy_, denials);
    if (!denials.empty() && also_denied) error.notes.push_back(also_denied->message);
    allowed = fail(std::move(error));
  }
  if (allowed) return note("plan", "scenario " + assignment.plan.name + " of " + assignment.plan.sha256.substr(0, 12));
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

// Teardown cleans up: it is not put off because the audit cannot be written.
Result<void> Warden::admit_step(const DrillPlan& plan, StepEvent::Kind kind, Action& action) const {
  if (kind != StepEvent::Kind::teardown) {
    SHAKEDOWN_TRY(check_not_halted());
  }
  const std::vector<Denial> denials = admit(policy_, plan, action);
  if (!denials.empty()) {
    const Error error = refusal(policy_, denials);
    static_cast<void>(note("refusal", error.text()));
    return fail(error);
  }
  const std::string argv = action.kind == Action::Kind::exec ? ": " + command_line(action.argv) : "";
  const Result<void> noted = note("command", clean(action.describe) + argv);
  return kind == StepEvent::Kind::teardown ? ok() : noted;
}

Result<void> Warden::admit_injection(const Assignment& assignment, InjectionId injection, FaultId fault) {
  SHAKEDOWN_TRY(check_not_halted());
  std::set<ComponentId> broken;
  for (const auto& [other, its] : standing_) {
    if (other != injection) broken.insert(its.begin(), its.end());
  }
  const bool counted = policy_.kind == Policy::Kind::file;
  const std::size_t others = counted ? faults_of_others(assignment.run_id) : 0;
  const std::vector<Denial> denials =
      shakedown::admit_injection(policy_, assignment, fault, std::move(broken), others, system_clock().wall());
  if (!denials.empty()) {
    const Error error = refusal(policy_, denials);
    static_cast<void>(note("refusal", error.text()));
    return fail(error);
  }
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

// A record that cannot be read may be of a fault.
std::size_t Warden::faults_of_others(const std::string& run_id) const {
  const std::vector<Standing> all = shakedown::standing(state_dir_);
  return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const Standing& one) {
    return !one.command && one.what.owner.run_id != run_id && one.what.kind != "started";
  }));
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
    case FaultState::armed:
    case FaultState::undoing:
    case FaultState::leftover: return;
    case FaultState::injected:
    case FaultState::effective: break;
    case FaultState::clean:
    case FaultState::not_run:
    case FaultState::failed: return ended(*about);
  }
  if (policy_.kind != Policy::Kind::file || longest_.contains(about->injection)) return;
  const auto [alarm, added] = longest_.try_emplace(about->injection, loop_);
  alarm->second.after(policy_.longest, [this, id = about->injection] {
    overdue_(id, "the policy " + policy_.file + " of the agent ends a fault after " + format_duration(policy_.longest));
  });
}

}  // namespace shakedown
