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

// 10/s; what was due in the second before a kill is answered after 0.8 s, when the service is back.
Verdict slowed_by_a_kill(bool counted) {
  Drill drill;
  drill.require("PE-1", LatencySli{OperationId(0), 0.999, {}}, Comparison::at_most, counted ? 0.1 : 0.02);
  const PhaseId phase = drill.add_phase("steady", 100, 10);
  const FaultId kill = drill.add_kill("kill-it", phase);
  const StageId stage = drill.run(phase, 0);
  drill.load(stage, 0, 49, 10).load(stage, 49, 50, 10, 0, 0.8).load(stage, 50, 100, 10);
  drill.inject(kill, stage, 50, 51);
  drill.probe(0, 100);
  drill.requirement(0).objective.limit = 0.1;
  return drill.verdict();
}

TEST(TruthLimits, AnswersThatAFaultSlowedAreNoFailByALimitThatWasNotCountedEither) {
  EXPECT_EQ(slowed_by_a_kill(true).state, VerdictState::not_proven) << slowed_by_a_kill(true).reason;
  EXPECT_EQ(slowed_by_a_kill(false).state, VerdictState::not_proven) << slowed_by_a_kill(false).reason;
}

}  // namespace
}  // namespace shakedown
