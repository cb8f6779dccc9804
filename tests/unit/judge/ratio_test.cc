// availability and error_ratio of a window against exact published vectors (slo-and-scorecards 2, Clopper-Pearson).
#include <cmath>

#include <gtest/gtest.h>

#include "controller/judge/conclude.h"
#include "controller/measure/bounds/intervals.h"
#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::Drill;

// 10 000 requests in 100 s, with `bad` failures spread evenly.
Drill spread_failures(uint64_t bad, double objective = 0.999) {
  Drill drill;
  drill.require("AV-1", AvailabilitySli{}, Comparison::at_least, objective);
  const StageId stage = drill.run(drill.add_phase("steady", 100, 100), 0);
  for (uint64_t s = 0; s < 100; ++s) {
    const uint64_t here = bad * (s + 1) / 100 - bad * s / 100;
    drill.load(stage, static_cast<int64_t>(s), static_cast<int64_t>(s) + 1, 100 - here, here);
  }
  return drill;
}

TEST(Availability, FiveInTenThousandLooksGreenButIsNotProven) {
  const Verdict v = spread_failures(5).verdict();
  EXPECT_EQ(v.state, VerdictState::not_proven);
  EXPECT_NEAR(*v.measured.value, 0.9995, 1e-12);
  EXPECT_NEAR(*v.measured.lower, 1 - 0.001051, 1e-6);
  EXPECT_NEAR(*v.supportable, 1 - 0.001051, 1e-6);
  EXPECT_NE(v.needed.find("more samples"), std::string::npos) << v.needed;
}

TEST(Availability, TheReasonSaysWhatWasNotGood) {
  Drill drill = spread_failures(0);
  EXPECT_EQ(drill.verdict().reason.find("Not good"), std::string::npos);
  drill.outcome(StageId(0), 50, Outcome::timeout, 3);
  drill.outcome(StageId(0), 51, Outcome::failed, 94);
  const std::string reason = drill.verdict().reason;
  EXPECT_NE(reason.find("Not good: 94 answered otherwise than expected, 3 without an answer in time."), std::string::npos)
      << reason;
}

TEST(Availability, FifteenInTenThousandIsNotDisproven) {
  const Verdict v = spread_failures(15).verdict();
  EXPECT_EQ(v.state, VerdictState::not_proven);
  EXPECT_NEAR(*v.measured.upper, 1 - 0.000925, 1e-6);
  EXPECT_NE(v.needed.find("more will not help"), std::string::npos) << v.needed;
}

TEST(Availability, TwentyInTenThousandIsRed) {
  const Verdict v = spread_failures(20).verdict();
  EXPECT_EQ(v.state, VerdictState::fail);
  EXPECT_NEAR(*v.measured.upper, 1 - 0.001326, 1e-6);
  EXPECT_TRUE(v.needed.empty());
  EXPECT_TRUE(v.untouched);
}

TEST(Availability, NoFailureInTenThousandPasses) {
  const Verdict v = spread_failures(0).verdict();
  EXPECT_EQ(v.state, VerdictState::pass);
  EXPECT_FALSE(v.at_risk);
  EXPECT_EQ(v.measured.samples, 10000U);
  EXPECT_NE(v.reason.find("in this window under this load"), std::string::npos) << v.reason;
}

TEST(Availability, ThreeThousandCleanRequestsAreTheFewestForThreeNines) {
  // chaos-and-dr 10.2: 2995 clean trials at 95 %.
  for (const auto& [n, expected] : {std::pair{2994, VerdictState::not_proven}, std::pair{2995, VerdictState::pass}}) {
    Drill drill;
    drill.require("AV-1", AvailabilitySli{}, Comparison::at_least, 0.999);
    const StageId stage = drill.run(drill.add_phase("steady", 1, 0), 0);
    drill.load(stage, 0, 1, static_cast<uint64_t>(n));
    const Verdict v = drill.verdict();
    EXPECT_EQ(v.state, expected) << n << ": " << v.reason;
    EXPECT_EQ(v.at_risk, v.state == VerdictState::pass);
  }
}

TEST(Availability, NeededSamplesAreEnoughWhenTheyCome) {
  const Verdict v = spread_failures(5).verdict();
  const double more = std::stod(v.needed.substr(v.needed.find("about ") + 6));
  const double share = 5.0 / 10000;
  EXPECT_GT(more, 0);
  EXPECT_LE(clopper_pearson((10000 + more) * share, 10000 + more, 0.95).upper, 0.001);
  EXPECT_GT(clopper_pearson((10000 + 0.95 * more) * share, 10000 + 0.95 * more, 0.95).upper, 0.001);
}

TEST(Availability, UnfinishedIsBadForAPassAndGoodForAFail) {
  Drill pass = spread_failures(0);
  pass.outcome(StageId(0), 50, Outcome::unfinished, 20);
  EXPECT_EQ(pass.verdict().state, VerdictState::not_proven);
  Drill fail = spread_failures(0);
  fail.outcome(StageId(0), 50, Outcome::unfinished, 5000);
  EXPECT_EQ(fail.verdict().state, VerdictState::not_proven) << fail.verdict().reason;
}

TEST(Availability, EveryBadOutcomeCounts) {
  for (const Outcome o : {Outcome::failed, Outcome::refused, Outcome::reset, Outcome::timeout, Outcome::dropped_by_target}) {
    Drill drill = spread_failures(0);
    for (int64_t s = 0; s < 100; ++s) drill.outcome(StageId(0), s, o, 1);
    EXPECT_EQ(drill.verdict().state, VerdictState::fail) << to_string(o);
  }
}

TEST(Availability, BurstsWidenTheBounds) {
  Drill spread = spread_failures(60, 0.99);
  ASSERT_EQ(spread.verdict().state, VerdictState::pass);
  Drill burst;
  burst.require("AV-1", AvailabilitySli{}, Comparison::at_least, 0.99);
  const StageId stage = burst.run(burst.add_phase("steady", 100, 100), 0);
  burst.load(stage, 0, 30, 100).load(stage, 30, 31, 40, 60).load(stage, 31, 100, 100);
  const Verdict v = burst.verdict();
  EXPECT_EQ(v.state, VerdictState::not_proven) << v.reason;
  EXPECT_LT(*v.measured.lower, 0.99);
  EXPECT_NE(v.reason.find("bursts"), std::string::npos) << v.reason;
}

TEST(Availability, NoRequestIsUnknown) {
  Drill drill;
  drill.require("AV-1", AvailabilitySli{}, Comparison::at_least, 0.9);
  drill.run(drill.add_phase("steady", 10, 0), 0);
  EXPECT_EQ(drill.verdict().state, VerdictState::unknown);
  EXPECT_FALSE(drill.verdict().measured.value.has_value());
}

TEST(ErrorRatio, WholeScopeMirrorsAvailability) {
  for (const auto& [bad, expected] : {std::pair{0, VerdictState::pass}, std::pair{5, VerdictState::not_proven},
                                      std::pair{15, VerdictState::not_proven}, std::pair{20, VerdictState::fail}}) {
    Drill drill = spread_failures(static_cast<uint64_t>(bad));
    drill.requirement(0).sli = ErrorRatioSli{};
    drill.requirement(0).objective = {Comparison::at_most, 0.001, ""};
    EXPECT_EQ(drill.verdict().state, expected) << bad;
  }
  Drill none;
  none.require("ER", ErrorRatioSli{}, Comparison::at_most, 0.5);
  EXPECT_EQ(none.verdict().state, VerdictState::unknown);
}

Drill windowed(uint64_t bad_per_second_at_50) {
  Drill drill;
  ErrorRatioSli sli;
  sli.over = std::chrono::seconds(5);
  drill.require("ER-1", sli, Comparison::at_most, 0.05);
  const StageId stage = drill.run(drill.add_phase("steady", 100, 200), 0);
  drill.load(stage, 0, 50, 200).load(stage, 50, 55, 200 - bad_per_second_at_50, bad_per_second_at_50);
  drill.load(stage, 55, 100, 200);
  return drill;
}

TEST(ErrorRatio, TheWorstWindowCounts) {
  EXPECT_EQ(windowed(0).verdict().state, VerdictState::pass);
  EXPECT_EQ(windowed(9).verdict().state, VerdictState::not_proven);  // 4.5 % of 1000
  const Verdict v = windowed(40).verdict();
  EXPECT_EQ(v.state, VerdictState::fail);
  EXPECT_NEAR(*v.measured.value, 0.2, 1e-12);
  EXPECT_EQ(v.measured.samples, 1000U);
  EXPECT_NE(v.reason.find("from second 50"), std::string::npos) << v.reason;
}

TEST(ErrorRatio, ManyWindowsAreNotFailedByChance) {
  // 13 in 1000 alone disproves 0.5 % at 95 %, but not as the worst of 96 windows.
  Drill drill;
  ErrorRatioSli sli;
  sli.over = std::chrono::seconds(5);
  drill.require("ER-1", sli, Comparison::at_most, 0.005);
  const StageId stage = drill.run(drill.add_phase("steady", 100, 200), 0);
  drill.load(stage, 0, 50, 200).load(stage, 50, 52, 194, 6).load(stage, 52, 100, 200);
  EXPECT_GT(clopper_pearson(12, 1000, 0.95).lower, 0.005);
  EXPECT_EQ(drill.verdict().state, VerdictState::not_proven);
}

TEST(ErrorRatio, NoCompleteWindowIsUnknown) {
  Drill drill;
  ErrorRatioSli sli;
  sli.over = std::chrono::seconds(30);
  drill.require("ER-1", sli, Comparison::at_most, 0.5);
  const StageId stage = drill.run(drill.add_phase("steady", 10, 10), 0);
  drill.load(stage, 0, 10, 10);
  EXPECT_EQ(drill.verdict().state, VerdictState::unknown);
}

TEST(Boundaries, EqualityClearsAndTheNextNumberDoesNot) {
  const double up = std::nextafter(0.5, 1), down = std::nextafter(0.5, 0);
  const Objective most{Comparison::at_most, 0.5, ""}, least{Comparison::at_least, 0.5, ""};
  EXPECT_EQ(judging::compare(most, 0, 0.5), VerdictState::pass);
  EXPECT_EQ(judging::compare(most, 0, up), VerdictState::not_proven);
  EXPECT_EQ(judging::compare(most, 0.5, 1), VerdictState::not_proven);
  EXPECT_EQ(judging::compare(most, up, 1), VerdictState::fail);
  EXPECT_EQ(judging::compare(least, 0.5, 1), VerdictState::pass);
  EXPECT_EQ(judging::compare(least, down, 1), VerdictState::not_proven);
  EXPECT_EQ(judging::compare(least, 0, 0.5), VerdictState::not_proven);
  EXPECT_EQ(judging::compare(least, 0, down), VerdictState::fail);
}

TEST(Boundaries, AtRiskBeginsAtTenPercentOfTheLimit) {
  const Objective rto{Comparison::at_most, 5, ""};
  EXPECT_FALSE(judging::at_risk(rto, Unit::seconds, 0, 4.5));
  EXPECT_TRUE(judging::at_risk(rto, Unit::seconds, 0, 4.51));
  const Objective zero{Comparison::at_most, 0, ""};
  EXPECT_FALSE(judging::at_risk(zero, Unit::writes, 0, 0));
  const Objective nines{Comparison::at_least, 0.999, ""};
  EXPECT_FALSE(judging::at_risk(nines, Unit::ratio, 0.9992, 1));
  EXPECT_TRUE(judging::at_risk(nines, Unit::ratio, 0.99905, 1));
  const Objective rate{Comparison::at_least, 500, ""};
  EXPECT_TRUE(judging::at_risk(rate, Unit::per_second, 549, 600));
  EXPECT_FALSE(judging::at_risk(rate, Unit::per_second, 551, 600));
}

}  // namespace
}  // namespace shakedown
