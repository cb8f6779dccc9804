// impact {fault}: what one injection costs in failed requests, delay and writes.
#include <gtest/gtest.h>

#include "controller/report/words/options.h"
#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::Drill;

struct Hit {
  Drill drill;
  PhaseId crash = drill.add_phase("crash", 30, 0);
  FaultId kill = drill.add_kill("kill-ledger", crash);
  StageId stage;

  // 100/s at 5 ms; the fault at 10 s; then five seconds of `bad` failures and the rest at `latency`.
  Hit(uint64_t bad, double latency) {
    stage = drill.run(crash, 0);
    drill.load(stage, 0, 10, 100).load(stage, 10, 15, 100 - bad, bad, latency).load(stage, 15, 30, 100);
    drill.probe(0, 30, {{10, 14}});
    drill.writes(0, 10);
    const InjectionId id = drill.inject(kill, stage, 10, 15);
    drill.verify(id, 20, {98, 99});
  }
  Verdict judge(ImpactUnit unit, double limit) {
    drill.scenario.requirements.clear();
    drill.require("IM", ImpactSli{kill, unit}, Comparison::at_most, limit);
    return drill.verdict();
  }
};

TEST(Impact, FailedRequests) {
  EXPECT_EQ(Hit(40, 0.005).judge(ImpactUnit::failed_requests, 200).state, VerdictState::pass);
  const Verdict v = Hit(40, 0.005).judge(ImpactUnit::failed_requests, 199);
  EXPECT_EQ(v.state, VerdictState::fail);
  EXPECT_DOUBLE_EQ(*v.measured.value, 200);
}

TEST(Impact, UnfinishedRequestsAreAnUpperBound) {
  Hit hit(40, 0.005);
  hit.drill.outcome(hit.stage, 12, Outcome::unfinished, 10);
  EXPECT_EQ(hit.judge(ImpactUnit::failed_requests, 205).state, VerdictState::not_proven);
  EXPECT_EQ(hit.judge(ImpactUnit::failed_requests, 210).state, VerdictState::pass);
}

TEST(Impact, WhatWeDroppedIsAnUpperBound) {
  Hit hit(40, 0.005);
  hit.drill.outcome(hit.stage, 12, Outcome::dropped_by_us, 10);
  EXPECT_EQ(hit.judge(ImpactUnit::failed_requests, 205).state, VerdictState::not_proven);
  EXPECT_EQ(hit.judge(ImpactUnit::failed_requests, 210).state, VerdictState::pass);
}

TEST(Impact, DelayIsTheExcessOverQuietTimes) {
  // 500 answers 100 ms later than usual: 50 s.
  const Verdict v = Hit(0, 0.105).judge(ImpactUnit::delayed_seconds, 51);
  EXPECT_EQ(v.state, VerdictState::pass) << v.reason;
  EXPECT_NEAR(*v.measured.value, 50, 0.3);
  EXPECT_EQ(Hit(0, 0.105).judge(ImpactUnit::delayed_seconds, 49).state, VerdictState::fail);
  EXPECT_NEAR(*Hit(0, 0.005).judge(ImpactUnit::delayed_seconds, 1).measured.value, 0, 1e-6);
}

TEST(Impact, LostWrites) {
  EXPECT_EQ(Hit(0, 0.005).judge(ImpactUnit::lost_writes, 2).state, VerdictState::pass);
  EXPECT_EQ(Hit(0, 0.005).judge(ImpactUnit::lost_writes, 1).state, VerdictState::fail);
}

TEST(Impact, TheWorstInjectionCounts) {
  Hit hit(10, 0.005);
  const StageId second = hit.drill.run(hit.crash, 30);
  hit.drill.load(second, 30, 40, 100).load(second, 40, 45, 20, 80).load(second, 45, 60, 100).probe(30, 60, {{40, 44}});
  hit.drill.inject(hit.kill, second, 40, 45);
  const Verdict v = hit.judge(ImpactUnit::failed_requests, 300);
  EXPECT_EQ(v.state, VerdictState::fail);
  EXPECT_DOUBLE_EQ(*v.measured.value, 400);
  EXPECT_EQ(v.injections.size(), 2U);
}

TEST(Impact, WithoutLoadOrInjectionItIsUnknown) {
  Drill idle;
  const PhaseId crash = idle.add_phase("crash", 30, 0);
  const FaultId kill = idle.add_kill("kill", crash);
  idle.require("IM", ImpactSli{kill, ImpactUnit::failed_requests}, Comparison::at_most, 0);
  EXPECT_EQ(idle.verdict().state, VerdictState::unknown);
  idle.inject(kill, idle.run(crash, 0), 10, 15);
  EXPECT_EQ(idle.verdict().state, VerdictState::unknown) << idle.verdict().reason;
}

TEST(Impact, PredictedFrequencyTimesImpactStandsOnTheFault) {
  Hit hit(40, 0.005);
  hit.drill.scenario.faults[0].expected = Rate{2.0 / (30 * 86400)};
  const Scorecard card = hit.drill.judge();
  ASSERT_EQ(card.faults.size(), 1U);
  EXPECT_NEAR(card.faults[0].predicted_monthly_failed.value(), 400, 1e-6);
}

// Of the second in which a fault strikes, half a millisecond after it began, hardly one request can have been due before it.
TEST(Impact, TheSecondInWhichTheFaultStrikesIsNotGivenAway) {
  for (const auto& [struck, expected] : {std::pair(10.0005, VerdictState::fail), std::pair(10.9, VerdictState::not_proven)}) {
    Drill drill;
    const PhaseId crash = drill.add_phase("crash", 30, 100);
    const FaultId kill = drill.add_kill("kill-ledger", crash);
    const StageId stage = drill.run(crash, 0);
    drill.load(stage, 0, 10, 100).load(stage, 10, 11, 24, 76).load(stage, 11, 30, 100);
    drill.probe(0, 30, {{struck, struck + 0.8}});
    drill.inject(kill, stage, struck, struck + 0.9);
    drill.require("IM", ImpactSli{kill, ImpactUnit::failed_requests}, Comparison::at_most, 10);
    const Verdict v = drill.verdict();
    EXPECT_EQ(v.state, expected) << v.reason;
    EXPECT_LE(*v.measured.lower, 76);
  }
}

// Requests of 3 s: 60 were out when the process was killed, which broke them off, and 4 were refused.
TEST(Impact, WhatWasOutWhenTheFaultStruckMayBeItsOwn) {
  Drill drill;
  const PhaseId crash = drill.add_phase("crash", 30, 20);
  const FaultId kill = drill.add_kill("kill-ledger", crash);
  drill.scenario.operations[0].timeout = std::chrono::seconds(10);
  const StageId stage = drill.run(crash, 0);
  drill.load(stage, 0, 7, 20, 0, 3);
  for (int64_t s = 7; s < 10; ++s) drill.outcome(stage, s, Outcome::reset, 20, 10 - static_cast<double>(s));
  drill.load(stage, 10, 11, 16, 4, 3).load(stage, 11, 30, 20, 0, 3);
  drill.probe(0, 30, {{10, 10.4}});
  drill.inject(kill, stage, 10, 10.9);
  drill.require("IM", ImpactSli{kill, ImpactUnit::failed_requests}, Comparison::at_most, 30);
  EXPECT_NE(drill.verdict().state, VerdictState::pass) << drill.verdict().reason;
  EXPECT_GE(*drill.verdict().measured.upper, 64);
  drill.scenario.requirements.clear();
  drill.require("AV", AvailabilitySli{}, Comparison::at_least, 0.99);
  const Verdict up = drill.verdict();
  EXPECT_EQ(up.state, VerdictState::not_proven) << up.reason;
  EXPECT_NE(up.reason.find("60 of the bad ones may have been out when a fault struck"), std::string::npos) << up.reason;
  drill.scenario.requirements.clear();
  drill.require("ER", ErrorRatioSli{}, Comparison::at_most, 0.01);
  EXPECT_EQ(drill.verdict().state, VerdictState::not_proven) << drill.verdict().reason;
  drill.scenario.requirements.clear();
  drill.require("PE", LatencySli{OperationId(0), 0.9}, Comparison::at_most, 5);
  EXPECT_EQ(drill.verdict().state, VerdictState::not_proven) << drill.verdict().reason;
}

// Every tenth request fails, whatever happens; while the fault is at work `bad` of 100 do.
Drill failing_anyway(uint64_t bad, double limit) {
  Drill drill;
  const PhaseId crash = drill.add_phase("crash", 60, 0);
  const FaultId kill = drill.add_kill("kill-ledger", crash);
  const StageId stage = drill.run(crash, 0);
  drill.load(stage, 0, 10, 90, 10).load(stage, 10, 15, 100 - bad, bad).load(stage, 15, 60, 90, 10).probe(0, 60);
  drill.inject(kill, stage, 10, 15);
  drill.scenario.faults[0].expected = Rate{2.0 / (30 * 86400)};
  drill.require("IM", ImpactSli{kill, ImpactUnit::failed_requests}, Comparison::at_most, limit);
  drill.require("AV", AvailabilitySli{}, Comparison::at_least, 0.99);
  return drill;
}

TEST(TruthOfImpact, WhatFailsAnywayIsNotChargedToTheFault) {
  const Scorecard card = failing_anyway(10, 5).judge();
  EXPECT_NE(card.requirements[0].verdict.state, VerdictState::fail) << card.requirements[0].verdict.reason;
  EXPECT_EQ(*card.requirements[0].verdict.measured.value, 0);
  EXPECT_EQ(*card.faults.at(0).predicted_monthly_failed, 0);
  const Verdict worse = failing_anyway(60, 200).verdict();
  EXPECT_EQ(worse.state, VerdictState::fail) << worse.reason;
  EXPECT_EQ(*worse.measured.value, 250);
}

TEST(TruthOfImpact, ARowOutsideFaultWindowsIsNotToldToWorkOnAFault) {
  const Scorecard card = failing_anyway(60, 200).judge();
  ASSERT_EQ(card.requirements[1].verdict.state, VerdictState::fail);
  for (const TradeOff& option : card.requirements[1].options)
    EXPECT_NE(option.kind, TradeOff::Kind::focus) << report::option_words(option);
}

// 90 of 100 fail in two seconds of which the fault had a tenth each: nobody knows which were its own.
TEST(TruthOfImpact, WhatFailedInPartsOfSecondsIsNoProvenHarm) {
  Drill drill;
  const PhaseId crash = drill.add_phase("crash", 30, 0);
  const FaultId kill = drill.add_kill("kill-ledger", crash);
  const StageId stage = drill.run(crash, 0);
  drill.load(stage, 0, 10, 100).load(stage, 10, 12, 10, 90).load(stage, 12, 30, 100).probe(0, 30);
  drill.inject(kill, stage, 10.9, 11.05);
  drill.require("IM", ImpactSli{kill, ImpactUnit::failed_requests}, Comparison::at_most, 50);
  EXPECT_EQ(drill.verdict().state, VerdictState::not_proven) << drill.verdict().reason;
  EXPECT_EQ(*drill.verdict().measured.value, 180);
  EXPECT_EQ(*drill.verdict().measured.lower, 0);
}

// Three faults at once: each is named, though the name of one stands in another's.
TEST(TruthOfOverlaps, AFaultWhoseNameStandsInAnothersIsNamedToo) {
  Drill drill;
  const PhaseId crash = drill.add_phase("crash", 30, 0);
  const FaultId own = drill.add_kill("own", crash), longer = drill.add_kill("crash-db", crash),
                shorter = drill.add_kill("crash", crash);
  const StageId stage = drill.run(crash, 0);
  for (const FaultId fault : {own, longer, shorter}) drill.inject(fault, stage, 10, 15);
  drill.probe(0, 30, {{10, 14}});
  drill.require("DR", RtoSli{own, {ProbeId(0)}}, Comparison::at_most, 60);
  EXPECT_EQ(drill.verdict().injections.at(0).note, "crash-db, crash was at work at the same time");
}

}  // namespace
}  // namespace shakedown
