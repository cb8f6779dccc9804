// Sixteen ways in which other gates turn missing evidence into green (slo-and-scorecards 3), in our inputs. None may
// give a passing row on that evidence, and none a GO.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::at;
using testing::Drill;

// A sound run of 100 s at 100/s without a failure; with_must adds a row that passes.
Drill sound(bool with_must = true) {
  Drill drill;
  const StageId stage = drill.run(drill.add_phase("steady", 100, 100), 0);
  drill.load(stage, 0, 100, 100).probe(0, 100);
  if (with_must) drill.require("AV-1", AvailabilitySli{}, Comparison::at_least, 0.999);
  return drill;
}

void expect_not_green(const Drill& drill, std::size_t row) {
  const Scorecard card = drill.judge();
  EXPECT_NE(card.requirements.at(row).verdict.state, VerdictState::pass) << testing::all_text(card);
  EXPECT_FALSE(card.requirements[row].verdict.reason.empty());
  EXPECT_NE(card.decision, DecisionState::go);
  EXPECT_NE(exit_code(card), 0);
}

TEST(NeverGreen, TheFixtureItselfIsGreen) { EXPECT_EQ(sound().judge().decision, DecisionState::go); }

TEST(NeverGreen, Row1NoRequirementsAtAll) {
  const Scorecard card = sound(false).judge();
  EXPECT_EQ(card.decision, DecisionState::not_proven);
  EXPECT_EQ(card.covers, "0 of 11 areas");
}

TEST(NeverGreen, Row2OnlyInformationalRows) {
  Drill drill = sound();
  drill.requirement(0).must = false;
  EXPECT_EQ(drill.verdict().state, VerdictState::pass);
  EXPECT_EQ(drill.judge().decision, DecisionState::not_proven);
}

TEST(NeverGreen, Row3NothingToCompareWith) {
  // A claim on a phase of which there is no result yet.
  Drill drill = sound();
  const PhaseId later = drill.add_phase("later", 10, 100);
  drill.require("AV-2", AvailabilitySli{{}, {{later}, {}}}, Comparison::at_least, 0.9);
  drill.requirement(1).declared = Declared{Status::green, {}, "", {}};
  expect_not_green(drill, 1);
  EXPECT_EQ(drill.verdict(1).watermelon, Watermelon::unverifiable);
}

TEST(NeverGreen, Row4TheSourceReportedTroubleButItsFiguresLookFine) {
  Drill lost = sound();
  lost.add(AgentEvent{AgentEvent::Kind::lost, AgentId(0), at(99), "stream broke"});
  expect_not_green(lost, 0);
  Drill gap = sound();
  gap.drop_snapshot(50);
  expect_not_green(gap, 0);
}

TEST(NeverGreen, Row5ObjectiveThatIsNotANumber) {
  for (const double limit : {std::nan(""), std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()}) {
    for (const Comparison c : {Comparison::at_least, Comparison::at_most}) {
      Drill drill = sound();
      drill.requirement(0).objective = {c, limit, ""};
      expect_not_green(drill, 0);
    }
  }
}

TEST(NeverGreen, Row6ARowWithoutAnyLimit) {
  Drill drill = sound();
  drill.require("PE-1", LatencySli{OperationId(0)}, Comparison::at_most, std::numeric_limits<double>::infinity());
  expect_not_green(drill, 1);
  EXPECT_EQ(drill.verdict(1).state, VerdictState::unknown);
}

TEST(NeverGreen, Row7ZeroOfZero) {
  Drill drill = sound();
  const PhaseId idle = drill.add_phase("idle", 10, 0);
  drill.run(idle, 100);
  drill.probe(100, 110);
  for (const Sli& sli : {Sli(AvailabilitySli{{}, {{idle}, {}}}), Sli(ErrorRatioSli{{}, {}, {{idle}, {}}}),
                         Sli(LatencySli{OperationId(0), 0.5, {{idle}, {}}}), Sli(ThroughputSli{{}, {{idle}, {}}})}) {
    const std::size_t row = drill.require("X", sli, Comparison::at_most, 1e9);
    expect_not_green(drill, row);
    EXPECT_EQ(drill.verdict(row).state, VerdictState::unknown);
  }
}

TEST(NeverGreen, Row8EndedBeforeTheFirstMeasurement) {
  Drill drill;
  drill.add_phase("steady", 100, 100);
  drill.require("AV-1", AvailabilitySli{}, Comparison::at_least, 0.999);
  drill.manifest.state = RunState::aborted;
  expect_not_green(drill, 0);
  drill.manifest.state = RunState::completed;
  expect_not_green(drill, 0);
}

TEST(NeverGreen, Row9EveryMeasurementFailedOnOurSide) {
  for (const Outcome o : {Outcome::client_error, Outcome::dropped_by_us}) {
    Drill drill;
    const StageId stage = drill.run(drill.add_phase("steady", 100, 100), 0);
    for (int64_t s = 0; s < 100; ++s) drill.outcome(stage, s, o, 100);
    drill.require("AV-1", AvailabilitySli{}, Comparison::at_least, 0.5);
    drill.require("ER-1", ErrorRatioSli{}, Comparison::at_most, 0.5);
    drill.require("PE-1", LatencySli{OperationId(0)}, Comparison::at_most, 1);
    for (std::size_t row = 0; row < 3; ++row) {
      expect_not_green(drill, row);
      EXPECT_EQ(drill.verdict(row).state, VerdictState::unknown);
    }
  }
}

TEST(NeverGreen, Row10AWholeAreaWithoutData) {
  Drill drill = sound();
  const FaultId never = drill.add_kill("never", drill.add_phase("crash", 30, 0));
  for (const char* id : {"DR-1", "DR-2", "DR-3"}) {
    const std::size_t row = drill.require(id, RtoSli{never, {ProbeId(0)}}, Comparison::at_most, 5);
    drill.requirement(row).area = Area::disaster_recovery;
    expect_not_green(drill, row);
  }
  EXPECT_EQ(drill.judge().areas[5].worst, VerdictState::unknown);
  EXPECT_EQ(drill.judge().covers, "1 of 11 areas");
}

TEST(NeverGreen, Row11AnOperationThatWasNeverSent) {
  Drill drill = sound();
  const OperationId write = drill.add_operation("write");
  const std::size_t row = drill.require("PE-1", LatencySli{write}, Comparison::at_most, 1);
  expect_not_green(drill, row);
  EXPECT_FALSE(drill.verdict(row).measured.value.has_value());  // and not 0 ms
}

TEST(NeverGreen, Row12NoLimitsAndEverythingFails) {
  Drill drill;
  const StageId stage = drill.run(drill.add_phase("steady", 100, 100), 0);
  drill.load(stage, 0, 100, 0, 100);
  EXPECT_NE(drill.judge().decision, DecisionState::go);
  EXPECT_EQ(exit_code(drill.judge()), 2);
}

TEST(NeverGreen, Row13ANameThatNeverAppears) {
  Drill drill = sound();
  Probe other = drill.scenario.probes[0];
  other.name = "back-door";
  drill.scenario.probes.push_back(other);
  for (const Sli& sli : {Sli(OutagesSli{{ProbeId(1)}}), Sli(MttrSli{{ProbeId(1)}}), Sli(OutagesSli{})}) {
    expect_not_green(drill, drill.require("X", sli, Comparison::at_most, 1e9));
  }
  for (const Sli& sli : {Sli(MtbfSli{{ProbeId(1)}}), Sli(UptimeSli{{ProbeId(1)}}), Sli(MtbrSli{{ProbeId(1)}})}) {
    expect_not_green(drill, drill.require("X", sli, Comparison::at_least, 0));
  }
}

TEST(NeverGreen, Row14TotalOutage) {
  Drill drill;
  const StageId stage = drill.run(drill.add_phase("steady", 100, 100), 0);
  for (int64_t s = 0; s < 100; ++s) drill.outcome(stage, s, Outcome::refused, 100, 0.001);
  drill.probe(0, 100, {{0, 100}});
  drill.require("AV-1", AvailabilitySli{}, Comparison::at_least, 0.5);
  drill.require("PE-1", LatencySli{OperationId(0)}, Comparison::at_most, 0.9);
  drill.require("UP-1", UptimeSli{{ProbeId(0)}}, Comparison::at_least, 0.5);
  drill.require("OU-1", OutagesSli{{ProbeId(0)}}, Comparison::at_most, 0);
  for (std::size_t row = 0; row < 4; ++row) expect_not_green(drill, row);
  EXPECT_EQ(drill.judge().decision, DecisionState::no_go);
}

TEST(NeverGreen, Row15TooFewEvents) {
  Drill drill;
  const StageId stage = drill.run(drill.add_phase("steady", 1, 0), 0);
  drill.load(stage, 0, 1, 10);
  drill.require("AV-1", AvailabilitySli{}, Comparison::at_least, 0.999);
  drill.require("PE-1", LatencySli{OperationId(0)}, Comparison::at_most, 1);
  drill.require("TP-1", ThroughputSli{}, Comparison::at_least, 1);
  for (std::size_t row = 0; row < 3; ++row) {
    expect_not_green(drill, row);
    EXPECT_EQ(drill.verdict(row).state, VerdictState::not_proven);
    EXPECT_FALSE(drill.verdict(row).needed.empty());
  }
}

TEST(NeverGreen, Row16AFailureOrAnExclusionEarnsNothing) {
  Drill drill = sound();
  for (int i = 0; i < 9; ++i) drill.require("OK", AvailabilitySli{}, Comparison::at_least, 0.99);
  drill.require("NO", LatencySli{OperationId(0)}, Comparison::at_most, 0.001);
  expect_not_green(drill, 10);
  EXPECT_EQ(drill.judge().decision, DecisionState::no_go);

  Drill excluded = sound();
  const PhaseId crash = excluded.add_phase("crash", 30, 0);
  const FaultId kill = excluded.add_kill("kill", crash);
  for (int i = 0; i < 3; ++i) {
    const StageId stage = excluded.run(crash, 100 + 30 * i);
    FaultEvent skipped{InjectionId(i), kill, stage, FaultState::not_run, at(110 + 30 * i), at(110 + 30 * i), "still down"};
    excluded.add(skipped);
  }
  excluded.probe(100, 190);
  const std::size_t row = excluded.require("DR-1", RtoSli{kill, {ProbeId(0)}}, Comparison::at_most, 5);
  expect_not_green(excluded, row);
  EXPECT_EQ(excluded.verdict(row).measured.samples, 0U);
}

}  // namespace
}  // namespace shakedown
