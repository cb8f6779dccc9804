// FaultRunner: keeps the injections and setup's records of one agent, and everything they share.
#include <algorithm>
#include <exception>
#include <map>
#include <set>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include "agent/fault/builtin.h"
#include "agent/fault/fault_runner.h"
#include "agent/fault/injection.h"
#include "agent/fault/mechanisms/process/component_lock.h"
#include "agent/fault/steps.h"
#include "agent/fault/undo/state_folders.h"
#include "core/base/log.h"
#include "core/faults/fault_form.h"

namespace shakedown {
namespace {

namespace asio = boost::asio;
using Done = std::function<void(bool, std::string)>;
using Parts = std::vector<std::shared_ptr<Injection>>;
using InjectionMap = std::map<std::pair<InjectionId, ComponentId>, std::shared_ptr<Injection>>;  // by part

constexpr Duration kRunnerPatience = std::chrono::minutes(5);

bool stands(const Injection& part) { return !part.record.id.empty() && (!part.concluded || !part.clean); }

std::string details(const Parts& parts) {
  std::string out;
  for (const auto& part : parts) {
    if (!part->detail.empty()) out += (out.empty() ? "" : "; ") + part->detail;
  }
  return out;
}

Task<void> finish_injection(std::shared_ptr<FaultContext> context, Parts parts, bool undo, std::string reason, Done done) {
  for (const auto& part : parts) {
    if (undo) part->cut.fire();
  }
  bool clean = true;
  for (const auto& part : parts) {
    co_await wait_for(part->lived);
    if (stands(*part)) co_await conclude(context, part, undo, reason);
    clean = clean && part->clean;
  }
  done(clean, details(parts));
}

Task<void> look_at_injection(std::shared_ptr<FaultContext> context, Parts parts, Done done) {
  bool clean = true;
  for (const auto& part : parts) {
    co_await wait_for(part->lived);
    if (stands(*part)) co_await conclude_if_healed(context, part);
    clean = clean && part->concluded && part->clean;
  }
  done(clean, clean ? details(parts) : "not as before");
}

// The kernel must not end before the lease what we hold.
Task<void> renew_injection(std::shared_ptr<FaultContext> context, std::shared_ptr<Injection> injection, Duration lease) {
  const MechanismKind& kind = *find_mechanism_kind(injection->record.kind);
  const Result<void> renewed = co_await renew_record(context->journal, injection->record.id, context->actions, kind, lease);
  if (renewed.has_error()) context->warn(AgentEvent::Kind::warning, injection->record.what() + ": " + renewed.error().text());
}

Task<void> answer_step(std::shared_ptr<FaultContext> context, StepEvent::Kind kind, Action action,
                       std::function<void(StepEvent)> done) {
  std::string what = action.describe;
  const StepResult step = co_await run_step(*context, kind, std::move(action));
  StepEvent event;
  event.kind = kind;
  event.what = std::move(what);
  event.started = context->clock.at(step.started);
  event.ended = context->clock.at(step.ended);
  event.ok = step.ok;
  event.detail = step.detail;
  done(std::move(event));
}

std::shared_ptr<Injection> injection_of(const InjectionMap& injections, const std::string& record) {
  for (const auto& [number, injection] : injections) {
    if (injection->record.id == record) return injection;
  }
  return nullptr;
}

// A process that teardown has stopped has nothing left that a fault of it could be taken back from; its undo would start
// it again. True when the record was such a one and is removed.
Task<bool> dissolve(FaultContext& context, std::string id) {
  RecordLock lock;
  const MonoTime limit = mono_now() + kRunnerPatience;
  const LockOutcome locked = co_await context.journal.lock(id, limit, lock);
  if (locked == LockOutcome::busy || locked == LockOutcome::unable) co_return false;
  const Result<UndoRecord> record = context.journal.read(id);
  const FaultForm* form = record.has_value() ? find_fault_form(record.value().kind) : nullptr;
  if (form == nullptr || !form->on_process) co_return false;
  if (!context.torn_down.contains(record.value().component.component.name)) co_return false;
  co_return context.journal.remove(id).has_value();
}

void close_dissolved(FaultContext& context, Injection& injection) {
  const MonoTime now = mono_now();
  injection.concluded = injection.clean = true;
  injection.detail = "its component is stopped";
  context.tell_state(injection, FaultState::clean, Interval{now, now}, injection.detail, true);
}

Task<void> undo_everything(std::shared_ptr<FaultContext> context, InjectionMap injections, std::string reason, Done done) {
  for (const auto& [number, injection] : injections) injection->cut.fire();
  co_await end_steps(*context, false);
  for (const auto& [number, injection] : injections) co_await wait_for(injection->lived);
  std::vector<std::string> leftovers;
  for (const std::string& id : context->journal.list()) {
    const auto injection = injection_of(injections, id);
    const bool dissolved = co_await dissolve(*context, id);
    if (dissolved && injection) close_dissolved(*context, *injection);
    if (dissolved) continue;
    if (injection) {
      co_await conclude(context, injection, true, reason);
      continue;
    }
    UndoObserver observer;
    observer.step = [&](const UndoRecord&, const BoundAction& action, const StepResult& step) {
      context->tell_step(StepEvent::Kind::undo, InjectionId(), action.action.describe, step);
    };
    const UndoOutcome one = co_await undo_in_any_way(*context, id, observer);
    const std::vector<UndoOutcome> outcomes{one};
    for (const std::string& left : leftovers_of(outcomes)) {
      leftovers.push_back(left);
      context->warn(AgentEvent::Kind::leftover, left);
    }
    if (!is_stopped_again(one)) continue;
    const std::vector<std::string> gone =
        co_await dissolve_faults(context->journal, one.record.component.component.name, kRunnerPatience);
    for (const std::string& dissolved_id : gone) {
      if (const auto its = injection_of(injections, dissolved_id)) close_dissolved(*context, *its);
    }
  }
  // Those that the watchdog took back, too: their end is reported here.
  for (const auto& [number, injection] : injections) {
    const bool standing = !injection->record.id.empty() && !injection->concluded;
    if (standing) co_await conclude(context, injection, true, reason);
    if (!injection->clean) leftovers.push_back(injection->record.what() + ": " + injection->detail);
  }
  std::string detail;
  for (const std::string& one : leftovers) detail += (detail.empty() ? "" : "; ") + one;
  done(leftovers.empty(), detail);
}

class Runner final : public FaultRunner {
 public:
  Runner(std::shared_ptr<FaultContext> context, std::vector<ComponentLock> locks, asio::io_context& loop)
      : context_(std::move(context)), locks_(std::move(locks)), loop_(loop) {}

  ~Runner() override {
    context_->report = nullptr;
    context_->rules = {};  // who was asked may be gone before the coroutines are
    if (context_->journal.list().empty()) {
      for (ComponentLock& lock : locks_) lock.leave_in_order();
    }
    for (const auto& [number, injection] : injections_) injection->cut.fire();
    for (const auto& step : context_->steps) step->cut.fire();
    context_->guard->close(context_->journal.list().empty());
    context_->journal.remove_if_empty();
    context_->host_locks = HostLocks();  // the context may live a moment longer
  }

  void run_step(StepEvent::Kind kind, const Action& action, std::function<void(StepEvent)> done) override {
    spawn(answer_step(context_, kind, action, std::move(done)));
  }

  void inject(InjectionId id, FaultId fault, StageId stage, RunTime at) override {
    std::vector<ComponentId> own = context_->binding.parts(context_->assignment.plan.fault(fault));
    if (own.empty()) own.emplace_back();  // which is told as failed
    Parts parts;
    for (const ComponentId component : own) {
      const auto& part = parts.emplace_back(std::make_shared<Injection>());
      part->id = id;
      part->fault = fault;
      part->stage = stage;
      part->component = component;
      part->at = at;
      part->leads = parts.size() == 1;
      injections_[{id, component}] = part;
      if (context_->ending) part->cut.fire();
    }
    parts.front()->others.assign(parts.begin() + 1, parts.end());
    if (!context_->guard->has_lease()) context_->guard->renew(context_->lease);
    for (const auto& part : parts) spawn(live(context_, part));
  }

  bool has_started(ComponentId id) const override { return is_started(*context_, context_->assignment.plan.component(id).name); }

  bool has_stopped(ComponentId id) const override { return is_stopped(*context_, context_->assignment.plan.component(id).name); }

  Result<void> look_at_processes() override { return shakedown::look_at_processes(context_->binding); }
  Result<void> look_at_started() override { return shakedown::look_at_started(*context_); }
  void go(RunClock clock) override { context_->clock = clock; }

  void finish(InjectionId id, bool undo, std::string reason, Done done) override {
    Parts parts = parts_of(id);
    if (parts.empty()) return done(true, "nothing was injected");
    for (const auto& part : parts) part->why_cut = part->why_cut.empty() ? reason : part->why_cut;
    spawn(finish_injection(context_, std::move(parts), undo, std::move(reason), std::move(done)));
  }

  void look(InjectionId id, Done done) override {
    Parts parts = parts_of(id);
    if (parts.empty()) return done(false, "nothing was injected");
    spawn(look_at_injection(context_, std::move(parts), std::move(done)));
  }

  std::string command_note() const override { return context_->journal.note("").file; }
  void renew(Duration lease) override {
    if (!context_->guard->lease_over()) {
      look_after_records();
      renew_changes(lease);
    }
    context_->lease = lease;
    context_->guard->renew(lease);
  }

  void undo_all(std::string reason, Done done) override {
    context_->ending = true;
    spawn(undo_everything(context_, injections_, std::move(reason), std::move(done)));
  }

  // Called by the guard.
  void watchdog_ended(const std::string& detail, bool replaced, bool lease_over) {
    context_->warn(AgentEvent::Kind::warning, detail);
    if (replaced) return;
    const std::string reason = lease_over ? "the lease is over" : "nothing would bound the fault";
    auto reported = [context = context_](bool clean, std::string what) {
      if (!clean) context->warn(AgentEvent::Kind::leftover, what);
    };
    spawn(undo_everything(context_, injections_, reason, std::move(reported)));
  }

  void watch() { spawn(Guard::watch(context_->guard)); }

 private:
  void spawn(Task<void> task) {
    auto looked_at = [](std::exception_ptr broken) {
      if (!broken) return;
      try {
        std::rethrow_exception(broken);
      } catch (const std::exception& what) {
        log::error("a fault's coroutine threw", {{"what", what.what()}});
      }
    };
    asio::co_spawn(loop_, std::move(task), std::move(looked_at));
  }

  Parts parts_of(InjectionId id) const {
    Parts out;
    for (const auto& [part, injection] : injections_) {
      if (part.first == id) out.push_back(injection);
    }
    return out;
  }

  // A record that somebody took away is written again; where it cannot be, its fault ends: nothing else would bound it.
  void look_after_records() {
    for (const std::string& id : context_->journal.missing()) {
      const std::string what = "the undo record of " + context_->journal.remembered(id)->what() + " was taken away";
      const Result<void> again = context_->journal.restore(id);
      context_->warn(AgentEvent::Kind::warning, what + (again ? " and is written again" : ": " + again.error().message));
      const auto injection = again ? nullptr : injection_of(injections_, id);
      if (!injection || std::exchange(injection->abandoned, true)) continue;
      spawn(finish_injection(context_, {injection}, true, what, [](bool, const std::string&) {}));
    }
    context_->guard->tell_changed();
  }

  void renew_changes(Duration lease) {
    for (const auto& [number, injection] : injections_) {
      const MechanismKind* kind = find_mechanism_kind(injection->record.kind);
      const bool standing = !injection->record.id.empty() && !injection->concluded;
      if (standing && kind != nullptr && kind->renew != nullptr) spawn(renew_injection(context_, injection, lease));
    }
  }

  std::shared_ptr<FaultContext> context_;  // shared with the coroutines, which may outlive the runner
  std::vector<ComponentLock> locks_;
  asio::io_context& loop_;
  InjectionMap injections_;
};

std::string lock_key(const DrillPlan& plan, const Component& component) {
  return component.process() ? component.process()->pidfile : plan.folder + ":" + component.name;
}

Result<std::vector<ComponentLock>> lock_components(const Binding& binding, const std::string& state_dir) {
  std::vector<ComponentLock> locks;
  std::set<std::string> held;  // a process may be declared twice, with different scopes
  const DrillPlan& plan = binding.assignment.plan;
  for (size_t i = 0; i < plan.components.size(); ++i) {
    if (!binding.is_own(ComponentId(i))) continue;
    const Component& component = plan.components[i];
    if (!held.insert(lock_name(lock_key(plan, component))).second) continue;
    const LockHolder holder{binding.owner, state_dir};
    SHAKEDOWN_TRY(auto lock, ComponentLock::acquire(binding.lock_dir, lock_key(plan, component), component.name, holder));
    locks.push_back(std::move(lock));
  }
  return locks;
}

constexpr const char* kSweeper = "the next agent on this host";

void sweep_before_start(const std::string& state_dir, std::vector<ComponentLock>& locks, std::vector<UndoOutcome>& outcomes) {
  outcomes = sweep(state_dir, kSweeper);
  const auto sweep_others = [&](const std::vector<std::string>& dirs) {
    for (const std::string& dir : dirs) {
      if (dir == state_dir) continue;
      for (UndoOutcome& one : sweep(dir, kSweeper)) outcomes.push_back(std::move(one));
    }
  };
  if (state_dir == default_state_dir()) sweep_others(state_dirs());
  for (ComponentLock& lock : locks) {
    sweep_others(lock.abandoned());
    if (leftovers_of(outcomes).empty()) lock.abandoned_swept();
  }
}

// The name that this scenario has for what an earlier one called otherwise: the same pidfile is the same process.
std::string name_here(const DrillPlan& plan, const Component& component) {
  for (const Component& own : plan.components) {
    if (own.process() && component.process() && own.process()->pidfile == component.process()->pidfile) return own.name;
  }
  return component.name;
}

void report_sweep(const std::shared_ptr<FaultContext>& context, const std::vector<UndoOutcome>& outcomes) {
  for (const UndoOutcome& one : outcomes) {
    if (one.end == UndoEnd::clean) {
      context->warn(AgentEvent::Kind::warning, "swept what run " + one.record.owner.run_id + " left: " + one.record.what());
    }
    for (const std::string& left : leftovers_of({one})) {
      AgentEvent event;
      event.kind = AgentEvent::Kind::inherited;
      event.agent = context->assignment.self;
      event.at = context->clock.now();
      event.detail = one.record.id.empty() ? left : "run " + one.record.owner.run_id + ": " + left;
      event.component = name_here(context->assignment.plan, one.record.component.component);
      context->tell(Event(std::move(event)));
    }
  }
}

}  // namespace

Result<std::unique_ptr<FaultRunner>> make_fault_runner(const Assignment& assignment, FaultOptions options,
                                                       asio::io_context& loop) {
  const std::string state_dir = options.state_dir.empty() ? default_state_dir() : options.state_dir;
  Binding binding{assignment, Owner{assignment.run_id, own_process(), boot_id(), own_pid_namespace()},
                  options.lock_dir.empty() ? default_state_dir() : options.lock_dir, state_dir + "/logs"};
  SHAKEDOWN_TRY(check_assignment(binding));
  SHAKEDOWN_TRY(prepare_private_folder(state_dir));
  SHAKEDOWN_TRY(prepare_private_folder(state_dir + "/undo"));
  SHAKEDOWN_TRY(prepare_private_folder(binding.log_dir));
  SHAKEDOWN_TRY(auto locks, lock_components(binding, state_dir));
  std::vector<UndoOutcome> swept;
  sweep_before_start(state_dir, locks, swept);
  const std::string folder =
      records_folder(state_dir, binding.owner.process, assignment.run_id + "-" + std::to_string(assignment.self.value));
  SHAKEDOWN_TRY(auto journal, UndoJournal::open_as_owner(folder));

  auto context = std::make_shared<FaultContext>(assignment, std::move(journal));
  context->binding.owner = binding.owner;
  context->binding.lock_dir = binding.lock_dir;
  context->binding.log_dir = binding.log_dir;
  context->binding.spared = options.spared;
  context->report = options.report;
  context->lease = options.lease;
  context->rules = options;
  SHAKEDOWN_TRY(context->hold_components());
  const std::string program = options.watchdog_program.empty() ? "/proc/self/exe" : options.watchdog_program;
  GuardOptions guard{program, folder, state_dir + "/watchdog.log", nullptr};
  auto runner = std::make_unique<Runner>(context, std::move(locks), loop);
  guard.ended = [&runner = *runner](std::string detail, bool replaced, bool lease_over) {
    runner.watchdog_ended(detail, replaced, lease_over);
  };
  context->guard = std::make_shared<Guard>(std::move(guard));
  SHAKEDOWN_TRY(context->guard->start());
  runner->watch();
  asio::post(loop, [context, swept = std::move(swept)] { report_sweep(context, swept); });
  return std::unique_ptr<FaultRunner>(std::move(runner));
}

}  // namespace shakedown
