// error_ratio {over}: every request of the scope lies in a window, wherever a stage begins or ends.
#include <gtest/gtest.h>

#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::Drill;

ErrorRatioSli over(int seconds) {
  ErrorRatioSli sli;
  sli.over = std::chrono::seconds(seconds);
  return sli;
}

// 300/s from 0.8 s on for `length` seconds of a run, by the second: 60 requests in second 0, 240 in the last.
struct LateStart {
  Drill drill;
  StageId stage;
  explicit LateStart(int window, double limit) {
    drill.require("E", over(window), Comparison::at_most, limit);
    stage = drill.run(drill.add_phase("steady", 12, 300), 0.8);
  }
  Verdict judged(uint64_t first_bad, uint64_t last_bad) {
    drill.load(stage, 0, 1, 60 - first_bad, first_bad).load(stage, 1, 12, 300);
    drill.load(stage, 12, 13, 240 - last_bad, last_bad);
    return drill.verdict();
  }
};

TEST(TruthWindows, AnOutageAtTheBeginOfAStageIsInAWindow) {
  const Verdict v = LateStart(1, 0.05).judged(60, 0);
  EXPECT_EQ(v.state, VerdictState::fail) << v.reason;
  EXPECT_NEAR(*v.measured.value, 0.2, 1e-9) << v.reason;
  EXPECT_EQ(v.measured.samples, 300U);
}

TEST(TruthWindows, AnOutageAtTheEndOfAStageIsInAWindow) {
  const Verdict v = LateStart(1, 0.05).judged(0, 60);
  EXPECT_EQ(v.state, VerdictState::fail) << v.reason;
  EXPECT_NEAR(*v.measured.value, 0.2, 1e-9) << v.reason;
}

TEST(TruthWindows, APartSecondIsNotAWindowOfItsOwn) {
  EXPECT_EQ(LateStart(1, 0.3).judged(60, 0).state, VerdictState::pass);   // 100 % of 0.2 s, 20 % of a second
  EXPECT_EQ(LateStart(5, 0.06).judged(60, 0).state, VerdictState::pass);  // 4 % of 5 s
}

TEST(TruthWindows, AWindowAsLongAsItsPhaseIsJudgedWhereverThePhaseBegins) {
  const Verdict v = LateStart(12, 0.05).judged(0, 0);
  EXPECT_EQ(v.state, VerdictState::pass) << v.reason;
  EXPECT_EQ(v.measured.samples, 3600U);
}

TEST(TruthWindows, ASecondThatTwoStagesShareIsWhole) {
  Drill d;
  d.require("E", over(1), Comparison::at_most, 0.05);
  const PhaseId p = d.add_phase("steady", 10, 100);
  const StageId a = d.run(p, 0.5), b = d.run(p, 10.5);
  d.load(a, 0, 1, 50).load(a, 1, 10, 100).load(a, 10, 11, 0, 50);
  d.load(b, 10, 11, 50).load(b, 11, 20, 100).load(b, 20, 21, 50);
  const Verdict v = d.verdict();
  EXPECT_EQ(v.state, VerdictState::fail) << v.reason;
  EXPECT_NEAR(*v.measured.value, 0.5, 1e-9) << v.reason;
}

// What cannot be told apart by the second decides neither way: half of the shared second's bad ones may be outside.
TEST(TruthWindows, ABurstInTheSharedSecondIsNoFailByGuessing) {
  Drill d;
  d.require("E", over(1), Comparison::at_most, 0.3);
  const StageId s = d.run(d.add_phase("steady", 10, 1000), 0.5);
  d.load(s, 0, 1, 250, 250).load(s, 1, 2, 750, 250).load(s, 2, 10, 1000).load(s, 10, 11, 500);
  const Verdict v = d.verdict();
  EXPECT_EQ(v.state, VerdictState::not_proven) << v.reason;
}

TEST(TruthWindows, AnOutageInAStretchShorterThanAWindowIsNoPass) {
  Drill d;
  d.require("E", over(5), Comparison::at_most, 0.05);
  const PhaseId p = d.add_phase("crash", 20, 100);
  const FaultId f = d.add_kill("kill", p);
  const StageId s = d.run(p, 0);
  d.inject(f, s, 3, 4);
  d.load(s, 0, 2, 100).load(s, 2, 3, 0, 100).load(s, 3, 5, 0, 100).load(s, 5, 20, 100);
  d.probe(0, 20);
  const Verdict v = d.verdict();  // 100 bad of at least 500 in five seconds, before the fault
  EXPECT_EQ(v.state, VerdictState::fail) << v.reason;
  EXPECT_NEAR(*v.measured.value, 0.2, 0.01) << v.reason;
}

// 40 requests a second, 16 of which fail while the service is down by itself, from second 5 to 13; a harmless fault at 5.9.
TEST(TruthWindows, AHarmlessFaultHidesNoOutageThatStoodBefore) {
  Drill drill;
  const PhaseId phase = drill.add_phase("steady", 20, 40);
  const FaultId touch = drill.add_kill("touch", phase);
  const StageId stage = drill.run(phase, 0);
  drill.load(stage, 0, 5, 40).load(stage, 5, 13, 24, 16).load(stage, 13, 20, 40);
  drill.inject(touch, stage, 5.9, 14.9);
  drill.probe(0, 20, {{5.2, 13.2}});
  drill.require("AV-1", AvailabilitySli{}, Comparison::at_least, 0.95);
  EXPECT_EQ(drill.verdict().state, VerdictState::fail) << drill.verdict().reason;
}

}  // namespace
}  // namespace shakedown
