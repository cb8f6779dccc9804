// What the load did meanwhile: rows tell nothing that only its course explains.
#include <gtest/gtest.h>

#include "controller/judge/capacity/tested.h"
#include "controller/judge/capacity/transient.h"
#include "controller/judge/evidence.h"
#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::Drill;

// Each answer takes longer the more are asked for, and no longer at the end than at the beginning at the same load.
Verdict degradation_from(double from, double to) {
  Drill drill;
  const PhaseId phase = drill.add_phase("soak", 40, from);
  std::get<OpenLoad>(drill.scenario.phases[phase.value].load->kind).shape = RampRate{Rate{from}, Rate{to}};
  const StageId stage = drill.run(phase, 0);
  for (int64_t s = 0; s < 40; ++s) {
    const double rate = from + (to - from) * (static_cast<double>(s) + 0.5) / 40;
    drill.load(stage, s, s + 1, static_cast<uint64_t>(rate + (s % 2 == 0 ? 0.25 : 0.75)), 0, 0.002 * rate);
  }
  DegradationSli sli;
  sli.per = std::chrono::seconds(40);
  drill.require("DG", sli, Comparison::at_most, 0.05);
  return drill.verdict();
}

TEST(TruthLoadCourse, MoreLoadIsNoDegradation) {
  const Verdict rising = degradation_from(20, 80);
  EXPECT_EQ(rising.state, VerdictState::not_proven) << rising.reason;
  EXPECT_NE(rising.reason.find("The load rose meanwhile"), std::string::npos) << rising.reason;
  EXPECT_LT(rising.needed_seconds, 0) << "a longer drill like this would not show it";
  EXPECT_EQ(degradation_from(80, 20).state, VerdictState::not_proven) << "less load hides it";
}

// Answers grow longer with the age of a process, and a kill after every ten seconds begins anew.
Verdict saw(bool dropped_in_fault) {
  Drill drill;
  const PhaseId phase = drill.add_phase("soak", 120, 100);
  const FaultId kill = drill.add_kill("kill-it", phase);
  const StageId stage = drill.run(phase, 0);
  std::vector<std::pair<double, double>> outages;
  for (int64_t s = 0; s < 120; ++s) {
    const int64_t age = s % 12;
    if (age == 10) {
      const double at = static_cast<double>(s) + 0.2;
      drill.inject(kill, stage, at, at + 1.3);
      outages.emplace_back(at, at + 1.2);
    }
    if (age >= 10) {
      drill.load(stage, s, s + 1, 0, 90).outcome(stage, s, dropped_in_fault ? Outcome::dropped_by_us : Outcome::refused, 10, 0);
    } else {
      drill.load(stage, s, s + 1, 100, 0, 0.020 + 0.002 * static_cast<double>(age));
    }
  }
  drill.probe(0, 120, outages);
  DegradationSli sli;
  sli.per = std::chrono::seconds(10);
  drill.require("DG", sli, Comparison::at_most, 1);
  return drill.verdict();
}

TEST(TruthLoadCourse, ARestartInTheMiddleHidesWhatWearsOut) {
  const Verdict verdict = saw(false);
  EXPECT_EQ(verdict.state, VerdictState::not_proven) << verdict.reason;
  EXPECT_NE(verdict.reason.find("kill-it broke the service meanwhile"), std::string::npos) << verdict.reason;
}

TEST(TruthLoadCourse, WhatWeLostInAFaultIsNoLossOfTheTimeAroundIt) {
  const Verdict verdict = saw(true);
  EXPECT_NE(verdict.state, VerdictState::unknown) << verdict.reason;
}

// A rate within half a percent of the capacity is nearer to it than a search can tell.
TEST(TruthLoadCourse, AnswersThatHardlyGetLongerAreNoBacklog) {
  const auto growth = [](double slope) {
    Drill drill;
    const StageId stage = drill.level(drill.add_phase("cap", 100, 0), StageRole::window, 200, 0, 0, 0, 60);
    for (int64_t s = 0; s < 60; ++s) drill.load(stage, s, s + 1, 200, 0, 0.4 + slope * static_cast<double>(s));
    const Timeline timeline = drill.timeline();
    return judging::growth_of_backlog({stage}, 0.95, timeline);
  };
  EXPECT_FALSE(growth(0.001));
  EXPECT_TRUE(growth(0.05));
}

TEST(TruthLoadCourse, APeakTooShortToShowAnythingIsNoTestedRate) {
  Drill drill;
  const PhaseId steady = drill.add_phase("steady", 60, 200), peak = drill.add_phase("peak", 1, 400);
  drill.load(drill.run(steady, 0), 0, 60, 200).load(drill.run(peak, 60), 60, 61, 400).probe(0, 61);
  drill.require("PE", LatencySli{OperationId(0), 0.999, {}}, Comparison::at_most, 0.1);
  const Scorecard card = drill.judge();
  ASSERT_EQ(card.requirements[0].verdict.state, VerdictState::pass);
  EXPECT_EQ(card.requirements[0].tested_rate, 200);
}

// The one user waited for three of ten seconds, and made no other request meanwhile.
TEST(TruthLoadCourse, ASlowAnswerHoldsTheUserOfAClosedLoadBack) {
  Drill drill;
  const PhaseId phase = drill.add_phase("users", 10, 0);
  drill.scenario.phases[phase.value].load = Load{ClosedLoad{1, {}}, {{OperationId(0), 1}}, 0, {}};
  const StageId stage = drill.run(phase, 0);
  drill.load(stage, 0, 4, 177, 0, 0.0056).load(stage, 7, 10, 177, 0, 0.0056).outcome(stage, 4, Outcome::ok, 1, 3).probe(0, 10);
  drill.scenario.operations[0].timeout = std::chrono::seconds(5);
  drill.require("PE", LatencySli{OperationId(0), 0.99, {}}, Comparison::at_most, 0.2);
  drill.cell(stage, 4, OperationId(0)).over_limit = {1};
  const Verdict verdict = drill.verdict();
  EXPECT_EQ(verdict.state, VerdictState::unknown) << verdict.reason;
  EXPECT_NE(verdict.reason.find("waited for bad or slow requests"), std::string::npos) << verdict.reason;
}

TEST(TruthLoadCourse, ARateOfAnswersSaysThatSomeCameMuchLater) {
  Drill drill;
  const StageId stage = drill.run(drill.add_phase("steady", 20, 100), 0);
  drill.load(stage, 0, 20, 100).outcome(stage, 5, Outcome::ok, 5, 2.9).probe(0, 20);
  drill.scenario.operations[0].timeout = std::chrono::seconds(5);
  drill.require("TP", ThroughputSli{}, Comparison::at_least, 50);
  EXPECT_NE(drill.verdict().reason.find("some came up to 2.9"), std::string::npos) << drill.verdict().reason;
}

}  // namespace
}  // namespace shakedown
