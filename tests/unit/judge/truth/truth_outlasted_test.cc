// What a failure costs where the load did not show it: it ended, or its users waited; and a service that nobody could repair.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::at;
using testing::Drill;

// A phase of 6 s, struck at its second 5, away for 5 s: the load saw one of them.
struct OutlastedDrill {
  Drill drill;
  FaultId fault;

  explicit OutlastedDrill(uint64_t good_in_it = 0) {
    const PhaseId phase = drill.add_phase("one", 6, 40);
    fault = drill.add_kill("x", phase);
    drill.scenario.faults[0].expected = Rate{2 / (30.0 * 86400)};
    const StageId stage = drill.run(phase, 0);
    drill.load(stage, 0, 5, 40);
    drill.load(stage, 5, 6, good_in_it, 40 - good_in_it);
    drill.inject(fault, stage, 5, 10.2);
    drill.probe(0, 13, {{5, 10}});
  }
  Verdict judge(const Sli& sli, Comparison comparison, double limit) {
    drill.scenario.requirements.clear();
    drill.require("R", sli, comparison, limit);
    return drill.verdict();
  }
};

TEST(TruthOfOutlasting, AnOutageThatOutlivesTheLoadHasNoUpperBound) {
  OutlastedDrill run;
  const Verdict cost = run.judge(ImpactSli{run.fault, ImpactUnit::failed_requests}, Comparison::at_most, 60);
  EXPECT_EQ(cost.state, VerdictState::not_proven) << cost.reason;
  EXPECT_TRUE(std::isinf(*cost.measured.upper));
  EXPECT_EQ(cost.needed, "a phase whose load lasts until the service is back");
  EXPECT_EQ(run.judge(ImpactSli{run.fault, ImpactUnit::failed_requests}, Comparison::at_most, 20).state, VerdictState::fail);
  const Scorecard card = run.drill.judge();
  EXPECT_TRUE(card.outages.at(0).impact.at_least);
  EXPECT_TRUE(card.faults.at(0).predicted_at_least);
}

TEST(TruthOfOutlasting, AShareInsideTheFaultIsNotProvenByTheSecondThatTheLoadSaw) {
  OutlastedDrill run(30);
  AvailabilitySli up;
  up.scope.during = run.fault;
  const Verdict inside = run.judge(up, Comparison::at_least, 0.3);
  EXPECT_EQ(inside.state, VerdictState::not_proven) << inside.reason;
  EXPECT_EQ(*inside.measured.lower, 0);
  ErrorRatioSli errors;
  errors.scope.during = run.fault;
  EXPECT_EQ(run.judge(errors, Comparison::at_most, 0.7).state, VerdictState::not_proven);
  EXPECT_EQ(run.judge(errors, Comparison::at_most, 0.01).state, VerdictState::fail);
}

TEST(TruthOfOutlasting, ARateInsideTheFaultIsNotProvenWhereTheLoadEndedBeforeTheServiceWasBack) {
  for (const double away : {25.0, 15.0}) {
    Drill drill;
    const PhaseId phase = drill.add_phase("one", 25, 40);
    const FaultId fault = drill.add_kill("x", phase);
    const StageId stage = drill.run(phase, 0);
    drill.load(stage, 0, 5, 40).load(stage, 5, 25, 30, 10);
    drill.inject(fault, stage, 5, 5 + away + 0.2);
    drill.probe(0, 33, {{5, 5 + away}});
    ThroughputSli rate;
    rate.scope.during = fault;
    drill.require("R", rate, Comparison::at_least, 20);
    const Verdict verdict = drill.verdict();
    EXPECT_EQ(verdict.state, away > 20 ? VerdictState::not_proven : VerdictState::pass) << verdict.reason;
    EXPECT_DOUBLE_EQ(*verdict.measured.value, 30);
  }
}

TEST(TruthOfOutlasting, ALoadThatLastsShowsItAll) {
  Drill drill;
  const PhaseId phase = drill.add_phase("one", 20, 40);
  const FaultId fault = drill.add_kill("x", phase);
  const StageId stage = drill.run(phase, 0);
  drill.load(stage, 0, 5, 40).load(stage, 5, 10, 0, 40).load(stage, 10, 20, 40);
  drill.inject(fault, stage, 5, 10.2);
  drill.probe(0, 20, {{5, 10}});
  drill.require("R", ImpactSli{fault, ImpactUnit::failed_requests}, Comparison::at_most, 200);
  EXPECT_EQ(drill.verdict().state, VerdictState::pass);
  EXPECT_FALSE(drill.judge().outages.at(0).impact.at_least);
}

// Two users of requests of 50 ms wait for 6 s each: 240 requests less the four that they made.
TEST(TruthOfOutlasting, WhatWaitingUsersDidNotAskForMayHaveFailed) {
  for (const auto& [limit, expected] : {std::pair(10.0, VerdictState::not_proven), std::pair(300.0, VerdictState::pass)}) {
    Drill drill;
    const PhaseId phase = drill.add_phase("one", 20, 40);
    drill.scenario.phases[0].load->kind = ClosedLoad{2, {}};
    drill.scenario.operations[0].timeout = std::chrono::seconds(3);
    const FaultId fault = drill.add_kill("x", phase);
    const StageId stage = drill.run(phase, 0);
    drill.load(stage, 0, 5, 40, 0, 0.05).load(stage, 11, 20, 40, 0, 0.05);
    drill.outcome(stage, 5, Outcome::timeout, 2, 3).outcome(stage, 8, Outcome::timeout, 2, 3);
    drill.inject(fault, stage, 5, 11);
    drill.probe(0, 20, {{5, 10.9}});
    drill.require("R", ImpactSli{fault, ImpactUnit::failed_requests}, Comparison::at_most, limit);
    const Verdict cost = drill.verdict();
    EXPECT_EQ(cost.state, expected) << cost.reason;
    EXPECT_GE(*cost.measured.upper, 236);
    if (limit < 100) {
      EXPECT_NE(cost.needed.find("an open load"), std::string::npos) << cost.needed;
    }
    EXPECT_TRUE(drill.judge().outages.at(0).impact.at_least);
  }
}

TEST(TruthOfOutlasting, AnOutageThatTwoProbesSawIsHarmlessInNeitherRow) {
  Drill drill;
  Probe second = drill.scenario.probes[0];
  second.name = "back-door";
  drill.scenario.probes.push_back(second);
  const PhaseId phase = drill.add_phase("one", 20, 40);
  const StageId stage = drill.run(phase, 0);
  drill.load(stage, 0, 5, 40).load(stage, 5, 8, 0, 40).load(stage, 8, 20, 40);
  drill.probe(0, 20, {{5, 8}});
  drill.probe(0, 20, {{5, 8}}, ProbeId(1));
  const Scorecard card = drill.judge();
  ASSERT_EQ(card.outages.size(), 2U);
  EXPECT_EQ(card.outages[0].impact.failed_requests, 120U);
  EXPECT_EQ(card.outages[1].impact.failed_requests, 120U);
  EXPECT_EQ(card.outages[0].impact.not_told_above, 120U);
  EXPECT_EQ(card.outages[1].impact.not_told_above, 0U);
}

// Down from the effect to the end of the phase, as nobody repaired it: the command was due after `after` and lasted so long.
Verdict with_failed_repair(double after, double lasted, const Sli& sli) {
  Drill drill;
  const PhaseId crash = drill.add_phase("crash", 60, 0);
  const FaultId kill = drill.add_kill("kill-ledger", crash);
  Action repair;
  repair.kind = Action::Kind::exec;
  repair.after = from_seconds(after);
  drill.scenario.faults[kill.value].recover = {repair};
  const InjectionId id = drill.inject(kill, drill.run(crash, 0), 10, 58);
  const double due = 10 + after;
  drill.add(StepEvent{StepEvent::Kind::recover, id, "exec systemctl-typo", at(due), at(due + lasted), false,
                      "cannot execute systemctl-typo"});
  drill.probe(0, 60, {{10, 59}});
  drill.require("R", sli, Comparison::at_most, 5);
  return drill.verdict();
}

TEST(TruthOfOutlasting, ARepairThatCannotBeCarriedOutBlamesNobody) {
  const Sli rto = RtoSli{FaultId(0), {ProbeId(0)}, 1};
  const Verdict typo = with_failed_repair(1, 0, rto);
  EXPECT_EQ(typo.state, VerdictState::unknown) << typo.reason;
  EXPECT_NE(typo.injections.at(0).note.find("cannot execute systemctl-typo"), std::string::npos) << typo.injections.at(0).note;
  EXPECT_EQ(with_failed_repair(1, 0.5, rto).state, VerdictState::fail) << "it was carried out and answered that it failed";
  EXPECT_EQ(with_failed_repair(9, 0, rto).state, VerdictState::fail) << "the limit was over before anybody was to repair it";
  MttrSli mttr;
  mttr.fault = FaultId(0);
  mttr.probes = {ProbeId(0)};
  EXPECT_NE(with_failed_repair(1, 0, mttr).state, VerdictState::fail);
}

// Three injections; nobody could carry the repair out, due `due` after each effect, and each stands down for 20 s.
Drill unrepaired(double due, double up_again) {
  Drill drill;
  const PhaseId crash = drill.add_phase("crash", 30, 0);
  const FaultId kill = drill.add_kill("kill-ledger", crash);
  Action repair;
  repair.kind = Action::Kind::exec;
  repair.after = from_seconds(due);
  drill.scenario.faults[kill.value].recover = {repair};
  for (int i = 0; i < 3; ++i) {
    const double struck = 30.0 * i + 5;
    const InjectionId id = drill.inject(kill, drill.run(crash, 30.0 * i), struck, struck + up_again + 1);
    drill.add(StepEvent{StepEvent::Kind::recover, id, "exec systemctl-typo", at(struck + due), at(struck + due), false, "typo"});
  }
  drill.probe(0, 90, {{5, 5 + up_again}, {35, 35 + up_again}, {65, 65 + up_again}});
  drill.require("DR", RtoSli{kill, {ProbeId(0)}}, Comparison::at_most, 5);
  drill.require("RE", MttrSli{{ProbeId(0)}, kill}, Comparison::at_most, 5);
  drill.require("RE", MttrSli{{ProbeId(0)}, kill}, Comparison::at_most, 15);
  return drill;
}

// Down for 9 s before anybody was to repair it: the limit was over by then, in both rows, and no more than that is the service's.
TEST(TruthOfOutlasting, TimeBeforeARepairThatCouldNotBeMadeCountsAlikeInRtoAndMttr) {
  const Drill late = unrepaired(9, 20);
  for (const std::size_t row : {0, 1}) {
    EXPECT_EQ(late.verdict(row).state, VerdictState::fail) << late.verdict(row).reason;
    EXPECT_NEAR(*late.verdict(row).measured.lower, 9, 0.6) << late.verdict(row).reason;
  }
  EXPECT_NE(late.verdict(2).state, VerdictState::fail) << "down for 9 s of its own, not for 20: " << late.verdict(2).reason;
  EXPECT_NE(late.verdict(2).state, VerdictState::pass);
  const Drill early = unrepaired(1, 20);
  for (const std::size_t row : {0, 1, 2}) EXPECT_EQ(early.verdict(row).state, VerdictState::unknown) << early.verdict(row).reason;
}

}  // namespace
}  // namespace shakedown
