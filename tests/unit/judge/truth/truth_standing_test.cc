// How long a fault was at work before we took it back ourselves: what it would have done later nobody saw.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/faults.h"
#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::at;
using testing::Drill;
using namespace std::chrono_literals;

// Three phases, each with one injection at its second 1; the service is answered all the time unless `down` says otherwise.
struct StandingDrill {
  double length = 6;
  FaultKind kind = faults::exec(ComponentId(0), {"touch", "flag"}, {"test", "-e", "flag"});
  std::optional<double> undone_after = 2.07, repaired_after, healed_after;  // from the injection
  std::vector<std::pair<double, double>> down;

  Verdict judge(const Sli& sli, Comparison comparison, double limit) const {
    Drill drill;
    const PhaseId phase = drill.add_phase("one", length, 40);
    const FaultId fault = drill.add_kill("x", phase);
    drill.scenario.faults[0].kind = kind;
    drill.scenario.faults[0].recover_within = 6s;
    if (repaired_after) drill.scenario.faults[0].recover.emplace_back();
    std::vector<std::pair<double, double>> away;
    for (int i = 0; i < 3; ++i) {
      const double start = i * (length + 4), struck = start + 1;
      const StageId stage = drill.run(phase, start);
      drill.load(stage, static_cast<int64_t>(start), static_cast<int64_t>(start + length), 40);
      const InjectionId id = drill.inject(fault, stage, struck, -1);
      if (repaired_after) {
        drill.add(StepEvent{StepEvent::Kind::recover, id, "repair", at(struck), at(struck + *repaired_after), true, ""});
      }
      if (undone_after) drill.fault_event(id, FaultState::undoing, struck + *undone_after);
      drill.fault_event(id, FaultState::clean, struck + undone_after.value_or(healed_after.value_or(0)) + 0.1);
      for (const auto& [from, to] : down) away.emplace_back(struck + from, struck + to);
    }
    drill.probe(0, 3 * (length + 4), away);
    drill.require("R", sli, comparison, limit);
    return drill.verdict();
  }
  Verdict tolerated() const { return judge(ToleratedSli{{FaultId(0)}, {ProbeId(0)}}, Comparison::at_least, 1); }
  Verdict rto() const { return judge(RtoSli{FaultId(0), {ProbeId(0)}}, Comparison::at_most, 3); }
};

TEST(TruthOfStanding, AFaultThatWeTookBackBeforeItsTimeIsNeitherToleratedNorRecoveredFrom) {
  const StandingDrill early;
  const Verdict rto = early.rto();
  EXPECT_EQ(rto.state, VerdictState::not_proven) << rto.reason;
  EXPECT_EQ(rto.injections.at(0).note, "ended_by: undo");
  const Verdict tolerated = early.tolerated();
  EXPECT_NE(tolerated.state, VerdictState::pass) << tolerated.reason;
  EXPECT_NE(tolerated.injections.at(0).note.find("we took it back after 2.0"), std::string::npos) << tolerated.injections[0].note;
}

TEST(TruthOfStanding, AFaultThatStoodToThePhasesEndCountsAndSaysForHowLong) {
  StandingDrill whole;
  whole.undone_after = 5.02;
  EXPECT_EQ(whole.rto().state, VerdictState::pass);
  const Verdict tolerated = whole.tolerated();
  EXPECT_EQ(tolerated.state, VerdictState::pass) << tolerated.reason;
  EXPECT_NE(tolerated.injections.at(0).note.find("at work for 5.01"), std::string::npos) << tolerated.injections[0].note;
  EXPECT_NE(tolerated.reason.find("at work for 5.01s"), std::string::npos) << tolerated.reason;
}

TEST(TruthOfStanding, AFaultThatStoodForRecoverWithinCounts) {
  StandingDrill longer;
  longer.length = 20;
  longer.undone_after = 6.02;
  EXPECT_EQ(longer.rto().state, VerdictState::pass);
  EXPECT_EQ(longer.tolerated().state, VerdictState::pass);
}

TEST(TruthOfStanding, AProcessThatASupervisorRestartedUnseenWasTolerated) {
  StandingDrill restarted;
  restarted.kind = faults::kill(ComponentId(0), 9);
  restarted.undone_after.reset();
  restarted.healed_after = 1;
  EXPECT_EQ(restarted.rto().state, VerdictState::pass);
  EXPECT_EQ(restarted.tolerated().state, VerdictState::pass);
}

TEST(TruthOfStanding, APauseStandsForItsHold) {
  StandingDrill pause;
  pause.kind = faults::pause(ComponentId(0), 2s);
  EXPECT_EQ(pause.rto().state, VerdictState::pass);
  EXPECT_EQ(pause.tolerated().state, VerdictState::pass);
  pause.undone_after = 1;
  EXPECT_NE(pause.rto().state, VerdictState::pass);
  EXPECT_NE(pause.tolerated().state, VerdictState::pass);
}

TEST(TruthOfStanding, AFaultThatADeclaredRepairEndedStoodItsTime) {
  StandingDrill repaired;
  repaired.repaired_after = 2;
  EXPECT_EQ(repaired.rto().state, VerdictState::pass);
  EXPECT_EQ(repaired.tolerated().state, VerdictState::pass);
  repaired.repaired_after = 3;  // after our undo: it repaired nothing
  EXPECT_NE(repaired.tolerated().state, VerdictState::pass);
}

TEST(TruthOfStanding, ARecoveryThatWasSeenBeforeOurUndoCounts) {
  StandingDrill back;
  back.down = {{0.5, 1}};
  EXPECT_EQ(back.rto().state, VerdictState::pass);
}

TEST(TruthOfStanding, WhatAFaultCostsIsNotKnownWhenWeTookItBack) {
  StandingDrill early;
  const Verdict cost = early.judge(ImpactSli{FaultId(0), ImpactUnit::failed_requests}, Comparison::at_most, 60);
  EXPECT_NE(cost.state, VerdictState::pass) << cost.reason;
  early.undone_after = 5.02;
  EXPECT_EQ(early.judge(ImpactSli{FaultId(0), ImpactUnit::failed_requests}, Comparison::at_most, 60).state, VerdictState::pass);
}

}  // namespace
}  // namespace shakedown
