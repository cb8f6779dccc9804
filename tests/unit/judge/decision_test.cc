// GO, NO-GO and NOT PROVEN from rows that are given, and what the decision covers.
#include "controller/judge/decision.h"

#include <gtest/gtest.h>

#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

ScoredRequirement row(VerdictState state, bool must = true, Area area = Area::availability) {
  ScoredRequirement out;
  out.requirement.must = must;
  out.requirement.area = area;
  out.verdict.state = state;
  return out;
}

Scorecard card(std::vector<ScoredRequirement> rows) {
  Scorecard out;
  out.requirements = std::move(rows);
  out.valid = true;
  out.manifest.state = RunState::completed;
  return out;
}

constexpr auto kPass = VerdictState::pass, kFail = VerdictState::fail, kOpen = VerdictState::not_proven,
               kUnknown = VerdictState::unknown;

TEST(Decision, GoNeedsAtLeastOneMustAndAllPass) {
  EXPECT_EQ(judging::decide(card({row(kPass)})), DecisionState::go);
  EXPECT_EQ(judging::decide(card({row(kPass), row(kOpen)})), DecisionState::not_proven);
  EXPECT_EQ(judging::decide(card({row(kPass), row(kUnknown)})), DecisionState::not_proven);
  EXPECT_EQ(judging::decide(card({})), DecisionState::not_proven);
  EXPECT_EQ(judging::decide(card({row(kPass, false)})), DecisionState::not_proven);
}

TEST(Decision, OnlyMustRowsDecide) {
  EXPECT_EQ(judging::decide(card({row(kPass), row(kFail, false)})), DecisionState::go);
  EXPECT_EQ(judging::decide(card({row(kPass), row(kUnknown, false)})), DecisionState::go);
}

TEST(Decision, OneFailOutweighsAnyNumberOfPasses) {
  std::vector<ScoredRequirement> rows(99, row(kPass));
  rows.push_back(row(kFail));
  EXPECT_EQ(judging::decide(card(rows)), DecisionState::no_go);
}

TEST(Decision, AFailDecidesAnInvalidOrAbortedRunOnlyOnUntouchedEvidence) {
  for (const RunState state : {RunState::aborted, RunState::stopped, RunState::interrupted, RunState::completed}) {
    Scorecard failed = card({row(kFail)});
    failed.valid = false;
    failed.manifest.state = state;
    EXPECT_EQ(judging::decide(failed), DecisionState::no_go);
    failed.requirements[0].verdict.untouched = false;
    EXPECT_EQ(judging::decide(failed), DecisionState::not_proven);
  }
}

TEST(Decision, NoGoOnlyForCompletedValidRunsWithoutLeftovers) {
  for (const RunState state : {RunState::aborted, RunState::stopped, RunState::interrupted, RunState::running}) {
    Scorecard passed = card({row(kPass)});
    passed.manifest.state = state;
    EXPECT_EQ(judging::decide(passed), DecisionState::not_proven) << to_string(state);
  }
  Scorecard invalid = card({row(kPass)});
  invalid.valid = false;
  EXPECT_EQ(judging::decide(invalid), DecisionState::not_proven);
  Scorecard leftover = card({row(kPass)});
  leftover.reasons.push_back({Signal::leftover, "a stopped process", true});
  EXPECT_EQ(judging::decide(leftover), DecisionState::not_proven);
}

TEST(Decision, ARejudgedRunIsAtMostNotProven) {
  Scorecard other = card({row(kPass)});
  other.manifest.rejudged_from = "abc";
  EXPECT_EQ(judging::decide(other), DecisionState::not_proven);
  other.requirements.push_back(row(kFail));
  EXPECT_EQ(judging::decide(other), DecisionState::no_go);
}

TEST(Decision, CoversAreasWithADecidedMustRow) {
  EXPECT_EQ(judging::covers(card({row(kPass), row(kFail, true, Area::performance), row(kOpen, true, Area::security),
                                  row(kPass, false, Area::reliability)})),
            "2 of 11 areas");
  EXPECT_EQ(judging::covers(card({})), "0 of 11 areas");
}

TEST(Areas, WorstMustRowCountsAndUndeclaredIsSaid) {
  const auto areas = judging::summarize_areas({row(kPass), row(kFail, false), row(kOpen, true, Area::performance),
                                               row(kUnknown, true, Area::performance), row(kFail, false, Area::security)});
  ASSERT_EQ(areas.size(), 11U);
  EXPECT_EQ(areas[0].worst, kPass);
  EXPECT_EQ(areas[0].fail, 1U);
  EXPECT_EQ(areas[1].worst, kUnknown);
  EXPECT_EQ(areas[7].worst, kFail);  // no must row there: all rows count
  EXPECT_FALSE(areas[2].declared);
}

TEST(Areas, WhatSomebodyVouchesForIsCountedApart) {
  ScoredRequirement vouched = row(kPass), expired = row(kFail);
  vouched.requirement.sli = expired.requirement.sli = AttestedSli{};
  const auto areas = judging::summarize_areas({vouched, row(kPass), expired});
  EXPECT_EQ(areas[0].pass, 2U);
  EXPECT_EQ(areas[0].vouched, 1U);
}

TEST(Decision, LaunchIsCountedInCalendarDays) {
  testing::Drill drill;
  drill.scenario.launch = "2026-12-15";
  drill.manifest.finished = parse_wall("2026-11-22T23:59:00Z").value();
  EXPECT_EQ(drill.judge().launch_in_days, 23);
  drill.manifest.finished = parse_wall("2026-12-16T00:01:00Z").value();
  EXPECT_EQ(drill.judge().launch_in_days, -1);
  drill.scenario.launch = "";
  EXPECT_FALSE(drill.judge().launch_in_days.has_value());
}

TEST(Decision, OwnerFallsBackToTheScenarios) {
  testing::Drill drill;
  drill.require("A", AvailabilitySli{}, Comparison::at_least, 0.9);
  drill.require("B", AvailabilitySli{}, Comparison::at_least, 0.9);
  drill.requirement(1).owner = "sam";
  EXPECT_EQ(drill.judge().requirements[0].requirement.owner, "payments");
  EXPECT_EQ(drill.judge().requirements[1].requirement.owner, "sam");
}

}  // namespace
}  // namespace shakedown
