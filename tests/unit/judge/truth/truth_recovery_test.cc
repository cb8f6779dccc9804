// Recoveries that were told shorter than they were, failures that were told twice, injections that were left out.
#include <gtest/gtest.h>

#include <cmath>

#include "controller/report/words/page_one.h"
#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::at;
using testing::Drill;
using Spans = std::vector<std::pair<double, double>>;

const std::vector<ProbeId> kFrontDoor = {ProbeId(0)};

// One 30 s phase for each entry, killed at its second 5, down as given (relative to the kill), clean `clean` later.
struct FlickerDrill {
  Drill drill;
  PhaseId crash = drill.add_phase("crash", 30, 0);
  FaultId kill = drill.add_kill("kill-ledger", crash);
  std::vector<StageId> stages;
  std::vector<InjectionId> injections;

  explicit FlickerDrill(const std::vector<Spans>& down, double clean = 3) {
    Spans all;
    double start = 0;
    for (const Spans& spans : down) {
      stages.push_back(drill.run(crash, start));
      injections.push_back(drill.inject(kill, stages.back(), start + 5, start + 5 + clean));
      for (const auto& [from, to] : spans) all.emplace_back(start + 5 + from, start + 5 + to);
      start += 30;
    }
    drill.probe(0, start, all);
  }
  Verdict judge(Sli sli, double limit, Comparison comparison = Comparison::at_most) {
    drill.scenario.requirements.clear();
    drill.require("R", std::move(sli), comparison, limit);
    return drill.verdict();
  }
  Verdict rto(double limit) { return judge(RtoSli{kill, kFrontDoor}, limit); }
};

const Spans kFlicker = {{0, 1}, {1.3, 3.3}};

// Checks take 5 ms at most and may take 5 s. From 5.05 s on they hang; the fault of 8 s harms nothing, though the first check
// that hung was still out when it struck.
TEST(TruthOfRecovery, AnOutageThatHadBegunBeforeTheFaultIsNotItsOwn) {
  Drill drill;
  Probe& probe = drill.scenario.probes[0];
  probe.every = std::chrono::milliseconds(300);
  probe.timeout = std::chrono::seconds(5);
  const PhaseId phase = drill.add_phase("calm", 30, 0);
  const FaultId touch = drill.add_kill("touch", phase);
  drill.inject(touch, drill.run(phase, 0), 8, 15);
  for (int i = 0; i < 100; ++i) {
    const double start = 0.3 * i;
    const bool hangs = start > 5.05 && start < 12.05;
    drill.check(start, hangs ? std::min(start + 5, 12.05) : start + 0.005, !hangs);
  }
  drill.require("MB", MtbfSli{kFrontDoor}, Comparison::at_least, 1);
  drill.require("DR", RtoSli{touch, kFrontDoor, 1, {}}, Comparison::at_most, 10);
  const Scorecard card = drill.judge();
  ASSERT_EQ(card.outages.size(), 1U);
  EXPECT_EQ(card.outages[0].cause, "spontaneous");
  EXPECT_NE(card.requirements[1].verdict.state, VerdictState::pass) << card.requirements[1].verdict.reason;
}

TEST(TruthOfRecovery, AServiceThatFallsAgainHasNotRecovered) {
  for (const double clean : {1.2, 2.0, 5.0}) {  // before, within and after the second outage
    SCOPED_TRACE(clean);
    const Verdict v = FlickerDrill({kFlicker, kFlicker, kFlicker}, clean).rto(2);
    EXPECT_EQ(v.state, VerdictState::fail) << v.reason;
    for (const InjectionVerdict& i : v.injections) {
      EXPECT_LE(i.lower, 3.3);
      EXPECT_GE(i.lower, 3.0);
      EXPECT_GE(i.upper, 3.3);
      EXPECT_LE(i.upper, 3.6);
    }
  }
}

TEST(TruthOfRecovery, AnOutageLongAfterCleanCountsInRtoAndAsSpontaneous) {
  const Spans later = {{0, 1}, {8, 10}};  // clean at 3, good for 5 s, down for 2 s
  FlickerDrill kills({later, {{0, 1}}, {{0, 1}}});
  const Verdict v = kills.rto(5);
  EXPECT_EQ(v.state, VerdictState::fail) << v.reason;
  EXPECT_NEAR(v.injections[0].lower, 10, 0.2);
  const Scorecard card = kills.drill.judge();
  ASSERT_EQ(card.outages.size(), 4U);
  EXPECT_EQ(card.outages[1].cause, "spontaneous");
  EXPECT_EQ(kills.judge(MtbfSli{kFrontDoor}, 1, Comparison::at_least).measured.samples, 1U);
}

TEST(TruthOfRecovery, ARelapseBelongsToItsInjectionWheneverThatWasCalledClean) {
  for (const double clean : {1.2, 2.0, 5.0}) {  // before, within and after the second outage
    SCOPED_TRACE(clean);
    FlickerDrill kills({kFlicker, kFlicker, kFlicker}, clean);
    const Verdict repair = kills.judge(MttrSli{kFrontDoor, kills.kill, RepairStatistic::mean}, 2);
    EXPECT_EQ(repair.measured.samples, 3U) << repair.reason;
    EXPECT_NEAR(repair.measured.value.value_or(0), 3.3, 0.2);
    EXPECT_NE(repair.state, VerdictState::pass);
    EXPECT_EQ(kills.judge(MtbfSli{kFrontDoor}, 1, Comparison::at_least).measured.samples, 0U);
    for (const ScoredOutage& outage : kills.drill.judge().outages) EXPECT_EQ(outage.cause, "kill-ledger");
  }
}

// Too short for an outage, and then away for 1.6 s: clean was said between the two.
TEST(TruthOfRecovery, AFaultThatHurtsLateIsNotTolerated) {
  for (const auto& [later, cause] : {std::pair(2.6, "kill-ledger"), std::pair(9.0, "spontaneous")}) {
    const Spans down = {{0, 0.15}, {later, later + 1.6}};
    FlickerDrill kills({down, down, down}, 2.3);
    const Verdict v = kills.judge(ToleratedSli{{kills.kill}, kFrontDoor}, 0.3, Comparison::at_least);
    EXPECT_NE(v.state, VerdictState::pass) << v.reason;
    for (const ScoredOutage& outage : kills.drill.judge().outages) EXPECT_EQ(outage.cause, cause);
  }
}

TEST(TruthOfRecovery, AnUndoAfterTheFirstRecoveryIsNoExcuseForASecondOutage) {
  FlickerDrill kills({kFlicker, kFlicker, kFlicker}, 5);
  for (std::size_t i = 0; i < 3; ++i)
    kills.drill.fault_event(kills.injections[i], FaultState::undoing, 30.0 * static_cast<double>(i) + 7);
  EXPECT_EQ(kills.rto(2).state, VerdictState::fail);
  FlickerDrill early({{{0, 1}}, {{0, 1}}, {{0, 1}}});
  early.drill.fault_event(early.injections[1], FaultState::undoing, 35.5);
  EXPECT_EQ(early.rto(2).state, VerdictState::not_proven);
}

TEST(TruthOfRecovery, FailedChecksTooFewForAnOutageAreNotMaskedAway) {
  Drill drill;
  drill.scenario.probes[0].every = std::chrono::seconds(1);
  const PhaseId crash = drill.add_phase("crash", 30, 0);
  const FaultId kill = drill.add_kill("kill-ledger", crash);
  for (int i = 0; i < 3; ++i) {
    const double start = 30.0 * i;
    drill.inject(kill, drill.run(crash, start), start + 5.5, start + 5.9);  // clean before a check could fail
    drill.probe(start, start + 30, {{start + 5.6, start + 7.5}});           // the checks at 6 and 7 fail
  }
  drill.require("R", RtoSli{kill, kFrontDoor}, Comparison::at_most, 2);
  const Verdict v = drill.verdict();
  EXPECT_EQ(v.state, VerdictState::not_proven) << v.reason;
  EXPECT_NEAR(v.injections[0].upper, 3.005, 1e-6);  // from the good check at 5 to the end of the one at 8
  EXPECT_EQ(v.injections[0].lower, 0);
  drill.requirement(0).objective.limit = 3.1;
  EXPECT_EQ(drill.verdict().state, VerdictState::pass);
}

TEST(TruthOfRecovery, ARecoveryStepThatFailsIsAFail) {
  const auto with_step = [](double ended, double undo) {
    FlickerDrill kills({{{0, 1}}, {{0, 1}}, {{0, 1}}});
    StepEvent step;
    step.kind = StepEvent::Kind::recover;
    step.injection = kills.injections[1];
    step.what = "fail over";
    step.started = at(35.1);
    step.ended = at(ended);
    step.ok = false;
    kills.drill.add(step);
    if (undo > 0) kills.drill.fault_event(kills.injections[1], FaultState::undoing, undo);
    return kills.rto(5);
  };
  const Verdict v = with_step(37, 0);
  EXPECT_EQ(v.state, VerdictState::fail);
  EXPECT_NE(v.reason.find("\"fail over\" failed"), std::string::npos) << v.reason;
  EXPECT_EQ(with_step(37, 36.9).state, VerdictState::pass);  // our undo cut it short
}

TEST(TruthOfInjections, OnesThatTheTargetMadeInvalidForbidAPass) {
  std::vector<Spans> ten(3, {{0, 1}});
  for (int i = 0; i < 7; ++i) ten.push_back({{-2, 1}});
  FlickerDrill kills(ten);
  const Verdict rto = kills.rto(5);
  EXPECT_EQ(rto.state, VerdictState::not_proven) << rto.reason;
  EXPECT_NE(rto.needed.find("already down before"), std::string::npos) << rto.needed;
  EXPECT_FALSE(rto.supportable.has_value());
  EXPECT_EQ(kills.judge(MttrSli{kFrontDoor, kills.kill}, 5).state, VerdictState::not_proven);
  for (std::size_t i = 0; i < ten.size(); ++i)
    kills.drill.load(kills.stages[i], 30 * static_cast<int64_t>(i), 30 * static_cast<int64_t>(i) + 30, 10);
  EXPECT_EQ(kills.judge(ImpactSli{kills.kill, ImpactUnit::failed_requests}, 5).state, VerdictState::not_proven);
  std::vector<Spans> tolerant(3);
  tolerant.push_back({{-2, 1}});
  const ToleratedSli tolerated{{FaultId(0)}, kFrontDoor};
  EXPECT_EQ(FlickerDrill(tolerant).judge(tolerated, 1, Comparison::at_least).state, VerdictState::not_proven);
  tolerant.pop_back();
  EXPECT_EQ(FlickerDrill(tolerant).judge(tolerated, 1, Comparison::at_least).state, VerdictState::pass);
}

TEST(TruthOfInjections, OneIntoATargetThatAcknowledgesNothingForbidsAnRpo) {
  FlickerDrill kills({{{0, 1}}, {{0, 1}}, {{0, 1}}, {{0, 1}}});
  for (std::size_t i = 0; i < 3; ++i) {
    const double start = 30 * static_cast<double>(i);
    kills.drill.writes(start, start + 5).verify(kills.injections[i], start + 10, {});
  }
  kills.drill.verify(kills.injections[3], 100, {});
  const Verdict v = kills.judge(RpoSli{kills.kill, LedgerId(0), RpoUnit::writes}, 0);
  EXPECT_EQ(v.state, VerdictState::not_proven) << v.reason;
}

TEST(TruthOfRepairTimes, AnInjectedOutageLastsFromItsEffect) {
  FlickerDrill kills({});
  kills.drill.scenario.probes[0].timeout = std::chrono::milliseconds(500);
  const StageId stage = kills.drill.run(kills.crash, 0);
  kills.drill.inject(kills.kill, stage, 5, 9);
  kills.drill.probe(0, 5);
  for (int i = 0; i < 23; ++i) kills.drill.check(5 + 0.1 * i, 5.5 + 0.1 * i, false);  // a stalled target: each check times out
  kills.drill.probe(7.3, 30);
  const Verdict v = kills.judge(MttrSli{kFrontDoor, kills.kill}, 5);
  const Verdict rto = kills.rto(5);
  EXPECT_DOUBLE_EQ(*v.measured.value, (rto.injections[0].lower + rto.injections[0].upper) / 2);
}

TEST(TruthOfImpact, AFailureCountsOnce) {
  FlickerDrill kills({{{0, 0.5}, {0.9, 1.5}}}, 5);
  kills.drill.scenario.probes.push_back(kills.drill.scenario.probes[0]);
  kills.drill.probe(0, 30, {{5, 6.5}}, ProbeId(1));
  kills.drill.load(kills.stages[0], 0, 5, 100).load(kills.stages[0], 5, 7, 0, 100).load(kills.stages[0], 7, 30, 100);
  kills.drill.writes(0, 5).verify(kills.injections[0], 20, {49});
  const Scorecard card = kills.drill.judge();
  ASSERT_EQ(card.outages.size(), 3U);
  uint64_t failed = 0, lost = 0;
  for (const ScoredOutage& outage : card.outages) {
    failed += outage.impact.not_told_above;
    lost += outage.impact.lost_writes;
  }
  EXPECT_EQ(failed, 200U);
  EXPECT_EQ(lost, 2U) << "once for each probe that saw it";
}

// w1 dies and comes back unseen; while it is not clean yet, w2 dies too and the service is away for 3.1 s.
struct OverlapDrill {
  Drill drill;
  PhaseId crash = drill.add_phase("crash", 30, 0);
  FaultId w1 = drill.add_kill("kill-w1", crash), w2 = drill.add_kill("kill-w2", crash);

  explicit OverlapDrill(int times) {
    for (int i = 0; i < times; ++i) {
      const double start = 30.0 * i;
      const StageId stage = drill.run(crash, start);
      drill.inject(w1, stage, start + 5, start + 15);
      drill.inject(w2, stage, start + 8, start + 15);
      drill.probe(start, start + 30, {{start + 8, start + 11.1}});
    }
  }
};

TEST(TruthOfOverlaps, AnOutageUnderTwoFaultsIsOfNeitherAlone) {
  OverlapDrill pair(3);
  pair.drill.require("R1", RtoSli{pair.w1, kFrontDoor}, Comparison::at_most, 2);
  pair.drill.require("R2", RtoSli{pair.w2, kFrontDoor}, Comparison::at_most, 5);
  pair.drill.require("R3", MttrSli{kFrontDoor, pair.w2}, Comparison::at_most, 5);
  pair.drill.require("R4", ToleratedSli{{pair.w1}, kFrontDoor}, Comparison::at_least, 1);
  pair.drill.require("R5", ImpactSli{pair.w1, ImpactUnit::failed_requests}, Comparison::at_most, 5);
  const Scorecard card = pair.drill.judge();
  for (const ScoredRequirement& row : card.requirements) {
    EXPECT_EQ(row.verdict.state, VerdictState::unknown) << row.requirement.id << " " << row.verdict.reason;
  }
  EXPECT_NE(card.requirements[0].verdict.reason.find("kill-w2 was at work at the same time"), std::string::npos)
      << card.requirements[0].verdict.reason;
  ASSERT_EQ(card.outages.size(), 3U);
  EXPECT_EQ(card.outages[0].cause, "kill-w1 and kill-w2");
  for (const std::string& sentence : report::tldr_words(card))
    EXPECT_EQ(sentence.find("away for"), std::string::npos) << sentence;
}

TEST(TruthOfOverlaps, WhatWasMissedBeforeTheSecondFaultStruckIsAFail) {
  Drill drill;
  const PhaseId crash = drill.add_phase("crash", 30, 0);
  const FaultId w1 = drill.add_kill("kill-w1", crash), w2 = drill.add_kill("kill-w2", crash);
  const StageId stage = drill.run(crash, 0);
  drill.inject(w1, stage, 5, 15);
  drill.inject(w2, stage, 9, 15);
  drill.probe(0, 30, {{5, 12}});
  drill.require("R1", RtoSli{w1, kFrontDoor}, Comparison::at_most, 2);
  drill.require("R2", RtoSli{w1, kFrontDoor}, Comparison::at_most, 5);
  drill.require("R3", RtoSli{w2, kFrontDoor}, Comparison::at_most, 1);
  EXPECT_EQ(drill.verdict(0).state, VerdictState::fail);
  EXPECT_EQ(drill.verdict(1).state, VerdictState::unknown);
  EXPECT_EQ(drill.verdict(2).state, VerdictState::unknown);
}

TEST(TruthOfOutages, OneWhoseProbeWasLostIsToldNoLongerThanItWasSeen) {
  FlickerDrill kills({{{0, 20}}});
  kills.drill.add(AgentEvent{AgentEvent::Kind::lost, AgentId(0), at(6), "gone"});
  const Scorecard card = kills.drill.judge();
  ASSERT_EQ(card.outages.size(), 1U);
  EXPECT_LE(card.outages[0].seen_until, at(6));
  EXPECT_TRUE(std::isinf(card.outages[0].upper_seconds));
}

TEST(TruthOfUptime, DrillsThatDidNotEndByThemselvesDoNotDropOutOfTheRepairTime) {
  FlickerDrill kills({{{0, 1}}, {{0, 1}}, {{0, 20}}}, 21);
  kills.drill.fault_event(kills.injections[2], FaultState::undoing, 84);
  const Verdict v = kills.judge(UptimeSli{kFrontDoor}, 0.5, Comparison::at_least);
  EXPECT_EQ(v.state, VerdictState::not_proven) << v.reason;
}

}  // namespace
}  // namespace shakedown
