#include "agent/engine.h"

#include <algorithm>
#include <utility>

#include "agent/release.h"
#include "core/base/printable.h"
#include "core/runtime/open_files.h"
#include "core/wire/codec/index_check.h"

namespace shakedown {

using namespace std::chrono_literals;

namespace {

constexpr Duration kReleaseTimeout = 10s;
constexpr Duration kInterval = 1s;
constexpr Duration kHaltedFarewell = 30s;
constexpr int kFewestFiles = 24;

// Loops and their threads throw where they cannot be made.
Result<void> check_open_files() {
  raise_open_files();
  if (can_open_files(kFewestFiles)) return ok();
  return fail(ErrorKind::io, "fewer than " + std::to_string(kFewestFiles) +
                                 " files can be opened here, which is too few for a drill; raise the limit (ulimit -n)");
}

// In the environment of commands, which may be run when nobody knows the run any more.
void name_run(Assignment& assignment) {
  for (EnvVariable& one : assignment.plan.env) {
    for (TextPiece& piece : one.value.pieces) {
      if (piece.kind == HoleKind::run) piece = {HoleKind::literal, assignment.run_id};
    }
  }
}

// The number of the step that an order wants answered; 0 = none.
uint64_t step_of(const ToAgent& order) {
  return std::visit(
      [](const auto& o) -> uint64_t {
        if constexpr (requires { o.step; }) return o.step;
        return 0;
      },
      order);
}

}  // namespace

struct Engine::Obey {
  Engine& e;

  void operator()(const StartProbes&) { e.load_->start_probes(); }
  void operator()(const StartLedgers&) { e.load_->start_ledgers(); }
  void operator()(const StageStart& o) { e.load_->start_stage(o.stage, o.phase, o.start, o.end, o.level); }
  void operator()(const StageStop& o) { e.load_->stop_stage(o.stage, o.at); }
  void operator()(const VerifyLedger& o) { e.verify(o); }
  void operator()(const ReadRelease& o) { e.read_release(o.step); }
  void operator()(const RunChecks& o) { e.run_checks(o.step); }
  void operator()(const EndTraffic& o) {
    e.load_->stop(e.while_alive([this_engine = &e, step = o.step] { this_engine->answer(step, true, ""); }));
  }
  void operator()(const RunCleanup& o) { e.clean(o); }
  void operator()(const ReachTargets& o) { e.reach_targets(o); }
  void operator()(const LookAtProcesses& o) { e.look_at_processes(o); }
  void operator()(const RunStep& o) { e.run_step(o); }
  void operator()(const Inject& o) { e.inject(o); }
  void operator()(const FinishFault& o) {
    if (!e.fault_) return e.answer(o.step, false, "this agent may not inject faults");
    auto done = e.while_alive(
        [this_engine = &e, step = o.step](bool ok, std::string detail) { this_engine->answer(step, ok, std::move(detail)); });
    if (o.if_healed) return e.fault_->look(o.injection, std::move(done));
    e.fault_->finish(o.injection, o.undo, o.reason, std::move(done));
  }
  template <class Other>
  void operator()(const Other&) {}
};

Engine::Engine(boost::asio::io_context& loop, const AgentOptions& options, AgentLink& link)
    : loop_(loop),
      options_(options),
      link_(link),
      warden_(options.policy, options.state_dir, options.orders_from, loop,
              {[this](InjectionId injection, const std::string& why) {
                 warn(why);
                 fault_->finish(injection, true, why, [](bool, const std::string&) {});
               },
               [this](ComponentId component, const std::string& why) { start_again(component, why); }}),
      tick_(loop) {}

Engine::~Engine() = default;

Result<void> Engine::make_load() {
  LoadOptions options;
  options.workers = options_.workers;
  options.work_dir = options_.work_dir;
  options.within = warden_.policy().addresses;
  SHAKEDOWN_TRY(auto made, options_.make_load(*assignment_, std::move(options), loop_));
  load_ = std::move(made);
  return ok();
}

Result<void> Engine::make_fault() {
  if (!has_faults()) return ok();
  FaultOptions options;
  options.state_dir = options_.state_dir;
  options.watchdog_program = options_.watchdog_program;
  options.lease = options_.lease;
  options.report = while_alive([this](Event event) { report(std::move(event)); });
  options.spared = warden_.policy().protected_pidfiles();
  options.stops_are_faults = warden_.policy().kind == Policy::Kind::file;
  options.may_inject = [this](InjectionId injection, FaultId fault) {
    return warden_.may_inject(*assignment_, injection, fault);
  };
  options.may_recover = [this](const Action& action) { return warden_.may_recover(assignment_->plan, action); };
  SHAKEDOWN_TRY(auto made, options_.make_fault(*assignment_, std::move(options), loop_));
  fault_ = std::move(made);
  return ok();
}

// Whether anything in the plan may touch a component or run a command here.
bool Engine::has_faults() const {
  const DrillPlan& s = assignment_->plan;
  const AgentId self = assignment_->self;
  const auto ours = [&](const Component& c) { return c.agent == self; };
  const auto here = [&](const Action& a) { return a.kind == Action::Kind::exec && a.agent == self; };
  const auto check_here = [&](const Check& c) { return std::holds_alternative<CommandCheck>(c.kind) && owner_of(c, s) == self; };
  const auto clean_here = [&](const Cleanup& c) { return check_here(c.remove) || (c.remains && check_here(*c.remains)); };
  return s.agents[self.value].inject || std::any_of(s.checks.begin(), s.checks.end(), check_here) ||
         std::any_of(s.cleanups.begin(), s.cleanups.end(), clean_here) ||
         std::any_of(s.components.begin(), s.components.end(), ours) || std::any_of(s.setup.begin(), s.setup.end(), here) ||
         std::any_of(s.teardown.begin(), s.teardown.end(), here);
}

Result<void> Engine::plan(Assignment assignment) {
  assignment_ = std::move(assignment);
  name_run(*assignment_);
  outbox_.emplace(link_, assignment_->self);
  SHAKEDOWN_TRY(check_open_files());
  SHAKEDOWN_TRY(warden_.read_policy());
  const Result<void> loaded = may_read_secrets(warden_.policy(), assignment_->plan) ? make_load() : ok();
  if (!loaded && loaded.error().kind != ErrorKind::refused) return loaded;
  SHAKEDOWN_TRY(warden_.admit_plan(*assignment_, loaded ? std::nullopt : std::optional<Error>(loaded.error())));
  return make_fault();
}

void Engine::go(RunClock clock) {
  clock_ = clock;
  load_->go(clock);
  if (fault_) fault_->go(clock);
  for (Early& early : std::exchange(early_, {})) {
    if (auto* about = std::get_if<AgentEvent>(&early.event)) about->at = clock.at(early.at);
    link_.send(EventReport{std::move(early.event)});
  }
  schedule_tick();
}

void Engine::obey(const ToAgent& order) {
  Result<void> good = check_indexes(assignment_->plan, order);
  if (good && !gone()) good = fail(ErrorKind::protocol, "an order came before Go; the controller must say Go first");
  if (good) return std::visit(Obey{*this}, order);
  cannot(order, good.error().message);
}

void Engine::decline(const ToAgent& order) {
  const bool asks_nothing = std::holds_alternative<LeaseRenew>(order) || std::holds_alternative<Shutdown>(order) ||
                            std::holds_alternative<ClockPong>(order);
  if (!asks_nothing) cannot(order, "the agent is stopping");
}

void Engine::cannot(const ToAgent& order, const std::string& why) {
  if (const uint64_t step = step_of(order)) {
    answer(step, false, why);
  } else {
    warn(why);
  }
}

Duration Engine::halt(const std::string& why) {
  for (const InjectionId injection : warden_.standing()) {
    fault_->finish(injection, true, why, [](bool, const std::string&) {});
  }
  Duration limit = kHaltedFarewell;
  for (const Action& teardown : assignment_->plan.teardown) limit += teardown.limit;
  for (const Component& component : assignment_->plan.components) limit += component.stop_limit;
  return limit;
}

void Engine::ends(const std::string& why) { static_cast<void>(warden_.note("end", why)); }

void Engine::renew(Duration lease) {
  if (fault_) fault_->renew(lease);
}

void Engine::warn(std::string detail) {
  report(AgentEvent{AgentEvent::Kind::warning, AgentId(), gone() ? clock_->now() : RunTime{}, std::move(detail)});
}

void Engine::report(Event event) {
  if (auto* about = std::get_if<AgentEvent>(&event); about && assignment_) about->agent = assignment_->self;
  warden_.observe(event);
  if (gone()) {
    link_.send(EventReport{std::move(event)});
  } else {
    early_.push_back({mono_now(), std::move(event)});  // what happens before Go has its place on the run's clock then
  }
}

void Engine::schedule_tick() {
  const int64_t next = second_of(clock_->now()) + 1;
  tick_.at(clock_->mono(run_time(next * kInterval)), [this] { tick(); });
}

void Engine::tick() {
  if (!collecting_) {
    collecting_ = true;
    collect([this] { collecting_ = false; });
  }
  schedule_tick();
}

void Engine::collect(std::function<void()> done) {
  load_->collect(while_alive([this, done = std::move(done)](Snapshot snapshot) {
    const AgentHealth health = snapshot.health;
    outbox_->add(std::move(snapshot));
    if (options_.each_second) options_.each_second({health, outbox_->last(), link_.unacknowledged()});
    done();
  }));
}

void Engine::answer(uint64_t step, bool ok, std::string detail, StepEvent event) {
  link_.send(StepDone{step, ok, std::move(detail), std::move(event)});
}

// The reads must be with the controller before the answer is: they leave in a snapshot of their own.
void Engine::verify(const VerifyLedger& order) {
  load_->verify(order.ledger, order.pass, order.injection, order.first_id,
                while_alive([this, step = order.step, ledger = order.ledger](LedgerPass pass) {
                  pass.ledger = ledger;
                  collect([this, step, pass] {
                    outbox_->flush();
                    link_.send(EventReport{pass});
                    answer(step, true, pass.complete ? "" : "not every id could be read in time");
                  });
                }));
}

void Engine::read_release(uint64_t step) {
  const std::optional<ReleaseSource>& source = assignment_->plan.release;
  if (!source) return answer(step, false, "the scenario declares no release");
  load_->fetch(source->request, kReleaseTimeout, while_alive([this, step](Result<std::string> body) {
                 if (!body) return answer(step, false, body.error().message);
                 const auto text = release_text(*assignment_->plan.release, body.value());
                 answer(step, text.has_value(), text ? text.value() : text.error().message);
               }));
}

void Engine::inject(const Inject& order) {
  Result<void> allowed = ok();
  if (!fault_) allowed = fail(ErrorKind::refused, "this agent may not inject faults");
  if (allowed) allowed = warden_.admit_injection(*assignment_, order.injection, order.fault);
  if (allowed) return fault_->inject(order.injection, order.fault, order.stage, order.at);
  const RunTime at = clock_->now();
  report(FaultEvent{order.injection, order.fault, order.stage, FaultState::failed, at, at,
                    "not injected: " + allowed.error().text(), false});
}

void Engine::run_step(const RunStep& order) {
  if (!fault_) return answer(order.step, false, "this agent may not touch components or run commands");
  Action action = order.action;
  const bool ours = action.component.valid() && fault_->has_started(action.component);
  if (const Result<void> allowed = warden_.admit_step(assignment_->plan, order.kind, action, ours); !allowed) {
    return answer(order.step, false, allowed.error().text());
  }
  fault_->run_step(order.kind, action, while_alive([this, step = order.step](StepEvent event) {
                     const bool ok = event.ok;
                     std::string detail = event.detail;
                     answer(step, ok, std::move(detail), std::move(event));
                   }));
}

void Engine::start_again(ComponentId component, const std::string& why) {
  if (!fault_->has_stopped(component)) return;
  warn(why);
  Action start;
  start.component = component;
  start.describe = "start " + assignment_->plan.component(component).name;
  fault_->run_step(StepEvent::Kind::undo, start, while_alive([this](StepEvent event) { report(std::move(event)); }));
}

void Engine::run_checks(uint64_t step) {
  if (const Result<void> allowed = warden_.check_not_halted(); !allowed) return answer(step, false, allowed.error().text());
  for (const Check& check : assignment_->plan.checks) {
    const auto* command = std::get_if<CommandCheck>(&check.kind);
    if (command == nullptr || owner_of(check, assignment_->plan) != assignment_->self) continue;
    const Result<void> noted = warden_.admit_command("check " + check.name + ": " + command_line(command->argv));
    if (!noted) return answer(step, false, noted.error().text());
  }
  checks().run(while_alive([this](CheckResult result) { report(std::move(result)); }),
               while_alive([this, step](bool ok, std::string detail) { answer(step, ok, std::move(detail)); }));
}

CheckRunner& Engine::checks() {
  if (!check_)
    check_ = options_.make_check(*assignment_, *clock_, loop_, fault_ ? fault_->command_note() : "", warden_.policy().addresses);
  return *check_;
}

void Engine::clean(const RunCleanup& order) {
  const Cleanup& what = assignment_->plan.cleanups[order.cleanup];
  for (const Check* one : {&what.remove, what.remains ? &*what.remains : nullptr}) {
    const auto* command = one == nullptr ? nullptr : std::get_if<CommandCheck>(&one->kind);
    if (command == nullptr) continue;
    const Result<void> noted = warden_.admit_command("cleanup " + what.name + ": " + command_line(command->argv));
    if (!noted) return answer(order.step, false, noted.error().text());
  }
  checks().clean(order.cleanup, while_alive([this, step = order.step](StepEvent event) {
                   const bool ok = event.ok;
                   std::string detail = event.detail;
                   answer(step, ok, std::move(detail), std::move(event));
                 }));
}

void Engine::reach_targets(const ReachTargets& order) {
  const RunTime started = clock_->now();
  DrillPlan plan = assignment_->plan;
  const auto other = [&](const Operation& operation) { return operation.request.target != order.target; };
  if (order.target.valid()) std::erase_if(plan.operations, other);
  shakedown::reach_targets(plan, warden_.policy().addresses, order.limit, loop_,
                           while_alive([this, step = order.step, started](bool any, std::string what) {
                             StepEvent event;
                             event.kind = StepEvent::Kind::ready;
                             event.what = "targets reached";
                             event.started = started;
                             event.ended = clock_->now();
                             event.ok = any;
                             answer(step, any, std::move(what), std::move(event));
                           }));
}

void Engine::look_at_processes(const LookAtProcesses& order) {
  Result<void> looked = ok();
  if (fault_) looked = order.started ? fault_->look_at_started() : fault_->look_at_processes();
  StepDone done;
  done.step = order.step;
  done.ok = looked.has_value();
  if (!done.ok) done.detail = looked.error().message;
  if (!done.ok) done.problem = looked.error().kind;
  link_.send(std::move(done));
}

void Engine::stop_load(std::function<void()> done) {
  tick_.cancel();
  if (check_) check_->cancel();
  if (!gone()) return done();
  load_->stop(while_alive([this, done = std::move(done)] {
    collect([this, done] {
      outbox_->flush();
      done();
    });
  }));
}

void Engine::undo_all(const std::string& reason, std::function<void(bool, std::string)> done) {
  if (!fault_) return done(true, "");
  fault_->undo_all(reason, while_alive(std::move(done)));
}

}  // namespace shakedown
