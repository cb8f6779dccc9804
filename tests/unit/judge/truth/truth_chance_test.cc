// Of many rows at their limits some fail by chance: only what chance does not explain makes a NO-GO.
#include <gtest/gtest.h>

#include <algorithm>

#include "controller/judge/chance.h"
#include "controller/judge/decision.h"
#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using judging::Chances;
using testing::Drill;

// 100 s of 100/s with so many bad answers, spread evenly, and `rows` times the same promise of 99 %.
Scorecard same_promise(uint64_t bad, int rows, double confidence = 0.95) {
  Drill drill;
  for (int i = 0; i < rows; ++i) {
    drill.require("AV-" + std::to_string(i), AvailabilitySli{}, Comparison::at_least, 0.99);
    drill.requirement(static_cast<std::size_t>(i)).confidence = confidence;
  }
  const StageId stage = drill.run(drill.add_phase("steady", 100, 100), 0);
  for (uint64_t s = 0; s < 100; ++s) {
    const uint64_t here = bad * (s + 1) / 100 - bad * s / 100;
    drill.load(stage, static_cast<int64_t>(s), static_cast<int64_t>(s) + 1, 100 - here, here);
  }
  return drill.judge();
}

bool told(const Scorecard& card) {
  return std::any_of(card.reasons.begin(), card.reasons.end(),
                     [](const ValidityReason& r) { return r.signal == Signal::many_rows; });
}

TEST(TruthChance, ANarrowFailDecidesAloneAndNotAmongForty) {
  // 120 bad of 10 000 where 100 are promised: fails at 95 % by a little (binomial tail 2.6 %).
  EXPECT_EQ(same_promise(120, 1).decision, DecisionState::no_go);
  EXPECT_FALSE(told(same_promise(120, 1)));
  Drill drill;
  for (int i = 0; i < 40; ++i)
    drill.require("AV-" + std::to_string(i), AvailabilitySli{}, Comparison::at_least, i == 0 ? 0.99 : 0.9);
  const StageId stage = drill.run(drill.add_phase("steady", 100, 100), 0);
  for (int64_t s = 0; s < 100; ++s) drill.load(stage, s, s + 1, s % 5 == 0 ? 98 : 99, s % 5 == 0 ? 2 : 1);
  const Scorecard card = drill.judge();
  EXPECT_EQ(card.requirements[0].verdict.state, VerdictState::fail) << "the row's own verdict stays";
  EXPECT_EQ(card.decision, DecisionState::not_proven);
  EXPECT_TRUE(told(card)) << testing::all_text(card);
}

TEST(TruthChance, AFailBeyondChanceDecidesWhateverTheNumberOfRows) {
  const Scorecard card = same_promise(200, 100);
  EXPECT_EQ(card.decision, DecisionState::no_go);
  EXPECT_FALSE(told(card));
}

TEST(TruthChance, TheChanceOfAFailIsThatOfItsOwnBound) {
  Drill drill;
  drill.require("AV-1", AvailabilitySli{}, Comparison::at_least, 0.99);
  const StageId stage = drill.run(drill.add_phase("steady", 100, 100), 0);
  for (int64_t s = 0; s < 100; ++s) drill.load(stage, s, s + 1, s % 5 == 0 ? 98 : 99, s % 5 == 0 ? 2 : 1);
  const Timeline timeline = drill.timeline();
  const judging::Evidence evidence = judging::collect(drill.scenario, timeline, drill.manifest);
  // P(X >= 120) for X binomial(10 000, 1 %) = 0.0275.
  EXPECT_NEAR(judging::chance_of_fail(drill.requirement(0), evidence), 0.0275, 0.002);
}

TEST(TruthChance, AFailThatRestsOnNoChanceAlwaysDecides) {
  Scorecard card;
  card.requirements.resize(3);
  for (ScoredRequirement& r : card.requirements) r.verdict.state = VerdictState::fail;
  const Chances narrow{0.04, 0.04, 0.04};
  EXPECT_EQ(judging::decide(card, narrow), DecisionState::not_proven);
  EXPECT_EQ(judging::why_fails_do_not_decide(card, narrow),
            "3 of 3 requirements fail, each so narrowly that chance alone may do that to one of so many; that is no NO-GO yet, "
            "so measure them longer");
  Scorecard one = card;
  one.requirements[0].verdict.state = one.requirements[2].verdict.state = VerdictState::pass;
  EXPECT_EQ(judging::why_fails_do_not_decide(one, {1.0, 0.04, 1.0}),
            "1 of 3 requirements fails, each so narrowly that chance alone may do that to one of so many; that is no NO-GO yet, "
            "so measure it longer");
  EXPECT_EQ(judging::decide(card, {0.04, std::nullopt, 0.04}), DecisionState::no_go) << "an RTO, a check, a count";
  EXPECT_EQ(judging::decide(card, {0.04, 0.0009, 0.04}), DecisionState::no_go);
  EXPECT_EQ(judging::decide(card, {0.04, 0.016, 0.04}), DecisionState::no_go) << "0.016 < 0.05 / 3";
}

TEST(TruthChance, HolmStepsDown) {
  EXPECT_EQ(judging::holm({0.01, 0.04, 0.03, 0.005}, 0.05), (std::vector<bool>{true, false, false, true}));
  EXPECT_EQ(judging::holm({std::nullopt, 0.04}, 0.05), (std::vector<bool>{false, true}));
  EXPECT_EQ(judging::holm({}, 0.05), std::vector<bool>{});
}

TEST(TruthChance, WhatHasNoBoundHasNoChance) {
  Requirement row;
  row.sli = RtoSli{};
  EXPECT_FALSE(judging::rests_on_chance(row, {}));
  row.sli = RtoSli{.share = Share{0.9}};
  EXPECT_TRUE(judging::rests_on_chance(row, {}));
  for (const Sli& sli :
       {Sli(CheckSli{}), Sli(RpoSli{}), Sli(ImpactSli{{}, ImpactUnit::lost_writes}), Sli(OutagesSli{}), Sli(AttestedSli{})}) {
    row.sli = sli;
    EXPECT_FALSE(judging::rests_on_chance(row, {})) << kind_name(sli);
  }
  for (const Sli& sli : {Sli(MtbfSli{}), Sli(MtbrSli{}), Sli(ImpactSli{})}) {  // requests: held against those of quiet time
    row.sli = sli;
    EXPECT_TRUE(judging::rests_on_chance(row, {})) << kind_name(sli);
  }
}

}  // namespace
}  // namespace shakedown
