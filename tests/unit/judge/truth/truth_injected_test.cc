// A declared fault that was not injected never leaves a GO.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::Drill;

struct TruthInjected : ::testing::Test {
  Drill drill;
  StageId stage;
  FaultId fault;
  void SetUp() override {
    const PhaseId phase = drill.add_phase("crash", 60, 100);
    fault = drill.add_kill("kill-it", phase);
    drill.require("A", AvailabilitySli{}, Comparison::at_least, 0.9);
    stage = drill.run(phase, 0);
    drill.load(stage, 0, 60, 100).probe(0, 60);
  }
  static std::string reason(const Scorecard& card) {
    for (const ValidityReason& one : card.reasons) {
      if (one.signal == Signal::not_injected) return one.text;
    }
    return "";
  }
};

TEST_F(TruthInjected, ARefusedFaultIsAtMostNotProven) {
  const InjectionId id(0);
  FaultEvent refused;
  refused.injection = id;
  refused.fault = fault;
  refused.stage = stage;
  refused.state = FaultState::failed;
  refused.detail = "not injected: process 1 is the init process";
  drill.add(refused);
  const Scorecard card = drill.judge();
  EXPECT_EQ(card.requirements[0].verdict.state, VerdictState::pass) << "what was measured stands";
  EXPECT_EQ(card.decision, DecisionState::not_proven);
  EXPECT_EQ(exit_code(card), 2);
  EXPECT_EQ(reason(card), "fault kill-it took effect 0 of 1 times: not injected: process 1 is the init process");
}

TEST_F(TruthInjected, AFaultThatWasNeverHeardOfIsAtMostNotProven) {
  const Scorecard card = drill.judge();
  EXPECT_EQ(card.decision, DecisionState::not_proven);
  EXPECT_EQ(reason(card), "fault kill-it took effect 0 of 1 times");
}

TEST_F(TruthInjected, AFaultThatDidNotBiteIsAtMostNotProven) {
  drill.inject_without_effect(fault, stage, 10, 12);
  EXPECT_EQ(drill.judge().decision, DecisionState::not_proven);
}

TEST_F(TruthInjected, AnInjectedOneLeavesTheGo) {
  drill.inject(fault, stage, 10, 12);
  const Scorecard card = drill.judge();
  EXPECT_EQ(reason(card), "");
  EXPECT_EQ(card.decision, DecisionState::go);
}

TEST_F(TruthInjected, ARunThatEndedEarlyGivesItsOwnReason) {
  drill.manifest.state = RunState::interrupted;
  const Scorecard card = drill.judge();
  EXPECT_EQ(reason(card), "");
  EXPECT_EQ(exit_code(card), 3);
}

}  // namespace
}  // namespace shakedown
