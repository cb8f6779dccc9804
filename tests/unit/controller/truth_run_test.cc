// What ends a run, and whom it blames.
#include "controller/agents/planner.h"
#include "controller/drill/live_judge.h"
#include "tests/support/faults.h"
#include "tests/unit/controller/run_rig.h"
#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using namespace std::chrono_literals;
using run_rig::FakeAgent;

struct TruthRun : run_rig::RunTest {};

TEST_F(TruthRun, ADeadTargetEndsTheRunBeforeAnyPhaseAndBlamesNobody) {
  scenario_.ready.reset();
  execute([](FakeAgent& agent) { agent.targets_dead = true; });
  ASSERT_TRUE(result_.error);
  EXPECT_EQ(result_.error->kind, ErrorKind::unavailable);
  EXPECT_NE(result_.error->message.find("127.0.0.1:1: Connection refused"), std::string::npos);
  EXPECT_FALSE(heard("stage"));
  EXPECT_TRUE(heard("shutdown"));
  EXPECT_TRUE(chronicle_->timeline().stages().empty());
}

TEST_F(TruthRun, AFaultThatWouldHitAnotherProcessEndsTheRunBeforeAnyPhase) {
  execute([](FakeAgent& agent) { agent.wrong_process = "process 7 runs cat, expected ledger"; });
  ASSERT_TRUE(result_.error);
  EXPECT_EQ(result_.error->kind, ErrorKind::refused);
  EXPECT_NE(result_.error->message.find("process 7 runs cat, expected ledger; nothing was measured"), std::string::npos);
  EXPECT_FALSE(heard("stage"));
  EXPECT_FALSE(heard("checks"));
  EXPECT_TRUE(heard("teardown"));
}

TEST_F(TruthRun, ATargetThatIsReachedIsMeasured) {
  scenario_.ready.reset();
  execute([](FakeAgent&) {});
  EXPECT_EQ(result_.state, RunState::completed);
  EXPECT_LT(position("reach targets"), position("stage"));
}

TEST_F(TruthRun, AReadyCheckHasLookedAlready) {
  execute([](FakeAgent&) {});
  EXPECT_FALSE(heard("reach targets"));
}

TEST_F(TruthRun, AFaultThatDidNotBiteIsComparedAndUndoneBeforeTeardown) {
  execute([](FakeAgent& agent) { agent.fault_fails = true; });
  EXPECT_EQ(result_.state, RunState::completed);
  ASSERT_TRUE(heard("finish by undo"));
  EXPECT_LT(position("finish by undo"), position("teardown"));
  EXPECT_EQ(chronicle_->timeline().injections()[0].state, FaultState::clean);
}

TEST_F(TruthRun, AnUndoThatDoesNotEndIsALeftoverAndTeardownNeverOverlapsIt) {
  Action soon;
  soon.limit = 300ms - undo_patience(scenario_, scenario_.faults[0]);  // so that a moment is all it has
  soon.component = ComponentId(0);
  scenario_.faults[0].undo.push_back(soon);
  shakedown::Run* run = nullptr;
  const auto script = [&run](FakeAgent& agent) {
    agent.undoes_for_ever = true;
    agent.at_stage = [&run] { run->interrupt("SIGTERM"); };
  };
  execute(script, [&run](shakedown::Run& made) { run = &made; });
  EXPECT_TRUE(heard("finish by undo"));
  EXPECT_FALSE(heard("teardown"));
  EXPECT_TRUE(heard("shutdown"));
  EXPECT_EQ(chronicle_->timeline().injections()[0].state, FaultState::leftover);
  EXPECT_EQ(chronicle_->manifest().teardown_failures.size(), scenario_.teardown.size());
}

TEST_F(TruthRun, TheFaultOfALostAgentIsNotWaitedForAndItsFateIsSaidToBeUnknown) {
  scenario_.agents.push_back({"other", false, true, false});
  scenario_.components[0].agent = AgentId(1);
  second_agent = [](FakeAgent& other) { other.vanish_at_injection = true; };
  execute([](FakeAgent&) {});
  EXPECT_EQ(result_.state, RunState::aborted);
  EXPECT_TRUE(heard("shutdown")) << "the run came to its end";
  EXPECT_TRUE(noted("fault kill-it: its agent was lost; whether it was undone is not known"));
}

// A fault on two agents: one of `it` on the first, one of `other` on the second.
struct TruthParts : run_rig::RunTest {
  TruthParts() {
    scenario_.agents.push_back({"other", false, true, false});
    scenario_.components.push_back(scenario_.components[0]);
    scenario_.components[1].name = "other";
    scenario_.components[1].agent = AgentId(1);
    scenario_.faults[0].kind.components = {ComponentId(0), ComponentId(1)};
    second_agent = [](FakeAgent&) {};
  }
  bool second_heard(const std::string& what) const {
    return std::find(second_heard_.begin(), second_heard_.end(), what) != second_heard_.end();
  }
  const InjectionRecord& record() const { return chronicle_->timeline().injections().at(0); }
};

TEST_F(TruthParts, AllAreFinishedAndTheFaultIsCleanOnceAllAre) {
  execute([](FakeAgent&) {});
  EXPECT_EQ(result_.state, RunState::completed);
  EXPECT_TRUE(heard("finish"));
  EXPECT_TRUE(second_heard("finish"));
  ASSERT_EQ(record().parts.size(), 2U);
  EXPECT_EQ(record().state, FaultState::clean);
  ASSERT_NE(record().find(FaultState::effective), nullptr);
  EXPECT_LE(record().find(FaultState::effective)->earliest, record().find(FaultState::effective)->latest);
}

TEST_F(TruthParts, WhereOneDoesNotBiteAllAreUndone) {
  second_agent = [](FakeAgent& other) { other.fault_fails = true; };
  execute([](FakeAgent&) {});
  EXPECT_EQ(result_.state, RunState::completed);
  EXPECT_TRUE(heard("finish by undo"));
  EXPECT_TRUE(second_heard("finish by undo"));
  EXPECT_EQ(record().find(FaultState::effective), nullptr) << "half a fault is no evidence";
  EXPECT_EQ(record().state, FaultState::clean);
}

TEST_F(TruthParts, TheLeftoverOfOneIsTheFaultsAndTheOtherIsUndone) {
  second_agent = [](FakeAgent& other) { other.clean = false; };
  execute([](FakeAgent&) {});
  EXPECT_EQ(result_.state, RunState::aborted);
  EXPECT_TRUE(heard("finish"));
  EXPECT_EQ(record().state, FaultState::leftover);
  EXPECT_EQ(record().parts.at(0).state, FaultState::clean);
}

TEST_F(TruthParts, WhereAnAgentIsLostTheOthersUndoTheirs) {
  second_agent = [](FakeAgent& other) { other.vanish_at_injection = true; };
  execute([](FakeAgent&) {});
  EXPECT_EQ(result_.state, RunState::aborted);
  EXPECT_TRUE(heard("finish by undo"));
  EXPECT_EQ(record().parts.at(0).state, FaultState::clean);
  EXPECT_NE(record().state, FaultState::clean) << "nobody has said so of the other part";
  EXPECT_TRUE(noted("fault kill-it: its agent was lost; whether it was undone is not known"));
}

// A leak or a full disk hurts later than the first good checks come in: taken back by then, it had been at work for 2 s.
TEST_F(TruthRun, AFaultThatNobodyRepairsStandsUntilItsPhaseEnds) {
  scenario_.phases[0].duration = 1s;
  scenario_.faults[0].recover_within = 1h;
  for (const bool probed : {true, false}) {
    if (!probed) {
      scenario_.ready.reset();
      scenario_.probes.clear();
    }
    execute([](FakeAgent&) {});
    EXPECT_EQ(result_.state, RunState::completed);
    ASSERT_TRUE(heard("finish"));
    const FaultEvent* clean = chronicle_->timeline().injections().at(0).find(FaultState::clean);
    ASSERT_NE(clean, nullptr);
    EXPECT_GE(clean->earliest, chronicle_->timeline().stages().at(0).range.to);
  }
}

TEST_F(TruthRun, AFaultThatNobodyRepairsStandsForRecoverWithinAtMost) {
  scenario_.phases[0].duration = 1h;
  shakedown::Run* run = nullptr;
  execute([&run](FakeAgent& agent) { agent.at_finish = [&run] { run->interrupt("SIGTERM"); }; },
          [&run](shakedown::Run& made) { run = &made; });
  ASSERT_TRUE(heard("finish"));
  const InjectionRecord& record = chronicle_->timeline().injections().at(0);
  EXPECT_GE(record.find(FaultState::clean)->earliest,
            record.find(FaultState::effective)->latest + scenario_.faults[0].recover_within);
}

// Its window would take the rest of the phase out of what is judged, and meet the next fault.
TEST_F(TruthRun, AProcessThatWasRestartedUnseenIsOverAndNotUndone) {
  scenario_.phases[0].duration = 1h;
  scenario_.faults[0].recover_within = 1h;
  shakedown::Run* run = nullptr;
  const auto script = [&run](FakeAgent& agent) {
    agent.heals = true;
    agent.at_look = [&run] { run->interrupt("SIGTERM"); };
  };
  execute(script, [&run](shakedown::Run& made) { run = &made; });
  EXPECT_TRUE(heard("look"));
  EXPECT_FALSE(heard("finish"));
  EXPECT_EQ(chronicle_->timeline().injections().at(0).state, FaultState::clean);
}

// For an hour the fault would stand, and the drill with it, for what nobody can tell any more.
TEST_F(TruthRun, AProbeWhoseAgentWasLostIsNotWaitedFor) {
  scenario_.agents.push_back({"other", false, true, false});
  scenario_.probes.push_back(scenario_.probes[0]);
  scenario_.probes[1].name = "back-door";
  scenario_.probes[1].agent = AgentId(1);
  scenario_.faults[0].recover_within = 1h;
  second_agent = [](FakeAgent& other) { other.vanish_at_stage = true; };
  execute([](FakeAgent&) {});
  EXPECT_TRUE(heard("finish"));
  EXPECT_TRUE(heard("shutdown")) << "the run came to its end";
}

TEST_F(TruthRun, AFaultThatNobodyProbesAnyMoreIsUndone) {
  scenario_.agents.push_back({"other", false, true, false});
  scenario_.probes[0].agent = AgentId(1);
  scenario_.faults[0].recover_within = 1h;
  second_agent = [](FakeAgent& other) { other.vanish_at_stage = true; };
  execute([](FakeAgent&) {});
  EXPECT_TRUE(heard("finish by undo"));
  EXPECT_TRUE(heard("shutdown")) << "the run came to its end";
  EXPECT_EQ(result_.state, RunState::aborted);
}

// Its users are gone, whatever it said as it went.
TEST_F(TruthRun, TheEndOfTheRunEndsNoRequestThatIsWithinItsTime) {
  Load& load = scenario_.phases[0].load.emplace();
  load.kind = ClosedLoad{1, {}};
  load.mix = {{OperationId(0), 1}};
  scenario_.operations[0].timeout = 20s;
  execute([](FakeAgent& agent) { agent.reports_with_one_out = 30; });
  EXPECT_EQ(result_.state, RunState::completed);
  ASSERT_TRUE(heard("answered"));
  EXPECT_LT(position("answered"), position("teardown"));
  EXPECT_LT(position("teardown"), position("shutdown"));
}

TEST_F(TruthRun, AnAgentThatTakesItsLeaveInTheMiddleIsLost) {
  scenario_.agents.push_back({"other", false, true, false});
  scenario_.probes.push_back(scenario_.probes[0]);
  scenario_.probes[1].name = "back-door";
  scenario_.probes[1].agent = AgentId(1);
  second_agent = [](FakeAgent& other) { other.leave_at_stage = true; };
  execute([](FakeAgent&) {});
  const auto& agents = chronicle_->timeline().agents();
  EXPECT_TRUE(agents.at(AgentId(1)).lost);
  EXPECT_TRUE(agents.at(AgentId(1)).left) << "it said that it left nothing";
  EXPECT_FALSE(agents.at(AgentId(0)).lost) << "it was told to go";
}

TEST_F(TruthRun, AnAgentThatMayNotBeLostEndsTheRun) {
  scenario_.agents.push_back({"other", false, true, false});
  scenario_.on_lost = {OnLost::degrade, OnLost::invalidate};
  scenario_.probes.push_back(scenario_.probes[0]);
  scenario_.probes[1].name = "back-door";
  scenario_.probes[1].agent = AgentId(1);
  second_agent = [](FakeAgent& other) { other.leave_at_stage = true; };
  execute([](FakeAgent&) {});
  EXPECT_EQ(result_.state, RunState::aborted);
  EXPECT_NE(chronicle_->manifest().ended_by.find("agent other was lost, which `on_lost: invalidate`"), std::string::npos)
      << chronicle_->manifest().ended_by;
  EXPECT_TRUE(heard("teardown"));
}

TEST(TruthWaits, ASlowProbeIsWaitedForAsLongAsItNeeds) {
  Scenario scenario;
  EXPECT_EQ(probe_patience(scenario), 60s);
  Probe probe;
  probe.every = 10s;
  probe.timeout = 5s;
  probe.up_after = 10;
  scenario.probes.push_back(probe);
  EXPECT_EQ(probe_patience(scenario), 165s);
}

TEST(TruthWaits, AnUndoIsWaitedForAsLongAsItsStepsMayTake) {
  Scenario scenario;
  scenario.components.resize(1);
  scenario.components[0].stop_limit = 10s;
  Fault fault;
  fault.kind = faults::kill(ComponentId(0), 9);
  Action start;
  start.after = 1s;
  start.limit = 300s;
  fault.undo = {start, start};
  EXPECT_EQ(undo_patience(scenario, fault), 60s + 20s + 602s);
  fault.undo_within = 15min;
  EXPECT_EQ(undo_patience(scenario, fault), 15min) << "what is declared is the limit";
}

bool raised(const Scorecard& card, const std::string& signal) {
  return std::any_of(card.reasons.begin(), card.reasons.end(),
                     [&](const ValidityReason& r) { return to_string(r.signal) == signal; });
}

// A drill in which a fault of the second phase is still to come, while the first goes on.
struct GoesOn {
  testing::Drill drill;
  PhaseId steady = drill.add_phase("steady", 10, 100), crash = drill.add_phase("crash", 10, 0);
  FaultId kill = drill.add_kill("kill-ledger", crash);
  StageId first;

  GoesOn() {
    drill.require("AV-1", AvailabilitySli{}, Comparison::at_least, 0.9);
    first = drill.run(steady, 0);
    drill.load(first, 0, 10, 100);
  }
  // As the run loop sees it at that second: no stage has ended before its end.
  Scorecard at(double second) const {
    Timeline timeline(drill.scenario);
    for (const Event& event : drill.events()) {
      if (is_before(event, second)) timeline.apply(event);
    }
    for (const Snapshot& snapshot : drill.snapshots()) {
      if (snapshot.to <= testing::at(second)) timeline.apply(snapshot);
    }
    Manifest manifest = drill.manifest;
    manifest.state = RunState::running;
    return judge_so_far(timeline, manifest).card;
  }
  static bool is_before(const Event& event, double second) {
    const auto* stage = std::get_if<StageEvent>(&event);
    const bool ends = stage != nullptr && stage->kind == StageEvent::Kind::ended;
    const auto* fault = std::get_if<FaultEvent>(&event);
    return !(ends && stage->end > testing::at(second)) && !(fault != nullptr && fault->earliest > testing::at(second));
  }
};

TEST(TruthLiveJudge, WhatIsStillToComeSpeaksNotAgainstTheRun) {
  GoesOn run;
  run.drill.scenario.release.emplace();
  run.drill.manifest.release_start = "abc";
  const Scorecard card = run.at(5);
  EXPECT_TRUE(card.valid) << testing::all_text(card);
  EXPECT_TRUE(card.reasons.empty()) << card.reasons.front().text;
  EXPECT_EQ(card.requirements[0].verdict.state, VerdictState::pass) << card.requirements[0].verdict.reason;
  EXPECT_EQ(card.decision, DecisionState::not_proven);
}

TEST(TruthLiveJudge, AFaultAtWorkIsNoLeftoverUntilTheRunEnds) {
  GoesOn run;
  run.drill.inject(run.kill, run.drill.run(run.crash, 10), 12, 15);
  const Scorecard card = run.at(13);
  EXPECT_TRUE(card.valid) << testing::all_text(card);
  EXPECT_FALSE(raised(card, "leftover"));
  EXPECT_EQ(card.requirements[0].verdict.state, VerdictState::pass) << card.requirements[0].verdict.reason;
}

TEST(TruthLiveJudge, RequestsThatAreOutBreakNoIdentity) {
  GoesOn run;
  run.drill.offered_only(run.first, 9, 20);
  EXPECT_EQ(run.at(10).requirements[0].verdict.state, VerdictState::pass);
}

TEST(TruthLiveJudge, AFaultThatWasNotInjectedInItsPhaseIsMissing) {
  GoesOn run;
  EXPECT_FALSE(raised(run.at(10), "not injected"));
  run.drill.run(run.crash, 10);
  EXPECT_TRUE(raised(run.at(20), "not injected"));
  EXPECT_FALSE(run.at(20).valid);
}

}  // namespace
}  // namespace shakedown
