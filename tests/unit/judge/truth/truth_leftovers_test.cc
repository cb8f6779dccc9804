// What this run left, or may have left, is an exit code of its own; what an earlier run left is named and touches only what
// it shares; and an agent that is lost takes nothing with it that was measured before.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::at;
using testing::Drill;

// steady [0,100) at 100/s with AV-1 >= 99.9 %; then three kills of 2 s each in [100,190) with DR-1 <= 5 s.
struct Truth {
  Drill drill;
  PhaseId steady = drill.add_phase("steady", 100, 100);
  PhaseId crash = drill.add_phase("crash", 30, 0);
  FaultId kill = drill.add_kill("kill-ledger", crash);
  StageId stage;
  std::vector<InjectionId> injections;
  static constexpr std::size_t kAv = 0, kRto = 1;

  explicit Truth(uint64_t bad = 0, double last_clean = 175) {
    drill.require("AV-1", AvailabilitySli{{}, {{steady}, {}}}, Comparison::at_least, 0.999);
    drill.require("DR-1", RtoSli{kill, {ProbeId(0)}}, Comparison::at_most, 5);
    stage = drill.run(steady, 0);
    drill.load(stage, 0, 100, 100 - bad, bad);
    std::vector<std::pair<double, double>> outages;
    for (int i = 0; i < 3; ++i) {
      const double start = 100 + 30 * i;
      const StageId crashed = drill.run(crash, start);
      injections.push_back(drill.inject(kill, crashed, start + 10, i < 2 ? start + 15 : last_clean));
      outages.emplace_back(start + 10, start + 12);
    }
    drill.probe(0, 190, outages);
  }
  void inherit(const std::string& component) {
    drill.add(AgentEvent{AgentEvent::Kind::inherited, AgentId(0), at(0), "run a: the process is stopped", component});
  }
  void lose(double when) { drill.add(AgentEvent{AgentEvent::Kind::lost, AgentId(0), at(when), "stream broke"}); }
};

std::string reason(const Scorecard& card, const std::string& signal) {
  const auto found = std::find_if(card.reasons.begin(), card.reasons.end(),
                                  [&](const ValidityReason& r) { return to_string(r.signal) == signal; });
  return found == card.reasons.end() ? "" : found->text;
}

TEST(TruthLeftovers, AFaultInjectedAndNeverProvenCleanMayStand) {
  const Scorecard card = Truth(0, -1).drill.judge();
  EXPECT_EQ(exit_code(card), 4);
  EXPECT_NE(reason(card, "leftover").find("kill-ledger 3 may still stand"), std::string::npos) << testing::all_text(card);
  EXPECT_NE(reason(card, "leftover").find("shakedown undo --list"), std::string::npos);
  EXPECT_NE(card.decision, DecisionState::go);
  EXPECT_EQ(card.requirements[Truth::kAv].verdict.state, VerdictState::pass) << "measured before";
}

TEST(TruthLeftovers, AnAgentGoneInAFaultWithoutAGoodbyeMayHaveLeftIt) {
  Truth run(0, -1);
  run.lose(172);
  const Scorecard card = run.drill.judge();
  EXPECT_EQ(exit_code(card), 4);
  EXPECT_NE(reason(card, "leftover").find("was lost"), std::string::npos) << testing::all_text(card);
}

TEST(TruthLeftovers, AnAgentGoneAfterEverythingWasCleanLeftNothing) {
  Truth run;
  run.lose(189);
  EXPECT_EQ(reason(run.drill.judge(), "leftover"), "");
  EXPECT_NE(exit_code(run.drill.judge()), 4);
}

TEST(TruthLeftovers, WhatSetupStartedOnALostAgentMayStillRun) {
  Truth run;
  run.drill.scenario.setup.push_back({.kind = Action::Kind::start, .component = ComponentId(0), .describe = "start ledger"});
  run.drill.add(StepEvent{StepEvent::Kind::setup, {}, "start ledger", at(-1), at(0)});
  EXPECT_NE(exit_code(run.drill.judge()), 4);
  Truth said = run;
  run.lose(189);
  EXPECT_EQ(exit_code(run.drill.judge()), 4);
  said.lose(189);  // a gap in its reports, and a goodbye afterwards
  said.drill.add(AgentEvent{AgentEvent::Kind::left, AgentId(0), at(190), "the run is over"});
  EXPECT_NE(exit_code(said.drill.judge()), 4);
}

TEST(TruthLeftovers, AFaultThatWasNeverInjectedLeavesNothing) {
  for (const FaultState state : {FaultState::not_run, FaultState::failed}) {
    Truth run;
    FaultEvent event{InjectionId(3), run.kill, run.stage, FaultState::armed, at(185), at(185), ""};
    run.drill.add(event);
    event.state = state;
    event.detail = "not injected: the lease is over";
    run.drill.add(event);
    EXPECT_EQ(reason(run.drill.judge(), "leftover"), "") << to_string(state);
  }
}

TEST(TruthLeftovers, OneThatWasTakenBackLaterInTheRunNoLongerStands) {
  Truth run(0, -1);
  run.drill.fault_event(run.injections[2], FaultState::leftover, 180, "it is stopped");
  EXPECT_EQ(exit_code(run.drill.judge()), 4);
  run.drill.fault_event(run.injections[2], FaultState::clean, 189);
  const Scorecard card = run.drill.judge();
  EXPECT_NE(exit_code(card), 4);
  EXPECT_NE(card.decision, DecisionState::go);
}

TEST(TruthLeftovers, AnEarlierRunsLeftoverIsNamedAndIsNotOurs) {
  Truth run;
  run.inherit("another-service");
  const Scorecard card = run.drill.judge();
  EXPECT_EQ(card.decision, DecisionState::go) << testing::all_text(card);
  EXPECT_EQ(exit_code(card), 0);
  EXPECT_NE(reason(card, "earlier run").find("the process is stopped"), std::string::npos);
}

TEST(TruthLeftovers, AnEarlierRunsLeftoverOfTheSameComponentTouchesItsRowsOnly) {
  for (const char* component : {"ledger", ""}) {
    Truth run;
    run.drill.require("OPS-1", AttestedSli{"a runbook", "mia", "", "2026-11-01", "2027-11-01"}, Comparison::at_least, 1);
    run.drill.manifest.finished = parse_wall("2026-11-22T12:00:00Z").value();
    run.inherit(component);
    const Scorecard card = run.drill.judge();
    EXPECT_EQ(card.requirements[Truth::kAv].verdict.state, VerdictState::unknown) << component;
    EXPECT_NE(card.requirements[Truth::kRto].verdict.state, VerdictState::pass) << component;
    EXPECT_EQ(card.requirements[2].verdict.state, VerdictState::pass) << component;
    EXPECT_EQ(exit_code(card), 2) << "nothing of this run stands";
  }
}

TEST(TruthLostAgent, ALossNoticedAfterItsPhaseDoesNotBreakTheAccounting) {
  // The last 5 s of the phase have neither arrivals nor outcomes of the dead agent, and 7 arrivals were still out; the loss
  // was noticed 5 s after the phase.
  Truth run(5);
  const PhaseId last = run.drill.add_phase("last", 20, 100);
  const StageId stage = run.drill.run(last, 190);
  run.drill.load(stage, 190, 205, 100).offered_only(stage, 204, 7);
  run.lose(215);
  const Scorecard card = run.drill.judge();
  EXPECT_EQ(reason(card, "accounting identity"), "") << testing::all_text(card);
  EXPECT_EQ(card.requirements[Truth::kAv].verdict.state, VerdictState::fail);
  EXPECT_EQ(card.decision, DecisionState::no_go);
}

TEST(TruthRelease, OneThatCannotBeReadAtTheEndTurnsEverythingUnknown) {
  for (const bool at_start : {true, false}) {
    Truth run;
    run.drill.scenario.release = ReleaseSource{};
    (at_start ? run.drill.manifest.release_end : run.drill.manifest.release_start) = "9f2c1e";
    const Scorecard card = run.drill.judge();
    EXPECT_FALSE(card.valid);
    EXPECT_EQ(card.decision, DecisionState::not_proven);
    for (const ScoredRequirement& r : card.requirements) EXPECT_EQ(r.verdict.state, VerdictState::unknown);
  }
}

TEST(TruthRelease, ARunThatBrokeOffBeforeItsReleaseWasReadAgainKeepsAProvenFail) {
  Truth run(5);
  run.drill.scenario.release = ReleaseSource{};
  run.drill.manifest.release_start = "9f2c1e";
  run.drill.manifest.state = RunState::stopped;
  EXPECT_EQ(run.drill.judge().decision, DecisionState::no_go);
}

TEST(TruthJournal, ADamagedOneIsNotToldAsTheControllersDeath) {
  Truth run;
  run.drill.manifest.state = RunState::running;
  run.drill.manifest.ended_by = "the journal is damaged: record 7 at byte 99: the chain is broken";
  const Scorecard card = run.drill.judge();
  EXPECT_EQ(reason(card, "journal"), run.drill.manifest.ended_by);
  EXPECT_EQ(card.decision, DecisionState::not_proven);
}

TEST(TruthLeftovers, WhatWasTakenBackLaterInTheRunHasASignalOfItsOwn) {
  Truth truth(0, -1);
  truth.drill.fault_event(truth.injections[2], FaultState::leftover, 176, "the process is stopped");
  EXPECT_EQ(reason(truth.drill.judge(), "undone late"), "");
  EXPECT_NE(reason(truth.drill.judge(), "leftover"), "");
  truth.drill.fault_event(truth.injections[2], FaultState::clean, 180);
  const Scorecard card = truth.drill.judge();
  EXPECT_NE(reason(card, "undone late").find("taken back later in the run"), std::string::npos) << reason(card, "undone late");
  EXPECT_EQ(reason(card, "leftover"), "");
}

}  // namespace
}  // namespace shakedown
