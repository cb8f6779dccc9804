// The state machine against a scripted agent.
#include "tests/unit/controller/run_rig.h"

namespace shakedown {
namespace {

using namespace std::chrono_literals;
using run_rig::FakeAgent;
using run_rig::RunTest;

TEST_F(RunTest, GoesThroughAndTearsDown) {
  execute([](FakeAgent&) {});
  EXPECT_EQ(result_.state, RunState::completed);
  EXPECT_FALSE(result_.error);
  EXPECT_TRUE(heard("finish"));
  EXPECT_TRUE(heard("shutdown"));
  ASSERT_EQ(chronicle_->timeline().injections().size(), 1U);
  EXPECT_EQ(chronicle_->timeline().injections()[0].state, FaultState::clean);
  EXPECT_EQ(chronicle_->manifest().state, RunState::completed);
  const Duration length = chronicle_->manifest().finished - chronicle_->manifest().started;
  EXPECT_EQ(length, chronicle_->timeline().last().time_since_epoch())
      << "by the run's own count, also where the wall clock was set";
  const auto& steps = chronicle_->timeline().steps();
  EXPECT_TRUE(
      std::any_of(steps.begin(), steps.end(), [](const StepEvent& s) { return s.kind == StepEvent::Kind::teardown && s.ok; }));
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
