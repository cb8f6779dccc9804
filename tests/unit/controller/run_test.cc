// The state machine against a scripted agent on a memory link: real messages, no target.
#include "controller/run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <functional>

namespace shakedown {
namespace {

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
  bool clean = true;
  bool probes_fail_once_injected = false;
  std::string refusal;
  ErrorKind problem = ErrorKind::unavailable;
  bool vanish_at_stage = false;
  std::function<void()> at_stage;
  std::vector<std::string> heard;

  void join() {
    AgentLink::Handlers handlers;
    handlers.received = [this](ToAgent message) { std::visit([this](auto& m) { hear(m); }, message); };
    handlers.closed = [](const std::string& reason) {
      if (!reason.empty()) ADD_FAILURE() << reason;
    };
    link_->open(std::move(handlers));
    Hello hello;
    hello.name = "local";
    link_->send(hello);
  }

 private:
  template <typename Message>
  void hear(Message&) {}
  void hear(Plan&) {
    PlanReady ready;
    ready.ok = refusal.empty();
    ready.error = refusal;
    ready.problem = problem;
    link_->send(ready);
  }
  void hear(Go& go) { clock_ = RunClock(go.zero); }
  void hear(RunStep& step) { done(step.step, "step " + step.action.describe); }
  void hear(StartProbes&) { report(); }
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
    if (vanish_at_stage && stage.stage == StageId(0)) link_->close();
    if (at_stage) at_stage();
  }
  void hear(StageStop&) { heard.push_back("stage stop"); }
  void hear(Inject& inject) {
    for (const FaultState state : {FaultState::armed, FaultState::injected, FaultState::effective}) event(inject, state);
    injection_ = inject;
    if (probes_fail_once_injected) probes_good = false;
  }
  void hear(FinishFault& finish) {
    heard.push_back(finish.undo ? "finish by undo" : "finish");
    event(injection_, clean ? FaultState::clean : FaultState::leftover);
    done(finish.step, "");
  }
  void hear(Shutdown&) {
    heard.push_back("shutdown");
    timer_.cancel();
    stopped_ = true;
    link_->send(Goodbye{clean, clean ? "" : "a process stays stopped"});
  }

  void event(const Inject& inject, FaultState state) {
    FaultEvent e;
    e.injection = inject.injection;
    e.fault = inject.fault;
    e.stage = inject.stage;
    e.state = state;
    e.earliest = e.latest = clock_.now();
    link_->send(EventReport{Event(e)});
  }
  void done(uint64_t step, const std::string& what) {
    StepDone answer;
    answer.step = step;
    answer.event.what = what;
    link_->send(answer);
  }
  void report() {
    if (stopped_) return;
    Snapshot s;
    s.seq = ++seq_;
    s.to = clock_.now();
    for (int i = 0; i < 5; ++i) {
      s.probes[ProbeId(0)].push_back({s.to + Duration(i), s.to + Duration(i + 1), probes_good});
    }
    link_->send(std::move(s));
    timer_.expires_after(20ms);
    timer_.async_wait([this](const boost::system::error_code& error) {
      if (!error) report();
    });
  }

  std::unique_ptr<AgentLink> link_;
  asio::steady_timer timer_;
  RunClock clock_;
  Inject injection_;
  uint64_t seq_ = 0;
  bool stopped_ = false;
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
    read.http.target = TargetId(0);
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
    fault.kind = KillFault{ComponentId(0), 9};
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
    asio::co_spawn(loop, run.execute(), [&](std::exception_ptr error, RunResult result) {
      EXPECT_FALSE(error);
      result_ = result;
      loop.stop();
    });
    if (also) also(run);
    loop.run_for(30s);
    heard_ = agent.heard;
  }

  bool heard(const std::string& what) const { return std::find(heard_.begin(), heard_.end(), what) != heard_.end(); }

  Scenario scenario_;
  Silent progress_;
  std::unique_ptr<Chronicle> chronicle_;
  RunResult result_;
  std::vector<std::string> heard_;
};

TEST_F(RunTest, GoesThroughAndTearsDown) {
  execute([](FakeAgent&) {});
  EXPECT_EQ(result_.state, RunState::completed);
  EXPECT_FALSE(result_.error);
  EXPECT_TRUE(heard("finish"));
  EXPECT_TRUE(heard("shutdown"));
  ASSERT_EQ(chronicle_->timeline().injections().size(), 1U);
  EXPECT_EQ(chronicle_->timeline().injections()[0].state, FaultState::clean);
  EXPECT_EQ(chronicle_->manifest().state, RunState::completed);
  const auto& steps = chronicle_->timeline().steps();
  EXPECT_TRUE(std::any_of(steps.begin(), steps.end(), [](const StepEvent& s) {
    return s.kind == StepEvent::Kind::teardown && s.ok;
  }));
}

TEST_F(RunTest, ChecksAreRunOnceBeforeTheFirstPhaseAndJournalled) {
  scenario_.checks.push_back({"floor", AgentId(), TlsCheck{TargetId(0), TlsVersion::tls1_2, {}}});
  scenario_.checks.push_back({"expiry", AgentId(0), CertificateCheck{TargetId(0)}});
  execute([](FakeAgent&) {});
  EXPECT_EQ(result_.state, RunState::completed);
  EXPECT_EQ(std::count(heard_.begin(), heard_.end(), "checks"), 1) << "one order for each agent";
  EXPECT_LT(std::find(heard_.begin(), heard_.end(), "checks"), std::find(heard_.begin(), heard_.end(), "stage"));
  ASSERT_EQ(chronicle_->timeline().checks().size(), 1U);
  EXPECT_EQ(chronicle_->timeline().checks()[0].detail, "accepts TLS 1.0");
  const auto said = [](const std::string& note) { return note == "check floor does NOT hold: accepts TLS 1.0"; };
  EXPECT_TRUE(std::any_of(progress_.notes.begin(), progress_.notes.end(), said));
}

TEST_F(RunTest, WithoutChecksNoneAreOrdered) {
  execute([](FakeAgent&) {});
  EXPECT_FALSE(heard("checks"));
}

TEST_F(RunTest, ATargetThatIsNotReadyEndsTheRunBeforeAnyPhase) {
  scenario_.ready->limit = 200ms;
  execute([](FakeAgent& agent) { agent.probes_good = false; });
  EXPECT_EQ(result_.state, RunState::aborted);
  ASSERT_TRUE(result_.error);
  EXPECT_EQ(result_.error->kind, ErrorKind::unavailable);
  EXPECT_FALSE(heard("stage"));
  EXPECT_TRUE(heard("shutdown"));
}

TEST_F(RunTest, ARefusedPlanKeepsItsKind) {
  execute([](FakeAgent& agent) {
    agent.refusal = "component it is locked by run x";
    agent.problem = ErrorKind::locked;
  });
  ASSERT_TRUE(result_.error);
  EXPECT_EQ(result_.error->kind, ErrorKind::locked);
  EXPECT_EQ(result_.state, RunState::aborted);
}

TEST_F(RunTest, NoRecoveryMeansUndoAndTheEnd) {
  execute([](FakeAgent& agent) { agent.probes_fail_once_injected = true; });
  EXPECT_EQ(result_.state, RunState::aborted);
  EXPECT_TRUE(heard("finish by undo"));
  EXPECT_FALSE(heard("finish"));
  EXPECT_NE(chronicle_->manifest().ended_by.find("not recovered within 500ms"), std::string::npos);
}

TEST_F(RunTest, ALeftoverAbortsTheRun) {
  execute([](FakeAgent& agent) { agent.clean = false; });
  EXPECT_EQ(result_.state, RunState::aborted);
  ASSERT_EQ(chronicle_->timeline().injections().size(), 1U);
  EXPECT_EQ(chronicle_->timeline().injections()[0].state, FaultState::leftover);
  EXPECT_FALSE(chronicle_->timeline().agents().at(AgentId(0)).leftovers.empty());
}

TEST_F(RunTest, ALostAgentEndsTheRun) {
  execute([](FakeAgent& agent) { agent.vanish_at_stage = true; });
  EXPECT_EQ(result_.state, RunState::aborted);
  EXPECT_FALSE(result_.error);  // the scorecard decides the exit code: it was no trouble at the start
  EXPECT_NE(chronicle_->manifest().ended_by.find("lost"), std::string::npos);
  EXPECT_TRUE(chronicle_->timeline().agents().at(AgentId(0)).lost);
}

TEST_F(RunTest, AnInterruptStopsTheStageUndoesAndTearsDown) {
  scenario_.phases[0].duration = 20s;
  scenario_.faults[0].recover_within = 30s;
  shakedown::Run* running = nullptr;
  execute([&](FakeAgent& agent) { agent.at_stage = [&] { running->interrupt("SIGINT"); }; },
          [&](shakedown::Run& run) { running = &run; });
  EXPECT_EQ(result_.state, RunState::interrupted);
  EXPECT_FALSE(result_.hurried);
  EXPECT_EQ(chronicle_->manifest().ended_by, "SIGINT");
  EXPECT_TRUE(heard("stage stop"));
  EXPECT_TRUE(heard("shutdown"));
}

}  // namespace
}  // namespace shakedown
