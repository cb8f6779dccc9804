// Seconds that a fault shares with the time around it, and time in which nothing was asked of the service.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::Drill;

// 200 a second; eight faults of `length` seconds in which nothing is answered, each from the middle of a second on.
struct Faults {
  Drill drill;
  FaultId kill;

  explicit Faults(double length) {
    const PhaseId phase = drill.add_phase("steady", 160, 200);
    kill = drill.add_kill("hang", phase);
    const StageId stage = drill.run(phase, 0);
    std::vector<std::pair<double, double>> outages;
    for (int i = 0; i < 8; ++i) {
      const double from = 20.0 * i + 5.5;
      drill.inject(kill, stage, from, from + length);
      outages.emplace_back(from, from + length - 0.05);
    }
    for (int64_t s = 0; s < 160; ++s) {
      const double at = static_cast<double>(s % 20) - 5.5;
      const double away = std::clamp(std::min(at + 1, length) - std::max(at, 0.0), 0.0, 1.0);
      const auto bad = static_cast<uint64_t>(std::lround(200 * away));
      drill.load(stage, s, s + 1, 200 - bad, bad);
    }
    drill.probe(0, 160, outages);
  }

  Verdict of(Sli sli, Comparison comparison, double limit) {
    drill.scenario.requirements.clear();
    drill.require("R", std::move(sli), comparison, limit);
    return drill.verdict();
  }
};

TEST(TruthEdges, WhatWasDueBesideAShortFaultMakesNoPass) {
  Faults run(0.3);
  const Scope during{{}, run.kill, {}};
  const Verdict available = run.of(AvailabilitySli{{}, during}, Comparison::at_least, 0.6);
  EXPECT_EQ(available.state, VerdictState::not_proven) << available.reason;
  EXPECT_NE(available.needed.find("a fault that fills more whole seconds"), std::string::npos) << available.needed;
  EXPECT_EQ(run.of(ErrorRatioSli{{}, {}, during}, Comparison::at_most, 0.4).state, VerdictState::not_proven);
  EXPECT_EQ(run.of(LatencySli{OperationId(0), 0.5, during}, Comparison::at_most, 0.1).state, VerdictState::not_proven);
  EXPECT_NE(run.of(ThroughputSli{{}, during}, Comparison::at_least, 50).state, VerdictState::pass);
}

TEST(TruthEdges, ALongFaultIsJudgedByTheSecondsThatItFills) {
  Faults run(6);
  const Scope during{{}, run.kill, {}};
  EXPECT_EQ(run.of(AvailabilitySli{{}, during}, Comparison::at_least, 0.6).state, VerdictState::fail);
  EXPECT_EQ(run.of(ErrorRatioSli{{}, {}, during}, Comparison::at_most, 0.4).state, VerdictState::fail);
}

// Every second request is answered with an error within a millisecond, always; a fault at 16 s.
Verdict half_failing(double took, const Sli& sli, double limit) {
  Drill drill;
  drill.scenario.operations[0].timeout = std::chrono::seconds(20);
  const PhaseId phase = drill.add_phase("steady", 18, 50);
  const FaultId kill = drill.add_kill("crash", phase);
  const StageId stage = drill.run(phase, 0);
  drill.inject(kill, stage, 16.2, 18);
  for (int64_t s = 0; s < 18; ++s) drill.load(stage, s, s + 1, 25).outcome(stage, s, Outcome::failed, 25, took);
  drill.probe(0, 18, {{16.2, 17.5}});
  drill.require("AV", sli, Comparison::at_least, limit);
  return drill.verdict();
}

TEST(TruthEdges, WhatHadFailedLongBeforeAFaultWasNotOutWhenItStruck) {
  const Verdict verdict = half_failing(0.001, AvailabilitySli{}, 0.99);
  EXPECT_EQ(verdict.state, VerdictState::fail) << verdict.reason;
  EXPECT_EQ(verdict.reason.find("when a fault struck"), std::string::npos) << verdict.reason;
  const Verdict out = half_failing(17, AvailabilitySli{}, 0.99);
  EXPECT_EQ(out.state, VerdictState::not_proven) << out.reason;
}

// It fails after each 12 s of load and never while it waits: 50 s of waiting before the only phase.
TEST(TruthEdges, WaitingIsNoTimeBetweenFailures) {
  Drill drill;
  const StageId stage = drill.run(drill.add_phase("steady", 10, 50), 50);
  drill.load(stage, 50, 60, 50).probe(0, 60);
  drill.require("MT", MtbfSli{{ProbeId(0)}}, Comparison::at_least, 18);
  drill.require("MR", MtbrSli{{ProbeId(0)}}, Comparison::at_least, 18);
  const Scorecard card = drill.judge();
  for (const ScoredRequirement& row : card.requirements) {
    EXPECT_EQ(row.verdict.state, VerdictState::not_proven) << row.verdict.reason;
    EXPECT_LT(*row.verdict.measured.lower, 10 / 2.9) << row.verdict.reason;
  }
}

TEST(TruthEdges, AnOutageWhileNothingIsAskedIsNoProofOfShortTimesBetweenFailures) {
  Drill drill;
  const PhaseId phase = drill.add_phase("steady", 10, 50);
  const StageId first = drill.run(phase, 0), second = drill.run(phase, 610);
  drill.load(first, 0, 10, 50).load(second, 610, 620, 50).probe(0, 620, {{300, 301}});
  drill.require("MT", MtbfSli{{ProbeId(0)}}, Comparison::at_least, 1000);
  EXPECT_EQ(drill.verdict().state, VerdictState::not_proven) << drill.verdict().reason;
}

// 5 % always fail; the fault breaks what nobody uses, for all of its phase, and the other phase has another load.
Verdict costs(bool away) {
  Drill drill;
  const PhaseId steady = drill.add_phase("steady", 20, 90), hit = drill.add_phase("hit", 10, 100);
  const FaultId kill = drill.add_kill("hang", hit);
  const StageId before = drill.run(steady, 0), stage = drill.run(hit, 20);
  drill.load(before, 0, 20, 85, 5);
  drill.load(stage, 20, 30, away ? 0 : 95, away ? 100 : 5);
  drill.inject(kill, stage, 20, 30);
  drill.probe(0, 30, away ? std::vector<std::pair<double, double>>{{20, 29.5}} : std::vector<std::pair<double, double>>{});
  drill.require("IM", ImpactSli{kill, ImpactUnit::failed_requests}, Comparison::at_most, 10);
  return drill.verdict();
}

TEST(TruthEdges, WhatAlwaysFailsIsNotChargedToAFaultWithoutAQuietTime) {
  const Verdict verdict = costs(false);
  EXPECT_EQ(verdict.state, VerdictState::not_proven) << verdict.reason;
  EXPECT_NE(verdict.needed.find("outside fault windows under the same load"), std::string::npos) << verdict.needed;
  EXPECT_EQ(costs(true).state, VerdictState::fail) << "a probe saw the service away";
}

// Every tenth request fails while more than 100 a second are asked for. From 12 s on there are 150 instead of 50; a fault that
// breaks nothing is at work for 4 s.
TEST(TruthEdges, AnotherRateOfTheSamePhaseIsNoQuietTime) {
  Drill drill;
  const PhaseId phase = drill.add_phase("steps", 24, 50);
  std::get<OpenLoad>(drill.scenario.phases[phase.value].load->kind).shape =
      StepRate{{Rate{50}, Rate{150}}, std::chrono::seconds(12)};
  const FaultId kill = drill.add_kill("hang", phase);
  const StageId stage = drill.run(phase, 0);
  drill.load(stage, 0, 12, 50).load(stage, 12, 24, 135, 15);
  drill.inject(kill, stage, 12, 16);
  drill.probe(0, 24);
  drill.require("IM", ImpactSli{kill, ImpactUnit::failed_requests}, Comparison::at_most, 10);
  EXPECT_NE(drill.verdict().state, VerdictState::fail) << drill.verdict().reason;
}

// Half of the answers are errors, and our own loop came late.
TEST(TruthEdges, NoLagMakesAnAnswerWrong) {
  Drill drill;
  const StageId stage = drill.run(drill.add_phase("steady", 20, 50), 0);
  drill.load(stage, 0, 20, 25, 25);
  for (int64_t s = 0; s < 20; ++s) drill.lag(stage, s, 0.02, 50);
  drill.require("PE", LatencySli{OperationId(0), 0.9, {}}, Comparison::at_most, 0.05);
  EXPECT_EQ(drill.verdict().state, VerdictState::fail) << drill.verdict().reason;
}

TEST(TruthEdges, AProvenFailureOutlivesALostLoadAgent) {
  for (const bool failing : {true, false}) {
    Drill drill;
    drill.add_agent("second", {});
    const StageId stage = drill.run(drill.add_phase("steady", 25, 100), 0);
    drill.load(stage, 0, 21, failing ? 50 : 100, failing ? 50 : 0).load(stage, 21, 25, failing ? 25 : 50, failing ? 25 : 0);
    drill.add(AgentEvent{AgentEvent::Kind::lost, AgentId(1), testing::at(21), "it is gone"});
    drill.require("AV", AvailabilitySli{}, Comparison::at_least, 0.99);
    EXPECT_EQ(drill.verdict().state, failing ? VerdictState::fail : VerdictState::unknown) << drill.verdict().reason;
  }
}

}  // namespace
}  // namespace shakedown
