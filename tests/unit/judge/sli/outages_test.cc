// The SLIs over outages: uptime over a period, mtbf, mtbr, mttr, outages, tolerated.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::Drill;

using Spans = std::vector<std::pair<double, double>>;
const std::vector<ProbeId> kFrontDoor = {ProbeId(0)};

// One quiet phase of `length` seconds, watched once a second.
Drill watched(double length, Spans outages) {
  Drill drill;
  drill.scenario.probes[0].every = std::chrono::seconds(1);
  drill.run(drill.add_phase("steady", length, 0), 0);
  drill.probe(0, length, std::move(outages));
  return drill;
}

Verdict judge_on(Drill drill, Sli sli, Comparison comparison, double limit) {
  drill.require("R", std::move(sli), comparison, limit);
  return drill.verdict();
}

// Kills at 100, 200, ... s in phases of 100 s, each with the given time down; quiet otherwise.
Drill drilled(const std::vector<double>& down, std::vector<double> undo = {}) {
  Drill drill;
  const PhaseId crash = drill.add_phase("crash", 100, 0);
  const FaultId kill = drill.add_kill("kill-ledger", crash);
  Spans outages;
  for (std::size_t i = 0; i < down.size(); ++i) {
    const double start = 100.0 * static_cast<double>(i), from = start + 10;
    const StageId stage = drill.run(crash, start);
    const InjectionId id = drill.inject(kill, stage, from, from + std::max(down[i], 1.0) + 2);
    if (down[i] > 0) outages.emplace_back(from, from + down[i]);
    if (i < undo.size() && undo[i] > 0) drill.fault_event(id, FaultState::undoing, from + undo[i]);
  }
  drill.probe(0, 100.0 * static_cast<double>(down.size()), outages);
  return drill;
}

TEST(Outages, WhatTeardownStopsWasNotDown) {
  const auto with_step_at = [](double start, StepEvent::Kind kind) {
    Drill drill = watched(60, {{50, 60}});
    StepEvent step;
    step.kind = kind;
    step.what = "stop ledger";
    step.started = testing::at(start);
    step.ended = testing::at(start + 1);
    drill.add(step);
    drill.require("R", OutagesSli{kFrontDoor}, Comparison::at_most, 0);
    return drill.judge();
  };
  EXPECT_TRUE(with_step_at(49.9, StepEvent::Kind::teardown).outages.empty());
  EXPECT_EQ(with_step_at(49.9, StepEvent::Kind::setup).outages.size(), 1U);
  EXPECT_EQ(with_step_at(58, StepEvent::Kind::teardown).outages.size(), 1U);
}

// Checks take 0.4 s; those since `hung` are out until teardown ends them at 60.1 s.
Verdict cut_by_teardown(double hung) {
  Drill drill;
  drill.scenario.probes[0].timeout = std::chrono::seconds(2);
  drill.run(drill.add_phase("steady", 60, 0), 0);
  for (double s = 0; s < 59.95; s += 0.1) drill.check(s, s + 0.05 < hung ? s + 0.4 : 60.1, s + 0.05 < hung);
  StepEvent step;
  step.kind = StepEvent::Kind::teardown;
  step.what = "stop ledger";
  step.started = testing::at(60.05);
  step.ended = testing::at(61);
  drill.add(step);
  drill.require("R", OutagesSli{kFrontDoor}, Comparison::at_most, 0);
  return drill.verdict();
}

TEST(TruthOfTeardown, ChecksThatItCutOffMidwayHideNoOutage) {
  EXPECT_EQ(cut_by_teardown(59.7).state, VerdictState::pass) << cut_by_teardown(59.7).reason;
  EXPECT_EQ(cut_by_teardown(59).state, VerdictState::not_proven) << "out for longer than a good one takes";
}

TEST(Mtbf, NoOutageProvesTimeOverThree) {
  // chaos-and-dr 10.1: lower 95 % bound T / 2.9957 without a failure, T / 4.7439 with one.
  EXPECT_EQ(judge_on(watched(3000, {}), MtbfSli{kFrontDoor}, Comparison::at_least, 1000).state, VerdictState::pass);
  EXPECT_EQ(judge_on(watched(3000, {}), MtbfSli{kFrontDoor}, Comparison::at_least, 1002).state, VerdictState::not_proven);
  const Verdict one = judge_on(watched(3000, {{100, 110}}), MtbfSli{kFrontDoor}, Comparison::at_least, 600);
  EXPECT_EQ(one.state, VerdictState::pass);
  EXPECT_NEAR(*one.measured.lower, 2990 / 4.743865, 1);
  EXPECT_EQ(one.measured.samples, 1U);
}

TEST(Mtbf, ManyOutagesFail) {
  Spans outages;
  for (int i = 0; i < 12; ++i) outages.emplace_back(100 + 200 * i, 105 + 200 * i);
  EXPECT_EQ(judge_on(watched(3000, outages), MtbfSli{kFrontDoor}, Comparison::at_least, 1000).state, VerdictState::fail);
}

TEST(Mtbf, SaysHowLongToWatch) {
  const Verdict v = judge_on(watched(1000, {}), MtbfSli{kFrontDoor}, Comparison::at_least, 1000);
  EXPECT_EQ(v.state, VerdictState::not_proven);
  EXPECT_NE(v.needed.find("33.3 min more"), std::string::npos) << v.needed;  // 2996 - 999 s
  const Verdict hopeless = judge_on(watched(1000, {{1, 9}, {500, 510}}), MtbfSli{kFrontDoor}, Comparison::at_least, 600);
  EXPECT_NE(hopeless.needed.find("more will not help"), std::string::npos) << hopeless.needed;
}

TEST(Mtbf, InjectedOutagesNeverCount) {
  const Verdict v = judge_on(drilled({5, 5, 5}), MtbfSli{kFrontDoor}, Comparison::at_least, 90);
  EXPECT_EQ(v.state, VerdictState::pass) << v.reason;
  EXPECT_EQ(v.measured.samples, 0U);
  EXPECT_LT(*v.measured.lower, 300 / 2.9957);  // the drills' own time does not count either
}

TEST(Mtbr, RecoveryToRecovery) {
  EXPECT_EQ(judge_on(watched(3000, {}), MtbrSli{kFrontDoor}, Comparison::at_least, 900).state, VerdictState::pass);
  const Verdict v = judge_on(watched(3000, {{100, 110}, {1500, 1510}}), MtbrSli{kFrontDoor}, Comparison::at_least, 2000);
  EXPECT_EQ(v.state, VerdictState::not_proven);
  EXPECT_NEAR(*v.measured.value, 1500, 2);
  EXPECT_EQ(judge_on(watched(3000, {{2900, 3000}}), MtbrSli{kFrontDoor}, Comparison::at_least, 9).state, VerdictState::unknown);
}

TEST(Uptime, WithoutOutagesTheDrillsRepairCounts) {
  UptimeSli sli{kFrontDoor, std::chrono::hours(720)};
  // about 278 s outside drills / 3.689 (97.5 %) = 75 s between outages, repairs of at most about 5.2 s (97.5 %): 93.5 %.
  EXPECT_EQ(judge_on(drilled({5, 5, 5}), sli, Comparison::at_least, 0.92).state, VerdictState::pass);
  const Verdict v = judge_on(drilled({5, 5, 5}), sli, Comparison::at_least, 0.999);
  EXPECT_EQ(v.state, VerdictState::not_proven);
  EXPECT_NE(v.needed.find("outage-free observation"), std::string::npos) << v.needed;
  EXPECT_NEAR(v.needed_seconds, 5.2 * 999 * 3.689 - 278, 900) << v.needed;
}

// The mean of so few repairs may be anything: one of a tenth of a second proves nothing for a month.
TEST(TruthUptime, FewerThanThreeRepairsHaveNoMean) {
  UptimeSli sli{kFrontDoor, std::chrono::hours(720)};
  for (const auto& repairs : {std::vector<double>{0.4}, std::vector<double>{0.4, 0.5}}) {
    const Verdict v = judge_on(drilled(repairs), sli, Comparison::at_least, 0.9);
    EXPECT_EQ(v.state, VerdictState::not_proven) << v.reason;
    EXPECT_NE(v.needed.find("more in drills"), std::string::npos) << v.needed;
  }
  const Verdict spread = judge_on(drilled({1, 5, 25}), sli, Comparison::at_least, 0.85);
  EXPECT_EQ(spread.state, VerdictState::not_proven) << "repairs of 10 s on average, but at most of minutes: " << spread.reason;
}

TEST(Uptime, WithoutOutagesAndDrillsNothingIsProved) {
  const Verdict v = judge_on(watched(3000, {}), UptimeSli{kFrontDoor}, Comparison::at_least, 0.9);
  EXPECT_EQ(v.state, VerdictState::not_proven);
  EXPECT_NE(v.needed.find("a drill"), std::string::npos);
}

TEST(Uptime, ManyOutagesAreJudgedByTheGammaRatio) {
  Spans outages;
  for (int i = 0; i < 10; ++i) outages.emplace_back(50 + 300 * i, 80 + 300 * i);
  EXPECT_EQ(judge_on(watched(3000, outages), UptimeSli{kFrontDoor}, Comparison::at_least, 0.99).state, VerdictState::fail);
  EXPECT_EQ(judge_on(watched(3000, outages), UptimeSli{kFrontDoor}, Comparison::at_least, 0.70).state, VerdictState::pass);
  EXPECT_EQ(judge_on(watched(3000, outages), UptimeSli{kFrontDoor}, Comparison::at_least, 0.90).state, VerdictState::not_proven);
}

TEST(Mttr, MeanNeedsThreeAndMedianFive) {
  const MttrSli mean{kFrontDoor, FaultId(0), RepairStatistic::mean}, median{kFrontDoor, FaultId(0), RepairStatistic::median};
  EXPECT_EQ(judge_on(drilled({5, 6}), mean, Comparison::at_most, 10).state, VerdictState::not_proven);
  EXPECT_EQ(judge_on(drilled({5, 6, 5.5}), mean, Comparison::at_most, 10).state, VerdictState::pass);
  EXPECT_EQ(judge_on(drilled({5, 6, 5.5, 5}), median, Comparison::at_most, 10).state, VerdictState::not_proven);
  EXPECT_EQ(judge_on(drilled({5, 6, 5.5, 5, 6}), median, Comparison::at_most, 10).state, VerdictState::pass);
  EXPECT_EQ(judge_on(drilled({5, 6, 5.5, 5, 6}), median, Comparison::at_most, 4).state, VerdictState::fail);
  EXPECT_EQ(judge_on(drilled({5, 6, 5.5}), mean, Comparison::at_most, 4).state, VerdictState::fail);
}

TEST(Mttr, CausesAreKeptApart) {
  const MttrSli spontaneous{kFrontDoor};
  EXPECT_EQ(judge_on(drilled({5, 5, 5}), spontaneous, Comparison::at_most, 10).state, VerdictState::unknown);
  const Verdict v = judge_on(watched(3000, {{10, 20}, {100, 112}, {200, 209}}), spontaneous, Comparison::at_most, 25);
  EXPECT_EQ(v.state, VerdictState::pass) << v.reason;
  EXPECT_EQ(v.measured.samples, 3U);
}

TEST(Mttr, RepairsByOurUndoProveNoPass) {
  const MttrSli mean{kFrontDoor, FaultId(0)};
  const Verdict v = judge_on(drilled({5, 6, 5.5}, {0, 0, 4}), mean, Comparison::at_most, 10);
  EXPECT_EQ(v.state, VerdictState::not_proven) << v.reason;
  EXPECT_NE(v.needed.find("undo"), std::string::npos);
}

TEST(Outages, AreCountedWhateverTheCause) {
  EXPECT_EQ(judge_on(watched(300, {}), OutagesSli{kFrontDoor}, Comparison::at_most, 0).state, VerdictState::pass);
  EXPECT_EQ(judge_on(watched(300, {{50, 60}}), OutagesSli{kFrontDoor}, Comparison::at_most, 0).state, VerdictState::fail);
  EXPECT_EQ(judge_on(watched(300, {{50, 60}}), OutagesSli{kFrontDoor}, Comparison::at_most, 1).state, VerdictState::pass);
  EXPECT_EQ(judge_on(drilled({5, 5}), OutagesSli{kFrontDoor}, Comparison::at_most, 1).state, VerdictState::fail);
}

TEST(Outages, FewFailuresInARowAreNone) {
  Drill drill = watched(300, {{50, 52}});  // two failures, three are declared
  EXPECT_EQ(judge_on(drill, OutagesSli{kFrontDoor}, Comparison::at_most, 0).state, VerdictState::pass);
}

TEST(Outages, UnobservedIsNotUp) {
  Drill gap;
  gap.run(gap.add_phase("steady", 60, 0), 0);
  gap.probe(0, 20).probe(40, 60);
  EXPECT_EQ(judge_on(gap, OutagesSli{kFrontDoor}, Comparison::at_most, 0).state, VerdictState::not_proven);
  Drill tail;
  tail.run(tail.add_phase("steady", 60, 0), 0);
  tail.probe(0, 20);
  EXPECT_EQ(judge_on(tail, OutagesSli{kFrontDoor}, Comparison::at_most, 0).state, VerdictState::not_proven);
  Drill head;
  head.run(head.add_phase("steady", 60, 0), 0);
  head.probe(30, 60);
  EXPECT_EQ(judge_on(head, OutagesSli{kFrontDoor}, Comparison::at_most, 0).state, VerdictState::not_proven);
}

TEST(Outages, TheWorstOfSeveralProbesCounts) {
  Drill drill = watched(300, {});
  drill.scenario.probes.push_back(drill.scenario.probes[0]);
  drill.probe(0, 300, {{50, 60}}, ProbeId(1));
  EXPECT_EQ(judge_on(drill, OutagesSli{{ProbeId(0), ProbeId(1)}}, Comparison::at_most, 0).state, VerdictState::fail);
  Drill half = watched(300, {});
  half.scenario.probes.push_back(half.scenario.probes[0]);
  EXPECT_EQ(judge_on(half, OutagesSli{{ProbeId(0), ProbeId(1)}}, Comparison::at_most, 0).state, VerdictState::unknown);
}

TEST(Tolerated, EveryOrAShare) {
  const ToleratedSli sli{{FaultId(0)}, kFrontDoor};
  EXPECT_EQ(judge_on(drilled({0, 0, 0}), sli, Comparison::at_least, 1).state, VerdictState::pass);
  EXPECT_EQ(judge_on(drilled({0, 0}), sli, Comparison::at_least, 1).state, VerdictState::not_proven);
  EXPECT_EQ(judge_on(drilled({0, 5, 0}), sli, Comparison::at_least, 1).state, VerdictState::fail);
  EXPECT_EQ(judge_on(drilled({0, 0, 0}), sli, Comparison::at_least, 0.36).state, VerdictState::pass);
  const Verdict v = judge_on(drilled({0, 0, 0}), sli, Comparison::at_least, 0.9);
  EXPECT_EQ(v.state, VerdictState::not_proven);
  EXPECT_NE(v.needed.find("26 more"), std::string::npos) << v.needed;
  EXPECT_EQ(judge_on(drilled({5, 5, 5}), sli, Comparison::at_least, 0.9).state, VerdictState::fail);
  EXPECT_EQ(judge_on(drilled({}), sli, Comparison::at_least, 0.5).state, VerdictState::unknown);
}

TEST(TruthTolerated, AProbeThatCouldSeeNoOutageProvesNone) {
  for (const double every : {1.0, 10.0}) {
    Drill drill;
    drill.scenario.probes[0].every = from_seconds(every);
    const PhaseId crash = drill.add_phase("crash", 25, 0);
    const FaultId kill = drill.add_kill("kill-ledger", crash);
    for (int i = 0; i < 3; ++i) drill.inject(kill, drill.run(crash, 25.0 * i), 25.0 * i + 4, 25.0 * i + 6);
    for (double s = 0; s < 75; s += every) drill.check(s, s + 0.005, true);
    drill.require("TO", ToleratedSli{{kill}, kFrontDoor}, Comparison::at_least, 1);
    const Verdict verdict = drill.verdict();
    EXPECT_EQ(verdict.state == VerdictState::pass, every == 1) << verdict.reason;
    if (every > 1) {
      EXPECT_NE(verdict.injections.at(0).note.find("fewer checks than make an outage"), std::string::npos);
    }
  }
}

TEST(TruthMttr, AProbeThatNothingTookDownIsNoWorseThanOneThatWasDown) {
  Drill drill = drilled({5, 6, 5.5});
  Probe other = drill.scenario.probes[0];
  other.name = "other";
  drill.scenario.probes.push_back(other);
  drill.probe(0, 300, {}, ProbeId(1));
  const std::vector<ProbeId> both = {ProbeId(0), ProbeId(1)};
  drill.require("MT-1", MttrSli{both, FaultId(0), RepairStatistic::mean}, Comparison::at_most, 10);
  drill.require("AV-1", UptimeSli{both, std::chrono::hours(720)}, Comparison::at_least, 0.85);
  EXPECT_EQ(drill.verdict(0).state, VerdictState::pass) << drill.verdict(0).reason;
  EXPECT_EQ(drill.verdict(1).state, VerdictState::pass) << drill.verdict(1).reason;
  Drill dark = drilled({5, 6, 5.5});
  dark.scenario.probes.push_back(other);
  dark.probe(0, 200, {}, ProbeId(1));
  dark.require("MT-1", MttrSli{both, FaultId(0), RepairStatistic::mean}, Comparison::at_most, 10);
  EXPECT_EQ(dark.verdict().state, VerdictState::unknown) << "it did not watch the last: " << dark.verdict().reason;
}

}  // namespace
}  // namespace shakedown
