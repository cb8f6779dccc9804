// What was not watched did not go well, and one failure is one failure however often it flickers.
#include <gtest/gtest.h>

#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::Drill;

// Three kills in phases of 20 s, a check a second; those of three seconds after each effect were never made.
Drill slipped() {
  Drill drill;
  drill.scenario.probes[0].every = std::chrono::seconds(1);
  drill.scenario.probes[0].timeout = std::chrono::milliseconds(200);
  const PhaseId crash = drill.add_phase("crash", 20, 0);
  const FaultId kill = drill.add_kill("kill-ledger", crash);
  for (int k = 0; k < 3; ++k) {
    const double start = 20.0 * k;
    drill.inject(kill, drill.run(crash, start), start + 5.1, start + 8.5);
    for (int s = 0; s < 20; ++s) {
      if (s <= 5 || s >= 9) drill.check(start + s, start + s + 0.005, true);
    }
  }
  return drill;
}

TEST(TruthWatching, ACadenceThatWasNotKeptBoundsNoMaskedFault) {
  Drill drill = slipped();
  drill.require("DR-1", RtoSli{FaultId(0), {ProbeId(0)}}, Comparison::at_most, 1.5);
  drill.require("DR-2", RtoSli{FaultId(0), {ProbeId(0)}}, Comparison::at_most, 4.1);
  EXPECT_EQ(drill.verdict(0).state, VerdictState::not_proven) << drill.verdict(0).reason;
  EXPECT_EQ(drill.verdict(1).state, VerdictState::pass) << drill.verdict(1).reason;
  for (const InjectionVerdict& one : drill.verdict(0).injections) EXPECT_NEAR(one.upper, 4.005, 1e-6);
}

TEST(TruthWatching, AFaultDuringWhichChecksWereNotMadeIsNotTolerated) {
  Drill drill = slipped();
  drill.require("RE-1", ToleratedSli{{FaultId(0)}, {ProbeId(0)}}, Comparison::at_least, 1);
  EXPECT_NE(drill.verdict().state, VerdictState::pass) << drill.verdict().reason;
}

// Three needed: two failed and one not made are as many; the gap is a little less than its nominal length.
TEST(TruthWatching, AFailedCheckBesideOnesThatWereNotMadeMayBeAnOutage) {
  Drill drill;
  drill.scenario.probes[0].every = std::chrono::seconds(1);
  const PhaseId crash = drill.add_phase("crash", 20, 0);
  drill.run(crash, 0);
  for (int s = 0; s < 20; ++s) {
    if (s != 7) drill.check(s + (s == 6 ? 0.002 : 0), s + 0.005, s != 5 && s != 6);
  }
  drill.require("OU-1", OutagesSli{{ProbeId(0)}}, Comparison::at_most, 0);
  EXPECT_EQ(drill.verdict().state, VerdictState::not_proven) << drill.verdict().reason;
  Drill whole;
  whole.scenario.probes[0].every = std::chrono::seconds(1);
  whole.run(whole.add_phase("crash", 20, 0), 0);
  for (int s = 0; s < 20; ++s) whole.check(s, s + 0.005, s != 5 && s != 6);
  whole.require("OU-1", OutagesSli{{ProbeId(0)}}, Comparison::at_most, 0);
  EXPECT_EQ(whole.verdict().state, VerdictState::pass) << whole.verdict().reason;
}

TEST(TruthWatching, OneInjectionIsOneRepairHoweverOftenItFlickers) {
  Drill drill;
  const PhaseId crash = drill.add_phase("crash", 60, 0);
  const FaultId kill = drill.add_kill("kill-ledger", crash);
  drill.inject(kill, drill.run(crash, 0), 5, 40);
  drill.probe(0, 60, {{5, 6}, {10, 11}, {15, 16}, {20, 21}, {25, 26}});
  drill.require("RE-2", MttrSli{{ProbeId(0)}, kill, RepairStatistic::mean}, Comparison::at_most, 2);
  drill.require("RE-3", MttrSli{{ProbeId(0)}, kill, RepairStatistic::median}, Comparison::at_most, 2);
  for (std::size_t row = 0; row < 2; ++row) {
    const Verdict verdict = drill.verdict(row);
    EXPECT_EQ(verdict.state, VerdictState::not_proven) << verdict.reason;
    EXPECT_EQ(verdict.measured.samples, 1U);
    EXPECT_NEAR(*verdict.measured.value, 21, 0.3);
  }
}

TEST(TruthPageOne, APassOfAShareTellsHowManyTriesKeptThePromise) {
  Drill drill;
  const PhaseId crash = drill.add_phase("crash", 20, 0);
  const FaultId kill = drill.add_kill("kill-ledger", crash);
  for (int k = 0; k < 12; ++k) {
    const double start = 20.0 * k, away = k == 3 ? 12 : 1;
    drill.inject(kill, drill.run(crash, start), start + 5, start + 5 + away);
    drill.probe(start, start + 20, {{start + 5, start + 5 + away}});
  }
  RtoSli rto{kill, {ProbeId(0)}};
  rto.share = Share{0.6};
  drill.require("DR-1", rto, Comparison::at_most, 5);
  const Scorecard card = drill.judge();
  ASSERT_EQ(card.requirements[0].verdict.state, VerdictState::pass) << card.requirements[0].verdict.reason;
  ASSERT_FALSE(card.tldr.empty());
  EXPECT_EQ(card.tldr[0], "If the process dies, the service is back within 1.1 seconds in 11 of 12 tries; promised are 5 seconds in 60 % of all.");
}

// Planned a second after the effect, done half a second later: the target came back at once.
TEST(TruthWatching, OurOwnLateRecoveryStepIsNoTimeOfTheTargets) {
  for (const bool late : {true, false}) {
    Drill drill;
    const PhaseId crash = drill.add_phase("crash", 30, 0);
    const FaultId kill = drill.add_kill("kill-ledger", crash);
    Action start;
    start.kind = Action::Kind::start;
    start.after = std::chrono::seconds(1);
    drill.scenario.faults[kill.value].recover = {start};
    const InjectionId id = drill.inject(kill, drill.run(crash, 0), 10, 15);
    const double started = late ? 11.56 : 11.01;
    drill.add(StepEvent{StepEvent::Kind::recover, id, "start", testing::at(started), testing::at(started + 0.01), true, ""});
    drill.probe(0, 30, {{10, 11.58}});
    drill.require("R", RtoSli{kill, {ProbeId(0)}, 1}, Comparison::at_most, 1.3);
    const Verdict verdict = drill.verdict();
    EXPECT_EQ(verdict.state, late ? VerdictState::not_proven : VerdictState::fail) << verdict.reason;
    EXPECT_EQ(verdict.injections.at(0).note.find("our own recovery step") != std::string::npos, late);
  }
}

TEST(TruthWatching, WhereNoPhaseRanNoRowOfAProbeIsGreen) {
  Drill drill;
  drill.add_phase("steady", 30, 100);
  drill.probe(0, 2);
  drill.require("OU", OutagesSli{{ProbeId(0)}}, Comparison::at_most, 1);
  EXPECT_EQ(drill.verdict().state, VerdictState::unknown) << drill.verdict().reason;
}

}  // namespace
}  // namespace shakedown
