// latency {operation, quantile}: all arrivals count, exact counters decide, censored values say so.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::Drill;

LatencySli p99(OperationId operation = OperationId(0)) {
  LatencySli sli;
  sli.operation = operation;
  return sli;
}

// 100 s of 100/s, `slow` of all arrivals at 30 ms (spread evenly), the rest at 5 ms; limit 20 ms.
Drill slow_answers(uint64_t slow) {
  Drill drill;
  drill.require("PE-1", p99(), Comparison::at_most, 0.020);
  const StageId stage = drill.run(drill.add_phase("steady", 100, 100), 0);
  for (uint64_t s = 0; s < 100; ++s) {
    const uint64_t here = slow * (s + 1) / 100 - slow * s / 100;
    const auto second = static_cast<int64_t>(s);
    drill.load(stage, second, second + 1, 100 - here, 0, 0.005).load(stage, second, second + 1, here, 0, 0.030);
  }
  return drill;
}

TEST(Latency, PassFailAndBetween) {
  EXPECT_EQ(slow_answers(0).verdict().state, VerdictState::pass);
  EXPECT_EQ(slow_answers(80).verdict().state, VerdictState::pass);  // upper of 80/10000 is 0.96 %
  EXPECT_EQ(slow_answers(90).verdict().state, VerdictState::not_proven);
  EXPECT_EQ(slow_answers(110).verdict().state, VerdictState::not_proven);
  EXPECT_EQ(slow_answers(125).verdict().state, VerdictState::fail);
  EXPECT_NE(slow_answers(90).verdict().needed.find("more samples"), std::string::npos);
  EXPECT_NE(slow_answers(110).verdict().needed.find("more will not help"), std::string::npos);
}

TEST(Latency, PrintedIntervalAgreesWithTheVerdict) {
  const Verdict pass = slow_answers(80).verdict(), open = slow_answers(90).verdict(), fail = slow_answers(125).verdict();
  EXPECT_LE(*pass.measured.upper, 0.020);
  EXPECT_GT(*open.measured.upper, 0.020);
  EXPECT_LE(*open.measured.lower, 0.020);
  EXPECT_GT(*fail.measured.lower, 0.020);
  EXPECT_NEAR(*slow_answers(0).verdict().measured.value, 0.005, 0.005 * 0.003);
}

TEST(Latency, AnythingNotOkLiesAboveEveryLimit) {
  for (const Outcome o : {Outcome::failed, Outcome::refused, Outcome::reset, Outcome::timeout, Outcome::dropped_by_target}) {
    Drill drill = slow_answers(0);
    for (int64_t s = 0; s < 100; ++s) drill.outcome(StageId(0), s, o, 2, 0.001);  // fast refusals are not quick answers
    EXPECT_EQ(drill.verdict().state, VerdictState::fail) << to_string(o);
  }
}

TEST(Latency, UnfinishedIsNoProofOfAFail) {
  Drill drill = slow_answers(0);
  for (int64_t s = 0; s < 100; ++s) drill.outcome(StageId(0), s, Outcome::unfinished, 2);
  EXPECT_EQ(drill.verdict().state, VerdictState::not_proven);
}

TEST(Latency, QuantilesAtTheTimeoutAreCensored) {
  Drill drill = slow_answers(0);
  for (int64_t s = 0; s < 100; ++s) drill.outcome(StageId(0), s, Outcome::timeout, 5, 1.0);
  const Verdict v = drill.verdict();
  EXPECT_TRUE(v.measured.censored);
  EXPECT_DOUBLE_EQ(*v.measured.value, 1.0);
  EXPECT_TRUE(std::isinf(*v.measured.upper));
  EXPECT_NE(v.reason.find(">= 1s"), std::string::npos) << v.reason;
  EXPECT_FALSE(v.supportable.has_value());
}

TEST(Latency, TheExactCounterDecidesInsideABucket) {
  // 20.01 ms and 19.99 ms share a histogram bucket; the counter tells them apart.
  for (const auto& [latency, expected] : {std::pair{0.01999, VerdictState::pass}, std::pair{0.02001, VerdictState::fail}}) {
    Drill drill;
    drill.require("PE-1", p99(), Comparison::at_most, 0.020);
    const StageId stage = drill.run(drill.add_phase("steady", 100, 100), 0);
    drill.load(stage, 0, 100, 100, 0, latency);
    EXPECT_EQ(drill.verdict().state, expected) << drill.verdict().reason;
  }
}

TEST(Latency, WithoutACounterTheHistogramDecides) {
  Drill drill = slow_answers(125);
  drill.scenario.operations[0].limits.clear();
  EXPECT_EQ(drill.verdict().state, VerdictState::fail);
}

TEST(Latency, AllOperationsTogether) {
  Drill drill;
  const OperationId write = drill.add_operation("write");
  drill.require("PE-1", p99(OperationId()), Comparison::at_most, 0.020);
  drill.require("PE-2", p99(), Comparison::at_most, 0.020);
  const StageId stage = drill.run(drill.add_phase("steady", 100, 100), 0);
  drill.load(stage, 0, 100, 90).load(stage, 0, 100, 10, 0, 0.5, write);
  EXPECT_EQ(drill.verdict(0).state, VerdictState::fail);
  EXPECT_EQ(drill.verdict(1).state, VerdictState::pass);
  EXPECT_EQ(drill.verdict(0).measured.samples, 10000U);
}

TEST(Latency, AnOperationNeverSentIsUnknownNotZero) {
  Drill drill = slow_answers(0);
  drill.requirement(0).sli = p99(drill.add_operation("write"));
  const Verdict v = drill.verdict();
  EXPECT_EQ(v.state, VerdictState::unknown);
  EXPECT_FALSE(v.measured.value.has_value());
}

TEST(Latency, BurstsOfSlownessWidenTheBounds) {
  Drill drill;
  drill.require("PE-1", p99(), Comparison::at_most, 0.020);
  const StageId stage = drill.run(drill.add_phase("steady", 100, 100), 0);
  drill.load(stage, 0, 40, 100).load(stage, 40, 41, 20).load(stage, 40, 41, 80, 0, 0.03).load(stage, 41, 100, 100);
  EXPECT_EQ(drill.verdict().state, VerdictState::not_proven);  // 80 spread ones passed above
}

TEST(Latency, ALowerLimitOnTheQuantileIsJudgedToo) {
  Drill drill = slow_answers(0);
  drill.requirement(0).objective = {Comparison::at_least, 0.004, ""};
  EXPECT_EQ(drill.verdict().state, VerdictState::pass);
  drill.requirement(0).objective.limit = 0.006;
  EXPECT_EQ(drill.verdict().state, VerdictState::fail);
}

}  // namespace
}  // namespace shakedown
