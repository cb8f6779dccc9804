// A limit that the run did not count is judged by the histogram's bounds, never by a counter of another limit.
#include <gtest/gtest.h>

#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::Drill;

// 100 s of 100/s in which every answer takes `latency`; the run counts what is over 20 ms, and is then asked for `limit`.
Verdict asked_later(double latency, double limit) {
  Drill drill;
  drill.require("PE-1", LatencySli{OperationId(0), 0.99, {}}, Comparison::at_most, 0.020);
  const StageId stage = drill.run(drill.add_phase("steady", 100, 100), 0);
  drill.load(stage, 0, 100, 100, 0, latency);
  drill.requirement(0).objective.limit = limit;
  return drill.verdict();
}

TEST(TruthLimits, ALimitThatTheRunDidNotCountIsNoPassByTheCounterOfAnother) {
  EXPECT_EQ(asked_later(0.00133, 0.001).state, VerdictState::fail);
  EXPECT_EQ(asked_later(0.00133, 0.002).state, VerdictState::pass);
}

TEST(TruthLimits, ALimitInsideABucketIsNeitherPassNorFail) {
  const Verdict verdict = asked_later(0.0013300, 0.0013301);
  EXPECT_EQ(verdict.state, VerdictState::not_proven);
  EXPECT_NE(verdict.reason.find("did not count this limit"), std::string::npos) << verdict.reason;
  EXPECT_NE(verdict.reason.find("10000 arrivals may lie on either side"), std::string::npos) << verdict.reason;
}

TEST(TruthLimits, ACountedLimitSaysNothingOfHistograms) {
  const Verdict verdict = asked_later(0.005, 0.020);
  EXPECT_EQ(verdict.state, VerdictState::pass);
  EXPECT_EQ(verdict.reason.find("histogram"), std::string::npos);
}

}  // namespace
}  // namespace shakedown
