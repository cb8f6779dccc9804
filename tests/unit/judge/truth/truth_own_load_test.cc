// What our own search, series or warm-up breaks is no outage of the service's own making.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::Drill;

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

void promise_outages(Drill& drill) {
  drill.require("OU", OutagesSli{{ProbeId(0)}}, Comparison::at_most, 0);
  drill.require("MB", MtbfSli{{ProbeId(0)}}, Comparison::at_least, 10);
  drill.require("MR", MtbrSli{{ProbeId(0)}}, Comparison::at_least, 10);
  drill.require("MT", MttrSli{{ProbeId(0)}, FaultId(), RepairStatistic::mean}, Comparison::at_most, 1);
  drill.require("UP", UptimeSli{{ProbeId(0)}, std::chrono::hours(720)}, Comparison::at_least, 0.99);
}

// 80/s and 160/s hold, 320/s breaks it until 1.5 s after the step; then 60 s at 50/s.
Drill searched(double down_from, double down_to) {
  Drill drill;
  const PhaseId cap = drill.add_phase("cap", 30, 100);
  Search search;
  search.phase = cap;
  drill.scenario.searches.push_back(search);
  const PhaseId steady = drill.add_phase("steady", 60, 50);
  for (uint32_t i = 0; i < 3; ++i) drill.level(cap, StageRole::window, 80 << i, i, 0, 10.0 * i, 8);
  drill.run(steady, 32);
  drill.probe(0, 92, {{down_from, down_to}});
  promise_outages(drill);
  return drill;
}

TEST(TruthOwnLoad, WhatASearchBreaksIsNoSpontaneousOutage) {
  const Scorecard card = searched(22, 29.5).judge();
  EXPECT_EQ(card.requirements[0].verdict.state, VerdictState::pass) << card.requirements[0].verdict.reason;
  EXPECT_TRUE(says(card.requirements[0].verdict.reason, "1 more began in searches")) << card.requirements[0].verdict.reason;
  EXPECT_EQ(card.requirements[1].verdict.state, VerdictState::pass) << card.requirements[1].verdict.reason;
  EXPECT_EQ(card.requirements[1].verdict.measured.samples, 0U);
  EXPECT_EQ(card.requirements[2].verdict.measured.samples, 0U);
  EXPECT_EQ(card.requirements[3].verdict.state, VerdictState::unknown) << card.requirements[3].verdict.reason;
  EXPECT_EQ(card.requirements[4].verdict.measured.value, 1) << card.requirements[4].verdict.reason;
  ASSERT_EQ(card.outages.size(), 1U);
  EXPECT_EQ(card.outages[0].cause, "search cap at 320/s");
  EXPECT_FALSE(says(testing::all_text(card), "unprovoked"));
}

TEST(TruthOwnLoad, TheTimeOfASearchIsNoTimeOutsideDrills) {
  const Scorecard card = searched(22, 23).judge();
  EXPECT_TRUE(says(card.requirements[1].verdict.reason, "in 59.9 s outside drills")) << card.requirements[1].verdict.reason;
}

TEST(TruthOwnLoad, AnOutageOfThePhaseAfterASearchCounts) {
  const Scorecard card = searched(50, 53).judge();
  EXPECT_EQ(card.requirements[0].verdict.state, VerdictState::fail) << card.requirements[0].verdict.reason;
  EXPECT_EQ(card.outages.at(0).cause, "spontaneous");
}

TEST(TruthOwnLoad, WhatAStepOfASeriesBreaksIsNoSpontaneousOutage) {
  Drill drill;
  const PhaseId grow = drill.add_phase("grow", 20, 100);
  StepSeries series;
  series.phase = grow;
  series.levels = {4, 8};
  drill.scenario.step_series.push_back(series);
  for (uint32_t i = 0; i < 2; ++i) drill.level(grow, StageRole::step, 4 << i, i, 0, 10.0 * i, 10);
  drill.run(drill.add_phase("steady", 60, 50), 20);
  drill.probe(0, 80, {{12, 15}});
  promise_outages(drill);
  const Scorecard card = drill.judge();
  EXPECT_EQ(card.requirements[0].verdict.state, VerdictState::pass) << card.requirements[0].verdict.reason;
  EXPECT_EQ(card.outages.at(0).cause, "steps grow at 8 users");
}

// Warm-up for 20 s, then 60 s that are measured.
Drill warmed(double down_from, double down_to) {
  Drill drill;
  drill.run(drill.add_phase("warm-up", 20, 50, false), 0);
  drill.run(drill.add_phase("steady", 60, 50), 20);
  drill.probe(0, 80, {{down_from, down_to}});
  promise_outages(drill);
  return drill;
}

TEST(TruthOwnLoad, AnOutageInAnUnmeasuredPhaseIsNoFailure) {
  const Scorecard card = warmed(12, 15).judge();
  EXPECT_EQ(card.requirements[0].verdict.state, VerdictState::pass) << card.requirements[0].verdict.reason;
  EXPECT_EQ(card.requirements[1].verdict.state, VerdictState::pass) << card.requirements[1].verdict.reason;
  EXPECT_EQ(card.outages.at(0).cause, "phase warm-up, not measured");
}

TEST(TruthOwnLoad, AnOutageThatReachesFromAnUnmeasuredPhaseIntoAMeasuredOneIsNoPass) {
  Drill drill = warmed(12, 30);
  drill.requirement(1).objective.limit = 15;
  const Scorecard card = drill.judge();
  EXPECT_EQ(card.requirements[0].verdict.state, VerdictState::not_proven) << card.requirements[0].verdict.reason;
  EXPECT_EQ(card.requirements[1].verdict.state, VerdictState::not_proven) << card.requirements[1].verdict.reason;
  Drill without = warmed(12, 15);
  without.requirement(1).objective.limit = 15;
  EXPECT_EQ(without.verdict(1).state, VerdictState::pass) << without.verdict(1).reason;
}

}  // namespace
}  // namespace shakedown
