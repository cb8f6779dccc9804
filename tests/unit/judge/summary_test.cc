// The descriptive parts of the scorecard.
#include <gtest/gtest.h>

#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::at;
using testing::Drill;

struct Subject {
  Drill drill;
  PhaseId crash = drill.add_phase("crash", 60, 0);
  FaultId kill = drill.add_kill("kill-ledger", crash);
  StageId stage = drill.run(crash, 0);
  InjectionId injection = drill.inject(kill, stage, 20, 26);

  // A spontaneous outage at [5, 8), the fault's at [20, 24).
  Subject() {
    drill.load(stage, 0, 5, 100).load(stage, 5, 8, 25, 75).load(stage, 8, 20, 100);
    drill.load(stage, 20, 24, 0, 100).load(stage, 24, 60, 100);
    drill.writes(0, 20).verify(injection, 40, {199});
    drill.probe(0, 60, {{5, 8}, {20, 24}});
  }
};

TEST(Summary, OutagesWithCauseAndImpact) {
  const Scorecard card = Subject().drill.judge();
  ASSERT_EQ(card.outages.size(), 2U);
  EXPECT_EQ(card.outages[0].cause, "spontaneous");
  EXPECT_EQ(card.outages[0].impact.failed_requests, 225U + 0);
  EXPECT_DOUBLE_EQ(card.outages[0].impact.worst_error_ratio, 0.75);
  EXPECT_EQ(card.outages[0].impact.lost_writes, 0U);
  EXPECT_EQ(card.outages[1].cause, "kill-ledger");
  EXPECT_EQ(card.outages[1].impact.failed_requests, 400U);
  EXPECT_EQ(card.outages[1].impact.lost_writes, 1U);
  EXPECT_DOUBLE_EQ(card.outages[1].impact.worst_error_ratio, 1);
  EXPECT_LE(card.outages[1].lower_seconds, 4);
  EXPECT_GE(card.outages[1].upper_seconds, 4);
  EXPECT_EQ(card.outages[1].probe, "front-door");
}

// Beside reads to the target of the probe: orders to another, all of which fail while the probe sees its own away. Their
// ledger lies at the other target too.
TEST(TruthOfOutages, WhatAnotherTargetAnswersIsNoPartOfAnOutage) {
  const TargetId api(0), shop(1);
  Subject run;
  Drill& drill = run.drill;
  drill.scenario.operations[0].request.target = api;
  const OperationId order = drill.add_operation("order");
  drill.scenario.operations[order.value].request.target = shop;
  drill.scenario.ledgers[0].write.target = shop;
  for (const auto& [from, to] : {std::pair(0, 5), std::pair(8, 20), std::pair(24, 60)})
    drill.load(run.stage, from, to, 50, 0, 0.005, order);
  drill.load(run.stage, 5, 8, 0, 50, 0.005, order).load(run.stage, 20, 24, 0, 50, 0.005, order);
  Probe other = drill.scenario.probes[0];
  other.name = "shop-door";
  other.operation = order;
  drill.scenario.probes.push_back(other);
  drill.probe(0, 60, {{5, 8}}, ProbeId(1));
  const Scorecard card = drill.judge();
  ASSERT_EQ(card.outages.size(), 3U);
  EXPECT_EQ(card.outages[0].impact.failed_requests, 225U);
  EXPECT_DOUBLE_EQ(card.outages[0].impact.worst_error_ratio, 0.75);
  EXPECT_EQ(card.outages[1].probe, "shop-door");
  EXPECT_EQ(card.outages[1].impact.failed_requests, 150U);
  EXPECT_EQ(card.outages[1].impact.not_told_above, 150U) << "no outage above it was of this target";
  EXPECT_EQ(card.outages[2].impact.failed_requests, 400U);
  EXPECT_EQ(card.outages[2].impact.lost_writes, 0U);
}

// The load asks another target only: what the outage cost is not known.
TEST(TruthOfOutages, WithoutLoadOnItsTargetWhatAnOutageCostIsALowerBound) {
  Drill drill;
  const PhaseId steady = drill.add_phase("steady", 30, 100);
  drill.scenario.operations[0].request.target = TargetId(0);
  const OperationId order = drill.add_operation("order");
  drill.scenario.operations[order.value].request.target = TargetId(1);
  drill.scenario.phases[0].load->mix = {{order, 1}};
  drill.load(drill.run(steady, 0), 0, 30, 100, 0, 0.005, order).probe(0, 30, {{5, 8}});
  const Scorecard card = drill.judge();
  ASSERT_EQ(card.outages.size(), 1U);
  EXPECT_TRUE(card.outages[0].impact.at_least);
}

TEST(Summary, ACheckUnderWayWhenTheFaultStruckCountsAsHitByIt) {
  Drill drill;
  const PhaseId crash = drill.add_phase("crash", 20, 0);
  const FaultId kill = drill.add_kill("kill", crash);
  drill.probe(0, 9.9).check(9.95, 10.1, false).probe(10.05, 20, {{10, 12}});
  drill.inject(kill, drill.run(crash, 0), 10.0, 13);
  const Scorecard card = drill.judge();
  ASSERT_EQ(card.outages.size(), 1U);
  EXPECT_EQ(card.outages[0].cause, "kill");
}

TEST(Summary, FaultsSayHowTheyEnded) {
  const auto ended = [](double undo, Duration limit = std::chrono::seconds(60)) {
    Subject run;
    run.drill.scenario.faults[0].recover_within = limit;
    if (undo > 0) run.drill.fault_event(run.injection, FaultState::undoing, undo);
    const Scorecard card = run.drill.judge();
    return card.faults.at(0).ended_by;
  };
  EXPECT_EQ(ended(0), "recovery");
  EXPECT_EQ(ended(25), "recovery");
  EXPECT_EQ(ended(22), "undo");
  EXPECT_EQ(ended(22, std::chrono::seconds(2)), "undo after limit");
}

TEST(Summary, FaultsCarryInstantsAndProof) {
  const Scorecard card = Subject().drill.judge();
  ASSERT_EQ(card.faults.size(), 1U);
  EXPECT_EQ(card.faults[0].component, "ledger");
  EXPECT_EQ(card.faults[0].injection, 1U);
  EXPECT_EQ(card.faults[0].bite, "the process is gone");
  EXPECT_EQ(card.faults[0].injected_at, at(20));
  EXPECT_EQ(card.faults[0].undone_at, at(26));
  EXPECT_EQ(card.faults[0].state, FaultState::clean);
}

TEST(Summary, AccountingAddsUp) {
  Subject run;
  run.drill.outcome(run.stage, 30, Outcome::timeout, 3).outcome(run.stage, 31, Outcome::dropped_by_us, 2);
  const Accounting a = run.drill.judge().accounting;
  EXPECT_EQ(a.timeout, 3U);
  EXPECT_EQ(a.dropped_by_us, 2U);
  EXPECT_EQ(a.failed, 225U + 400U);
  EXPECT_EQ(a.offered, a.ok + a.failed + a.refused + a.reset + a.timeout + a.unfinished + a.dropped_by_target + a.dropped_by_us +
                           a.client_error);
}

TEST(Summary, AgentsWithLagAndCpu) {
  Subject run;
  for (int64_t s = 0; s < 60; ++s) {
    run.drill.lag(run.stage, s, 0.0001, 100);
    run.drill.health(s, {.cpu_seconds = 0.25});
  }
  const Scorecard card = run.drill.judge();
  ASSERT_EQ(card.agents.size(), 1U);
  EXPECT_NEAR(card.agents[0].lag_p99_seconds, 0.0001, 1e-6);
  EXPECT_NEAR(card.agents[0].cpu_share, 0.25, 1e-9);
  EXPECT_EQ(card.agents[0].name, "local");
}

TEST(Summary, SameInputSameCard) {
  Subject run;
  run.drill.require("DR-1", RtoSli{run.kill, {ProbeId(0)}}, Comparison::at_most, 5);
  EXPECT_EQ(testing::all_text(run.drill.judge()), testing::all_text(run.drill.judge()));
}

}  // namespace
}  // namespace shakedown
