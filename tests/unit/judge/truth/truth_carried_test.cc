// What a target carries is what it answers meanwhile, not what it is asked for.
#include <gtest/gtest.h>

#include "controller/judge/capacity/tested.h"
#include "controller/report/words/page_one.h"
#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::Drill;

// 100 a second; the answers to the first take `first` seconds, to those of each later second `longer` more.
Verdict answered(int64_t length, double first, double longer, double limit) {
  Drill drill;
  drill.scenario.operations[0].timeout = std::chrono::seconds(60);
  const StageId stage = drill.run(drill.add_phase("steady", static_cast<double>(length), 100), 0);
  for (int64_t s = 0; s < length; ++s) drill.load(stage, s, s + 1, 100, 0, first + longer * static_cast<double>(s));
  drill.require("TP", ThroughputSli{}, Comparison::at_least, limit);
  return drill.verdict();
}

TEST(TruthCarried, ABacklogThatGrowsIsNotCarried) {
  const Verdict verdict = answered(16, 0.5, 1, 90);
  EXPECT_EQ(verdict.state, VerdictState::fail) << verdict.reason;
  EXPECT_NEAR(*verdict.measured.value, 50, 5) << verdict.reason;
  EXPECT_LE(*verdict.measured.lower, 50) << verdict.reason;
  EXPECT_NE(verdict.reason.find("a second came"), std::string::npos) << verdict.reason;
  EXPECT_EQ(answered(16, 0.5, 1, 30).state, VerdictState::pass);
}

TEST(TruthCarried, AnswersThatAlwaysTakeLongAreCarried) {
  EXPECT_EQ(answered(40, 1.5, 0, 95).state, VerdictState::pass) << answered(40, 1.5, 0, 95).reason;
  EXPECT_EQ(answered(40, 0.005, 0, 99).state, VerdictState::pass);
}

TEST(TruthCarried, WhatCameAfterTheEndMakesNoPass) {
  Drill drill;
  drill.scenario.operations[0].timeout = std::chrono::seconds(60);
  const StageId stage = drill.run(drill.add_phase("steady", 20, 100), 0);
  drill.load(stage, 0, 14, 100).load(stage, 14, 20, 100, 0, 20);
  drill.require("TP", ThroughputSli{}, Comparison::at_least, 90);
  EXPECT_NE(drill.verdict().state, VerdictState::pass) << drill.verdict().reason;
}

TEST(TruthCarried, AStepWhoseAnswersComeLaterAndLaterIsOverloaded) {
  for (const int64_t length : {5, 20}) {
    Drill drill;
    const PhaseId phase = drill.add_phase("steps", 100, 10, false);
    drill.scenario.phases[phase.value].most_stages = 20;
    drill.scenario.step_series.push_back({phase, StepAxis::rate, {40, 60}});
    for (uint32_t i = 0; i < 2; ++i) {
      const StageId stage = drill.level(phase, StageRole::step, i == 0 ? 40 : 60, i, 0, i * 30, static_cast<double>(length));
      for (int64_t s = 0; s < length; ++s)
        drill.load(stage, i * 30 + s, i * 30 + s + 1, i == 0 ? 40 : 60, 0, 0.02 + (i == 0 ? 0 : 0.2 * static_cast<double>(s)));
    }
    const ScoredScaling found = drill.judge().scalings.at(0);
    EXPECT_EQ(found.levels.at(0).left_out, "") << length;
    EXPECT_EQ(found.levels.at(1).left_out.substr(0, 10), "overloaded") << length;
  }
}

TEST(TruthCarried, HalfOfALoadThatFailedIsNoTestedLoad) {
  Drill drill;
  const StageId stage = drill.run(drill.add_phase("steady", 20, 100), 0);
  drill.load(stage, 0, 20, 50, 50).probe(0, 20);
  drill.require("TP", ThroughputSli{}, Comparison::at_least, 40);
  const Scorecard card = drill.judge();
  ASSERT_EQ(card.requirements[0].verdict.state, VerdictState::pass);
  EXPECT_LE(card.requirements[0].tested_rate.value_or(0), 50);
  std::string told;
  for (const std::string& s : report::tldr_words(card)) told += s + "\n";
  EXPECT_NE(told.find("No promise covers"), std::string::npos) << told;
}

// Ten users, each answered in 300 ms where 50 ms are promised: 33 a second.
Verdict asked_slowly(OperationId promised, double quantile, std::vector<PhaseId> phases) {
  Drill drill;
  const PhaseId phase = drill.add_phase("users", 12, 0);
  drill.add_phase("another", 12, 0);
  drill.scenario.phases[phase.value].load = Load{ClosedLoad{10, {}}, {{OperationId(0), 1}}, 0, {}};
  const StageId stage = drill.run(phase, 0);
  drill.load(stage, 0, 12, 33, 0, 0.3).probe(0, 12);
  drill.require("TP", ThroughputSli{}, Comparison::at_least, 50);
  drill.require("PE", LatencySli{promised, quantile, {phases, {}}}, Comparison::at_most, 0.05);
  return drill.verdict();
}

TEST(TruthCarried, APromiseForAllOperationsIsOneForTheOnlyOne) {
  EXPECT_EQ(asked_slowly(OperationId(0), 0.9, {}).state, VerdictState::fail);
  EXPECT_EQ(asked_slowly(OperationId(), 0.9, {}).state, VerdictState::fail) << asked_slowly(OperationId(), 0.9, {}).reason;
  EXPECT_EQ(asked_slowly(OperationId(), 0.1, {}).state, VerdictState::not_proven) << "nearly all may take their timeout";
  EXPECT_EQ(asked_slowly(OperationId(0), 0.9, {PhaseId(1)}).state, VerdictState::not_proven) << "it is promised elsewhere";
}

}  // namespace
}  // namespace shakedown
