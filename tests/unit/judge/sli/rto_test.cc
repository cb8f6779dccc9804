// rto {fault, probe}: honest bounds of each recovery, judged on every injection.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::at;
using testing::Drill;

// One 30 s crash phase per entry: killed at second 5, down for the given time, clean 3 s later.
struct Crashes {
  Drill drill;
  PhaseId crash = drill.add_phase("crash", 30, 0);
  FaultId kill = drill.add_kill("kill-ledger", crash);
  std::vector<InjectionId> injections;

  Crashes(std::vector<double> down, double limit, bool watch = true) {
    std::vector<std::pair<double, double>> outages;
    double start = 0;
    for (const double d : down) {
      const StageId stage = drill.run(crash, start);
      if (d > 0) outages.emplace_back(start + 5, start + 5 + d);
      const double clean = start + 5 + std::min(d, 22.0) + 3;
      injections.push_back(drill.inject(kill, stage, start + 5, clean));
      start += 30;
    }
    if (watch) drill.probe(0, start, outages);
    drill.require("DR-1", RtoSli{kill, {ProbeId(0)}}, Comparison::at_most, limit);
  }
  RtoSli& sli() { return std::get<RtoSli>(drill.requirement(0).sli); }
};

TEST(Rto, PublishedVector) {
  // chaos-and-dr 9: good 9.900-9.905; failed 10.000-11.000, 10.100-10.105, ..., 14.200-14.210; good from 14.300-14.320.
  Drill drill;
  const PhaseId crash = drill.add_phase("crash", 20, 0);
  const FaultId kill = drill.add_kill("kill", crash);
  const StageId stage = drill.run(crash, 0);
  for (int i = 0; i < 99; ++i) drill.check(0.1 * i, 0.1 * i + 0.005, true);
  drill.check(9.9, 9.905, true).check(10.0, 11.0, false);
  for (int i = 101; i < 142; ++i) drill.check(0.1 * i, 0.1 * i + 0.005, false);
  drill.check(14.2, 14.21, false);
  for (int i = 143; i < 200; ++i) drill.check(0.1 * i, 0.1 * i + 0.02, true);
  const InjectionId id = drill.inject_without_effect(kill, stage, 10.0, 16);
  drill.add(FaultEvent{id, kill, stage, FaultState::effective, at(9.9), at(10.105), "gone"});
  drill.require("DR-1", RtoSli{kill, {ProbeId(0)}, 1}, Comparison::at_most, 5);
  const Verdict v = drill.verdict();
  ASSERT_EQ(v.injections.size(), 1U);
  EXPECT_TRUE(v.injections[0].valid) << v.injections[0].note;
  EXPECT_NEAR(v.injections[0].lower, 4.095, 1e-9);
  EXPECT_NEAR(v.injections[0].upper, 4.420, 1e-9);
  EXPECT_EQ(v.state, VerdictState::pass);
}

TEST(Rto, ThreeOfThreePassAndSayWhatTheyProve) {
  const Verdict v = Crashes({2, 3, 2.5}, 5).drill.verdict();
  EXPECT_EQ(v.state, VerdictState::pass) << v.reason;
  EXPECT_NE(v.reason.find("met in 3 of 3; proves at least 36.8 % of failovers at 95 %"), std::string::npos) << v.reason;
  EXPECT_NEAR(*v.measured.value, 3, 0.2);  // the worst
  EXPECT_NEAR(*v.supportable, 3, 0.3);
}

TEST(Rto, TwoAreTooFew) {
  const Verdict v = Crashes({2, 3}, 5).drill.verdict();
  EXPECT_EQ(v.state, VerdictState::not_proven);
  EXPECT_NE(v.needed.find("1 more valid injection"), std::string::npos) << v.needed;
  EXPECT_FALSE(v.supportable.has_value());
}

TEST(Rto, OneMissFailsHoweverManyPass) {
  const Verdict v = Crashes({2, 2, 7, 2, 2}, 5).drill.verdict();
  EXPECT_EQ(v.state, VerdictState::fail);
  EXPECT_NE(v.reason.find("met in 4 of 5"), std::string::npos) << v.reason;
}

TEST(Rto, BoundsThatStraddleAreNotProven) {
  const Verdict v = Crashes({5, 2, 2}, 5).drill.verdict();
  EXPECT_EQ(v.state, VerdictState::not_proven) << v.reason;
  EXPECT_LE(v.injections[0].lower, 5);
  EXPECT_GT(v.injections[0].upper, 5);
}

TEST(Rto, BoundaryOfTheUpperBoundIsInclusive) {
  const double upper = *Crashes({2, 3, 2}, 5).drill.verdict().measured.upper;
  EXPECT_EQ(Crashes({2, 3, 2}, upper).drill.verdict().state, VerdictState::pass);
  EXPECT_EQ(Crashes({2, 3, 2}, std::nextafter(upper, 0)).drill.verdict().state, VerdictState::not_proven);
  const double lower = *Crashes({2, 3, 2}, 5).drill.verdict().measured.lower;
  EXPECT_EQ(Crashes({2, 3, 2}, lower).drill.verdict().state, VerdictState::not_proven);
  EXPECT_EQ(Crashes({2, 3, 2}, std::nextafter(lower, 0)).drill.verdict().state, VerdictState::fail);
}

TEST(Rto, AMaskedFaultIsBoundedByWhatTheProbeCouldMiss) {
  const Verdict v = Crashes({0, 0, 0}, 5).drill.verdict();
  EXPECT_EQ(v.state, VerdictState::pass);
  EXPECT_EQ(v.injections[0].note, "masked");
  EXPECT_EQ(v.injections[0].lower, 0);
  EXPECT_NEAR(v.injections[0].upper, 0.1 + 0.005, 1e-9);  // cadence + longest good check
}

TEST(Rto, NotRecoveredByThePhasesEnd) {
  Crashes open({2, 2, 26}, 30);
  const Verdict v = open.drill.verdict();
  EXPECT_EQ(v.state, VerdictState::not_proven) << v.reason;
  EXPECT_EQ(v.injections[2].note, "not recovered");
  EXPECT_TRUE(std::isinf(v.injections[2].upper));
  EXPECT_EQ(Crashes({2, 2, 26}, 5).drill.verdict().state, VerdictState::fail);  // 24 s down is over 5 s all the same
}

TEST(Rto, RecoveryInTheNextPhaseIsNoRecovery) {
  const Verdict v = Crashes({2, 26, 2}, 30).drill.verdict();  // the second one is up again 1 s after its phase
  EXPECT_EQ(v.injections[1].note, "not recovered");
  EXPECT_TRUE(std::isinf(v.injections[1].upper));
  EXPECT_EQ(v.state, VerdictState::not_proven) << v.reason;
}

TEST(Rto, OurOwnUndoIsNoRecovery) {
  Crashes helped({2, 2, 3}, 5);
  helped.drill.fault_event(helped.injections[2], FaultState::undoing, 66, "by request");
  const Verdict v = helped.drill.verdict();
  EXPECT_EQ(v.state, VerdictState::not_proven) << v.reason;
  EXPECT_EQ(v.injections[2].note, "ended_by: undo");
  Crashes late({2, 2, 3}, 5);
  late.drill.fault_event(late.injections[2], FaultState::undoing, 69, "cleaning up after the recovery");
  EXPECT_EQ(late.drill.verdict().state, VerdictState::pass);
  Crashes slow({2, 2, 8}, 5);
  slow.drill.fault_event(slow.injections[2], FaultState::undoing, 72, "by request");
  EXPECT_EQ(slow.drill.verdict().state, VerdictState::fail);  // 7 s were over before the undo began
}

TEST(Rto, DownBeforeTheFaultIsUnknown) {
  Crashes down({2, 2, 2}, 5, false);
  down.drill.probe(0, 90, {{4, 7}, {35, 37}, {65, 67}});
  const Verdict v = down.drill.verdict();
  EXPECT_EQ(v.state, VerdictState::not_proven);
  EXPECT_FALSE(v.injections[0].valid);
  EXPECT_NE(v.injections[0].note.find("already down"), std::string::npos);
}

TEST(Rto, AnUnwatchedFaultProvesNothing) {
  Crashes blind({0, 0, 0}, 5, false);
  blind.drill.probe(0, 4).probe(8, 34).probe(38, 64).probe(68, 90);
  const Verdict v = blind.drill.verdict();
  EXPECT_EQ(v.state, VerdictState::unknown) << v.reason;
  EXPECT_EQ(Crashes({0, 0, 0}, 5, false).drill.verdict().state, VerdictState::unknown);
}

TEST(Rto, WithoutProofOfEffectAnInjectionDoesNotCountAndIsNotLeftOut) {
  Crashes three({2, 2, 2}, 5);
  const StageId stage = three.drill.run(three.crash, 90);
  three.drill.probe(90, 120);
  three.drill.inject_without_effect(three.kill, stage, 95, 100);
  EXPECT_EQ(three.drill.verdict().state, VerdictState::not_proven);  // three valid ones remain
  Crashes two({2, 2}, 5);
  const StageId last = two.drill.run(two.crash, 60);
  two.drill.probe(60, 90);
  two.drill.inject_without_effect(two.kill, last, 65, 70);
  const Verdict v = two.drill.verdict();
  EXPECT_EQ(v.state, VerdictState::not_proven);
  EXPECT_FALSE(v.injections[2].valid);
}

TEST(Rto, AShareIsABinomialClaim) {
  Crashes few({2, 2, 2}, 5);
  few.sli().share = Share{0.9};
  EXPECT_EQ(few.drill.verdict().state, VerdictState::not_proven);
  EXPECT_NE(few.drill.verdict().needed.find("26 more"), std::string::npos) << few.drill.verdict().needed;
  Crashes enough(std::vector<double>(29, 2), 5);  // chaos-and-dr 10.5: 29 clean ones for 90 % at 95 %
  enough.sli().share = Share{0.9};
  EXPECT_EQ(enough.drill.verdict().state, VerdictState::pass) << enough.drill.verdict().reason;
  Crashes one_less(std::vector<double>(28, 2), 5);
  one_less.sli().share = Share{0.9};
  EXPECT_EQ(one_less.drill.verdict().state, VerdictState::not_proven);
  Crashes bad({9, 9, 9}, 5);
  bad.sli().share = Share{0.9};
  EXPECT_EQ(bad.drill.verdict().state, VerdictState::fail);
}

TEST(Rto, TheWorstOfSeveralProbesCounts) {
  Crashes two({2, 2, 2}, 5);
  Probe back = two.drill.scenario.probes[0];
  back.name = "back-door";
  two.drill.scenario.probes.push_back(back);
  two.drill.probe(0, 90, {{5, 13}, {35, 37}, {65, 67}}, ProbeId(1));
  two.sli().probes = {ProbeId(0), ProbeId(1)};
  EXPECT_EQ(two.drill.verdict().state, VerdictState::fail);
}

TEST(Rto, FlappingInsideTheSustainTimeIsOneOutage) {
  // Two good checks at 7.0 do not end it: recovery needs three in a row.
  Crashes flaps({2, 2, 2}, 10, false);
  flaps.drill.probe(0, 90, {{5, 7}, {7.2, 9}, {35, 37}, {65, 67}});
  EXPECT_GT(flaps.drill.verdict().injections[0].lower, 3.8);
}

TEST(Rto, ClocksOfTwoAgentsWidenTheBounds) {
  Crashes one({2, 2, 2}, 5);
  const double width = *one.drill.verdict().measured.upper;
  Crashes two({2, 2, 2}, 5);
  const AgentId far = two.drill.add_agent("far", std::chrono::milliseconds(100));
  two.drill.scenario.components[0].agent = far;
  EXPECT_NEAR(*two.drill.verdict().measured.upper, width + 0.1, 1e-9);
  EXPECT_EQ(two.drill.verdict().state, VerdictState::pass);
}

}  // namespace
}  // namespace shakedown
