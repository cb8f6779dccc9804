// What was not watched did not go well, and one failure is one failure however often it flickers.
#include <gtest/gtest.h>

#include <algorithm>

#include "controller/report/words/page_one.h"
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

// Twelve kills, one of which keeps the service away for 12 s, the others for 1 s; promised are 5 s in 60 % of all.
Drill eleven_of_twelve_in_time() {
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
  return drill;
}

TEST(TruthPageOne, APassOfAShareTellsHowManyTriesKeptThePromise) {
  const Drill drill = eleven_of_twelve_in_time();
  const Scorecard card = drill.judge();
  ASSERT_EQ(card.requirements[0].verdict.state, VerdictState::pass) << card.requirements[0].verdict.reason;
  ASSERT_FALSE(card.tldr.empty());
  EXPECT_EQ(
      report::tldr_words(card)[0],
      "If the process dies, the service is back within 1.1 seconds in 11 of 12 tries; promised are 5 seconds in 60 % of all.");
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

TEST(TruthWatching, OurOwnLateRecoveryStepIsNoRepairTimeOfTheTargets) {
  for (const bool late : {true, false}) {
    Drill drill;
    const PhaseId crash = drill.add_phase("crash", 30, 0);
    const FaultId kill = drill.add_kill("kill-ledger", crash);
    Action start;
    start.kind = Action::Kind::start;
    start.after = std::chrono::seconds(1);
    drill.scenario.faults[kill.value].recover = {start};
    for (int k = 0; k < 3; ++k) {
      const double struck = 30.0 * k + 10, started = struck + (late ? 1.56 : 1.01);
      const InjectionId id = drill.inject(kill, drill.run(crash, 30.0 * k), struck, struck + 5);
      drill.add(StepEvent{StepEvent::Kind::recover, id, "start", testing::at(started), testing::at(started + 0.01), true, ""});
    }
    drill.probe(0, 90, {{10, 11.58}, {40, 41.58}, {70, 71.58}});
    drill.require("R", MttrSli{{ProbeId(0)}, kill, RepairStatistic::mean}, Comparison::at_most, 1.2);
    EXPECT_EQ(drill.verdict().state, late ? VerdictState::not_proven : VerdictState::fail) << drill.verdict().reason;
  }
}

// A check a second, three needed; those of seconds 12 to 14 were not made, a gap that counts as observed.
Drill blinking(bool blink) {
  Drill drill;
  drill.scenario.probes[0].every = std::chrono::seconds(1);
  drill.run(drill.add_phase("soak", 400, 0), 0);
  for (int s = 0; s < 400; ++s) {
    if (!blink || s < 12 || s > 14) drill.check(s, s + 0.005, true);
  }
  return drill;
}

TEST(TruthWatching, WhatChecksThatWereNotMadeMayHideCountsAgainstThePassOfAMeanTimeBetweenOutages) {
  for (const bool blink : {true, false}) {
    Drill drill = blinking(blink);
    drill.require("RE-1", MtbfSli{{ProbeId(0)}}, Comparison::at_least, 130);
    drill.require("RE-2", MtbrSli{{ProbeId(0)}}, Comparison::at_least, 130);
    drill.require("RE-3", MtbfSli{{ProbeId(0)}}, Comparison::at_least, 80);
    for (const std::size_t row : {0, 1}) {
      const Verdict verdict = drill.verdict(row);
      EXPECT_EQ(verdict.state, blink ? VerdictState::not_proven : VerdictState::pass) << verdict.reason;
      EXPECT_EQ(
          verdict.needed ==
              "a run without gaps in the observation (the longest gap: no check from 11.000 s to 15.000 s of the run, 3 due, "
              "in phase soak)",
          blink)
          << verdict.needed;
    }
    EXPECT_EQ(drill.verdict(2).state, VerdictState::pass) << drill.verdict(2).reason;
  }
}

TEST(TruthWatching, WhatChecksThatWereNotMadeMayHideCountsAgainstThePassOfAnUptime) {
  std::vector<double> lower;
  for (const bool blink : {true, false}) {
    Drill drill;
    drill.scenario.probes[0].every = std::chrono::seconds(1);
    drill.run(drill.add_phase("soak", 4000, 0), 0);
    for (int s = 0; s < 4000; ++s) {
      if (!blink || s < 12 || s > 14) drill.check(s, s + 0.005, s < 1000 || s % 1000 >= 3);  // three outages
    }
    drill.require("AV-1", UptimeSli{{ProbeId(0)}, {}}, Comparison::at_least, 0.9);
    lower.push_back(drill.verdict().measured.lower.value_or(0));
  }
  EXPECT_GT(lower[0], 0.9);
  EXPECT_LT(lower[0], lower[1]);
}

// Back after a second; five seconds later three checks of a kill were not made.
TEST(TruthWatching, AGapInChecksAfterTheRecoveryWidensTheRecoveryTime) {
  Drill drill;
  drill.scenario.probes[0].every = std::chrono::seconds(1);
  const PhaseId crash = drill.add_phase("crash", 20, 0);
  const FaultId kill = drill.add_kill("kill-ledger", crash);
  for (int k = 0; k < 3; ++k) {
    const double start = 20.0 * k;
    drill.inject(kill, drill.run(crash, start), start + 2.1, start + 5.5);
    for (int s = 0; s < 20; ++s) {
      if (k == 1 && s >= 12 && s <= 14) continue;
      drill.check(start + s, start + s + 0.005, s < 3 || s > 5);
    }
  }
  drill.require("DR-1", RtoSli{kill, {ProbeId(0)}}, Comparison::at_most, 5);
  const Verdict verdict = drill.verdict();
  EXPECT_EQ(verdict.state, VerdictState::not_proven) << verdict.reason;
  EXPECT_NEAR(verdict.injections.at(0).upper, 3.905, 0.01);
  EXPECT_NEAR(verdict.injections.at(1).lower, 2.89, 0.01);
  EXPECT_NEAR(verdict.injections.at(1).upper, 12.905, 0.01);
}

TEST(TruthInjectionShare, TheReasonOfARowWithAShareSaysWhatShareIsProved) {
  const Drill drill = eleven_of_twelve_in_time();
  const std::string reason = drill.verdict().reason;  // Clopper and Pearson: 11 of 12
  EXPECT_NE(reason.find("met in 11 of 12; proves at least 66.1 % of failovers at 95 %, 60 % claimed"), std::string::npos)
      << reason;
}

TEST(TruthPageOne, APassOfAShareOfCrashesIsNotToldAsALossThatIsPromised) {
  Drill drill;
  const PhaseId crash = drill.add_phase("crash", 20, 0);
  const FaultId kill = drill.add_kill("kill-ledger", crash);
  for (int k = 0; k < 12; ++k) {
    const double start = 20.0 * k;
    const InjectionId id = drill.inject(kill, drill.run(crash, start), start + 5, start + 6);
    const auto first = static_cast<uint64_t>(k) * 50;
    drill.writes(start, start + 5)
        .verify(id, start + 10, k == 3 ? std::set<uint64_t>{first + 48, first + 49} : std::set<uint64_t>{}, {}, first);
    drill.probe(start, start + 20, {{start + 5, start + 6}});
  }
  RpoSli rpo{kill, LedgerId(0)};
  rpo.share = Share{0.6};
  drill.require("DR-2", rpo, Comparison::at_most, 0);
  const Scorecard card = drill.judge();
  ASSERT_EQ(card.requirements[0].verdict.state, VerdictState::pass) << card.requirements[0].verdict.reason;
  EXPECT_EQ(report::tldr_words(card).at(0),
            "If the process dies, no confirmed entry is lost in 11 of 12 tries; promised is that in 60 % of all.");
}

// 100/s at 5 ms, 2 s of fault at 400 ms: about 79 s of delay. A measured stage of another load, in which answers took 900 ms.
TEST(TruthOfImpact, AnOverloadedStageIsNoQuietTime) {
  for (const bool overloaded : {true, false}) {
    Drill drill;
    const PhaseId peak = drill.add_phase("peak", 30, 1000), crash = drill.add_phase("crash", 40, 100);
    const FaultId kill = drill.add_kill("kill-ledger", crash);
    drill.load(drill.run(peak, 0), 0, 30, 1000, 0, overloaded ? 0.9 : 0.005);
    const StageId stage = drill.run(crash, 30);
    drill.inject(kill, stage, 50, 52);
    drill.load(stage, 30, 50, 100).load(stage, 50, 52, 100, 0, 0.4).load(stage, 52, 70, 100);
    drill.probe(0, 70);
    drill.require("RE-1", ImpactSli{kill, ImpactUnit::delayed_seconds}, Comparison::at_most, 10);
    EXPECT_EQ(drill.verdict().state, VerdictState::fail) << drill.verdict().reason;
    EXPECT_NEAR(drill.verdict().measured.value.value_or(0), 79, 1);
  }
}

TEST(TruthThroughput, APhaseUnderASecondHadRequestsAllTheSame) {
  Drill drill;
  const StageId stage = drill.run(drill.add_phase("blink", 0.4, 100), 0);
  drill.load(stage, 0, 1, 40);
  drill.require("PE-1", ThroughputSli{}, Comparison::at_least, 10);
  EXPECT_EQ(drill.verdict().reason, "No data: no whole second in the measured phases, so no rate can be told.");
}

TEST(TruthPageOne, FailuresThatNobodyJudgedAreSaidToBeThoseOutsideTheFaults) {
  Drill drill;
  const PhaseId crash = drill.add_phase("crash", 24, 10);
  const FaultId kill = drill.add_kill("kill-ledger", crash);
  drill.scenario.phases[crash.value].faults = {kill};
  const StageId stage = drill.run(crash, 0);
  drill.inject(kill, stage, 10, 12);
  drill.load(stage, 0, 24, 9, 1).probe(0, 24);
  drill.require("OU-1", OutagesSli{{ProbeId(0)}}, Comparison::at_most, 0);
  const Scorecard card = drill.judge();
  const std::vector<std::string> tldr = report::tldr_words(card);
  EXPECT_TRUE(std::any_of(tldr.begin(), tldr.end(), [](const std::string& said) {
    return said.find(" requests outside its failures failed.") != std::string::npos;
  })) << report::tldr_words(card).at(0);
}

TEST(TruthWatching, TheWaitForAServiceThatStartsIsNoOutage) {
  for (const bool in_phase : {false, true}) {
    Drill drill;
    drill.run(drill.add_phase("steady", 60, 100), 10);
    drill.probe(0, 70, {in_phase ? std::pair{8.0, 13.0} : std::pair{0.0, 5.0}});
    drill.require("OU", OutagesSli{{ProbeId(0)}}, Comparison::at_most, 0);
    drill.require("MB", MtbfSli{{ProbeId(0)}}, Comparison::at_least, 5);
    EXPECT_EQ(drill.verdict(0).state, in_phase ? VerdictState::fail : VerdictState::pass) << drill.verdict(0).reason;
    EXPECT_EQ(drill.verdict(1).reason.find("1 spontaneous outage") != std::string::npos, in_phase) << drill.verdict(1).reason;
  }
}

TEST(TruthWatching, WhereNoPhaseRanNoRowOfAProbeIsGreen) {
  Drill drill;
  drill.add_phase("steady", 30, 100);
  drill.probe(0, 2);
  drill.require("OU", OutagesSli{{ProbeId(0)}}, Comparison::at_most, 1);
  EXPECT_EQ(drill.verdict().state, VerdictState::unknown) << drill.verdict().reason;
}

// A check every second, three needed, thirty seconds to answer: 20 s, of which only these are told.
Drill slow_checks(const std::vector<std::pair<int, bool>>& told) {
  Drill drill;
  drill.scenario.probes[0].every = std::chrono::seconds(1);
  drill.scenario.probes[0].timeout = std::chrono::seconds(30);
  drill.run(drill.add_phase("steady", 20, 0), 0);
  for (const auto& [start, good] : told) drill.check(start, start + 0.005, good);
  drill.require("OU-1", OutagesSli{{ProbeId(0)}}, Comparison::at_most, 0);
  drill.require("MB-1", MtbfSli{{ProbeId(0)}}, Comparison::at_least, 1);
  drill.require("MR-1", MtbrSli{{ProbeId(0)}}, Comparison::at_least, 1);
  drill.require("AV-1", UptimeSli{{ProbeId(0)}, std::chrono::hours(1)}, Comparison::at_least, 0.01);
  return drill;
}

std::vector<std::pair<int, bool>> all_good(int from, int to) {
  std::vector<std::pair<int, bool>> out;
  for (int s = from; s < to; ++s) out.emplace_back(s, true);
  return out;
}

TEST(TruthWatching, ChecksThatTheEndLeftUnansweredMayBeAnOutage) {
  const Drill whole = slow_checks(all_good(0, 20)), hung = slow_checks(all_good(0, 5));
  for (std::size_t row = 0; row < 3; ++row) {
    EXPECT_EQ(whole.verdict(row).state, VerdictState::pass) << whole.verdict(row).reason;
  }
  EXPECT_NE(hung.verdict(0).state, VerdictState::pass) << hung.verdict(0).reason;
  EXPECT_NE(hung.verdict(0).state, VerdictState::fail) << "nobody knows what would have come";
  EXPECT_NE(hung.verdict(0).reason.find("not answered at an end"), std::string::npos) << hung.verdict(0).reason;
  EXPECT_LT(*hung.verdict(1).measured.lower, 1.5) << hung.verdict(1).reason;
  EXPECT_NE(hung.verdict(3).state, VerdictState::pass) << hung.verdict(3).reason;
}

TEST(TruthWatching, FailedChecksThatAnEndCutsOffMayBeAnOutage) {
  for (const bool first : {true, false}) {
    auto told = all_good(0, 20);
    for (std::size_t i = 0; i < 2; ++i) told[first ? i : 19 - i].second = false;
    const Drill drill = slow_checks(told);
    EXPECT_EQ(drill.verdict(0).state, VerdictState::not_proven) << drill.verdict(0).reason;
    EXPECT_EQ(drill.verdict(0).measured.value, 0);
    EXPECT_NE(drill.verdict(3).state, VerdictState::pass) << drill.verdict(3).reason;
    EXPECT_EQ(drill.verdict(1).needed.find("not help"), std::string::npos) << drill.verdict(1).needed;
  }
  const Drill every = slow_checks({{5, false}, {10, false}});
  for (std::size_t row = 0; row < 4; ++row) EXPECT_NE(every.verdict(row).state, VerdictState::pass) << every.verdict(row).reason;
}

TEST(TruthWatching, AFailedCheckBeforeTheDrillIsNoOutageOfIt) {
  Drill drill;
  drill.scenario.probes[0].every = std::chrono::seconds(1);
  drill.run(drill.add_phase("steady", 20, 0), 5);
  for (int s = 0; s < 25; ++s) drill.check(s, s + 0.005, s > 1);
  drill.require("OU-1", OutagesSli{{ProbeId(0)}}, Comparison::at_most, 0);
  EXPECT_EQ(drill.verdict().state, VerdictState::pass) << drill.verdict().reason;
}

TEST(TruthWatching, FewerChecksThanMakeAnOutageProveNone) {
  Drill drill;
  drill.scenario.probes[0].every = std::chrono::seconds(5);
  drill.run(drill.add_phase("steady", 11, 0), 0);
  drill.check(5, 5.005, true).check(10, 10.005, true);
  drill.require("OU-1", OutagesSli{{ProbeId(0)}}, Comparison::at_most, 0);
  EXPECT_EQ(drill.verdict().state, VerdictState::not_proven) << drill.verdict().reason;
}

TEST(TruthWatching, AnInjectionAfterWhichChecksFailToTheEndIsNotTolerated) {
  for (const double down : {58.0, 70.0}) {
    Drill drill;
    drill.scenario.probes[0].every = std::chrono::seconds(1);
    const PhaseId crash = drill.add_phase("crash", 15, 0);
    const FaultId kill = drill.add_kill("kill-ledger", crash);
    for (int k = 0; k < 4; ++k) drill.inject(kill, drill.run(crash, 15 * k), 15 * k + 12.9, k == 3 ? -1 : 15 * k + 13.5);
    drill.probe(0, 60, {{down, 70}});
    drill.require("TO-1", ToleratedSli{{kill}, {ProbeId(0)}}, Comparison::at_least, 1);
    EXPECT_EQ(drill.verdict().state, down < 60 ? VerdictState::not_proven : VerdictState::pass) << drill.verdict().reason;
  }
}

// Every 100 ms, down after three: one failed, and then nothing for so long until the next good one.
Verdict after_a_pause(double pause) {
  Drill drill;
  drill.require("OU-1", OutagesSli{{ProbeId(0)}}, Comparison::at_most, 0);
  drill.run(drill.add_phase("steady", 20, 0), 0);
  drill.probe(0, 10).check(10, 10.001, false);
  drill.probe(10 + pause, 20);
  return drill.verdict();
}

TEST(TruthWatching, ACheckThatComesLessThanHalfACadenceLateHidesNone) {
  EXPECT_EQ(after_a_pause(0.24).state, VerdictState::pass) << after_a_pause(0.24).reason;
  EXPECT_EQ(after_a_pause(0.26).state, VerdictState::not_proven) << after_a_pause(0.26).reason;
}

}  // namespace
}  // namespace shakedown
