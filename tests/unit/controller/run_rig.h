// A Run against scripted agents on memory links: real messages, no target.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <functional>
#include <optional>

#include "controller/agents/planner.h"
#include "controller/drill/run.h"
#include "tests/support/faults.h"

namespace shakedown::run_rig {

using namespace std::chrono_literals;
namespace asio = boost::asio;

class Silent final : public Progress {
 public:
  void tick(const LiveView&, RunTime) override {}
  void note(const std::string& line) override { notes.push_back(line); }
  std::vector<std::string> notes;
};

// Answers like an agent whose target is healthy; single behaviours are switched off by the tests.
class FakeAgent {
 public:
  FakeAgent(std::unique_ptr<AgentLink> link, asio::io_context& loop) : link_(std::move(link)), timer_(loop) {}

  bool probes_good = true;
  FailedCheck failed_check{Outcome::refused, Mismatch::none, 0};  // while they are not
  bool clean = true;
  bool probes_fail_once_injected = false;
  bool targets_dead = false;
  std::string wrong_process, ended_process;  // the latter: of what setup started
  bool fault_fails = false;                  // it does not bite; compared and undone when asked
  bool vanish_at_injection = false;
  bool heals = false;  // what was killed runs again by itself when it is looked at
  std::function<void()> at_look, at_look_at_started, at_finish;
  bool undoes_for_ever = false;  // what a fault changed: no answer to FinishFault
  std::string refusal;
  ErrorKind problem = ErrorKind::unavailable;
  bool vanish_at_stage = false;
  bool leave_at_stage = false;
  std::function<void()> at_stage;
  uint32_t reports_with_one_out = 0;  // after the stage's end; with the last of them it is "answered"
  std::vector<std::string> heard;

  void join(const std::string& name = "local") {
    AgentLink::Handlers handlers;
    handlers.received = [this](ToAgent message) { std::visit([this](auto& m) { hear(m); }, message); };
    handlers.closed = [](const std::string& reason) {
      if (!reason.empty()) ADD_FAILURE() << reason;
    };
    link_->open(std::move(handlers));
    Hello hello;
    hello.name = name;
    link_->send(hello);
  }

 private:
  template <typename Message>
  void hear(Message&) {}
  void hear(Plan& plan) {
    assignment_ = plan.assignment;
    const DrillPlan& drill = plan.assignment.plan;
    probing_ = !drill.probes.empty() && agent_or_first_loader(drill, drill.probes[0].agent) == plan.assignment.self;
    if (probing_) every_ = drill.probes[0].every;
    PlanReady ready;
    ready.ok = refusal.empty();
    ready.error = refusal;
    ready.problem = problem;
    link_->send(ready);
  }
  void hear(Go& go) { clock_ = RunClock(go.zero); }
  void hear(ReachTargets& order) {
    heard.push_back("reach targets");
    StepDone answer;
    answer.step = order.step;
    answer.ok = !targets_dead;
    answer.detail = targets_dead ? "127.0.0.1:1: Connection refused" : "";
    answer.event.kind = StepEvent::Kind::ready;
    answer.event.what = "targets reached";
    link_->send(answer);
  }
  void hear(LookAtProcesses& order) {
    heard.push_back(order.started ? "look at what was started" : "look at processes");
    if (order.started && at_look_at_started) at_look_at_started();
    const std::string& wrong = order.started ? ended_process : wrong_process;
    StepDone answer;
    answer.step = order.step;
    answer.ok = wrong.empty();
    answer.detail = wrong;
    answer.problem = ErrorKind::refused;
    link_->send(answer);
  }
  void hear(RunStep& step) {
    heard.push_back(step.kind == StepEvent::Kind::teardown ? "teardown" : "step");
    done(step.step, "step " + step.action.describe);
  }
  void hear(StartProbes&) {
    reported_ = checked_ = clock_.now();
    report();
  }
  void hear(RunChecks& order) {
    heard.push_back("checks");
    CheckResult result;
    result.check = CheckId(0);
    result.done = true;
    result.detail = "accepts TLS 1.0";
    link_->send(EventReport{Event(result)});
    done(order.step, "");
  }
  void hear(StageStart& stage) {
    heard.push_back("stage");
    stage_end_ = stage.end;
    if (vanish_at_stage && stage.stage == StageId(0)) link_->close();
    if (leave_at_stage && stage.stage == StageId(0)) leave();
    if (at_stage) at_stage();
  }
  void hear(StageStop&) { heard.push_back("stage stop"); }
  void hear(Inject& inject) {
    injection_ = inject;
    event(inject, FaultState::armed);
    event(inject, FaultState::injected);
    event(inject, fault_fails ? FaultState::failed : FaultState::effective);
    if (vanish_at_injection) return vanish();
    if (probes_fail_once_injected) probes_good = false;
  }
  void hear(FinishFault& finish) {
    if (finish.if_healed) return look(finish);
    heard.push_back(finish.undo ? "finish by undo" : "finish");
    if (undoes_for_ever) return;
    event(injection_, clean ? FaultState::clean : FaultState::leftover);
    done(finish.step, "");
    if (at_finish) at_finish();
  }
  void hear(Shutdown&) {
    heard.push_back("shutdown");
    leave();
  }

  void look(const FinishFault& order) {
    heard.push_back("look");
    if (heals) event(injection_, FaultState::clean);
    done(order.step, "", heals);
    if (at_look) at_look();
  }
  void leave() {
    timer_.cancel();
    stopped_ = true;
    link_->send(Goodbye{clean, clean ? "" : "a process stays stopped"});
  }
  void vanish() {
    timer_.cancel();
    stopped_ = true;
    link_->close();
  }
  // Of each component that this agent breaks.
  void event(const Inject& inject, FaultState state) {
    for (const ComponentId id : assignment_.plan.fault(inject.fault).kind.components) {
      if (assignment_.plan.agent_of(id) == assignment_.self) event(inject, state, id);
    }
  }
  void event(const Inject& inject, FaultState state, ComponentId component) {
    FaultEvent e;
    e.component = component;
    e.injection = inject.injection;
    e.fault = inject.fault;
    e.stage = inject.stage;
    e.state = state;
    e.earliest = e.latest = clock_.now();
    link_->send(EventReport{Event(e)});
  }
  void done(uint64_t step, const std::string& what, bool ok = true) {
    StepDone answer;
    answer.step = step;
    answer.ok = ok;
    answer.event.what = what;
    answer.event.started = answer.event.ended = clock_.now();
    link_->send(answer);
  }
  void report() {
    if (stopped_ || !probing_) return;
    Snapshot s;
    s.seq = ++seq_;
    s.from = reported_;
    s.to = clock_.now();
    for (; checked_ <= s.to; checked_ += every_) s.probes[ProbeId(0)].push_back({checked_, s.to, probes_good});
    if (!probes_good && !s.probes.empty()) s.failed_checks[ProbeId(0)] = failed_check;
    if (s.to >= stage_end_ && reports_with_one_out > 0) {
      s.health.outstanding = 1;
      if (--reports_with_one_out == 0) heard.push_back("answered");
    }
    reported_ = s.to;
    link_->send(std::move(s));
    timer_.expires_after(20ms);
    timer_.async_wait([this](const boost::system::error_code& error) {
      if (!error) report();
    });
  }

  std::unique_ptr<AgentLink> link_;
  asio::steady_timer timer_;
  RunClock clock_;
  Assignment assignment_;
  Inject injection_;
  uint64_t seq_ = 0;
  bool stopped_ = false, probing_ = false;
  Duration every_{1s};
  RunTime reported_{}, checked_{}, stage_end_ = RunTime::max();
};

class RunTest : public ::testing::Test {
 protected:
  RunTest() {
    scenario_.agents.push_back({"local", true, true, true});
    Target target;
    target.name = "t";
    target.scheme = "http";
    target.host = "127.0.0.1";
    target.port = 1;
    scenario_.targets.push_back(target);
    Operation read;
    read.name = "read";
    read.request.target = TargetId(0);
    scenario_.operations.push_back(read);
    Probe probe;
    probe.name = "door";
    probe.operation = OperationId(0);
    probe.every = 10ms;
    probe.timeout = 100ms;
    probe.up_after = 3;
    scenario_.probes.push_back(probe);
    scenario_.ready = ReadyCheck{ProbeId(0), 2s};
    Component component;
    component.name = "it";
    component.agent = AgentId(0);
    scenario_.components.push_back(component);
    Fault fault;
    fault.name = "kill-it";
    fault.phase = PhaseId(0);
    fault.kind = faults::kill(ComponentId(0), 9);
    fault.recover_within = 500ms;
    scenario_.faults.push_back(fault);
    scenario_.phases.push_back(Phase{"crash", 300ms, true, 1, 1, {}, {FaultId(0)}});
    Action stop;
    stop.kind = Action::Kind::stop;
    stop.component = ComponentId(0);
    stop.describe = "stop it";
    scenario_.teardown.push_back(stop);
  }

  void execute(const std::function<void(FakeAgent&)>& script, const std::function<void(shakedown::Run&)>& also = {}) {
    chronicle_ = std::make_unique<Chronicle>(scenario_, nullptr);
    asio::io_context loop(1);
    RunOptions options;
    options.run_id = "test";
    options.lead = 50ms;
    options.join_limit = 2s;
    shakedown::Run run(scenario_, options, *chronicle_, progress_, loop);
    auto [agent_end, controller_end] = memory_link(loop, loop);
    FakeAgent agent(std::move(agent_end), loop);
    script(agent);
    run.roster().accept(std::move(controller_end));
    agent.join();
    std::optional<FakeAgent> second;
    if (second_agent) {
      auto [other_end, its_controller_end] = memory_link(loop, loop);
      second.emplace(std::move(other_end), loop);
      second_agent(*second);
      run.roster().accept(std::move(its_controller_end));
      second->join(scenario_.agents.at(1).name);
    }
    asio::co_spawn(loop, run.execute(), [&](std::exception_ptr error, RunResult result) {
      EXPECT_FALSE(error);
      result_ = result;
      loop.stop();
    });
    if (also) also(run);
    loop.run_for(30s);
    heard_ = agent.heard;
    if (second) second_heard_ = second->heard;
  }

  bool heard(const std::string& what) const { return std::find(heard_.begin(), heard_.end(), what) != heard_.end(); }

  bool noted(const std::string& words) const {
    return std::any_of(progress_.notes.begin(), progress_.notes.end(),
                       [&](const std::string& note) { return note.find(words) != std::string::npos; });
  }
  std::ptrdiff_t position(const std::string& what) const {
    return std::find(heard_.begin(), heard_.end(), what) - heard_.begin();
  }

  std::function<void(FakeAgent&)> second_agent;  // set: another agent joins and is scripted by it
  Scenario scenario_;
  Silent progress_;
  std::unique_ptr<Chronicle> chronicle_;
  RunResult result_;
  std::vector<std::string> heard_, second_heard_;
};

}  // namespace shakedown::run_rig
