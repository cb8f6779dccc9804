// A probe that asks something else than the load: what it does not see fails all the same.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "controller/report/words/page_one.h"
#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::at;
using testing::Drill;
using ::testing::HasSubstr;

// Three injections at the second 10 of a phase of 30 s at 100/s; the probe is down for `down`, the load fails for [from, to) with
// this share. Seconds count from the injection.
struct BlindDrill {
  double down = 0;
  int64_t from = 0, to = 0;
  double share = 1;
  double quiet_share = 0;  // of failures all the time
  bool elsewhere = false;  // the load goes to another target than the probe

  Drill made() const {
    Drill drill;
    const PhaseId phase = drill.add_phase("one", 30, 100);
    const FaultId fault = drill.add_kill("x", phase);
    if (elsewhere) {
      drill.scenario.targets.emplace_back();
      const OperationId health = drill.add_operation("health");
      drill.scenario.operations[health.value].request.target = TargetId(drill.scenario.targets.size() - 1);
      drill.scenario.probes[0].operation = health;
    }
    std::vector<std::pair<double, double>> away;
    for (int i = 0; i < 3; ++i) {
      const int64_t start = i * 40, struck = start + 10;
      const StageId stage = drill.run(phase, static_cast<double>(start));
      const auto fill = [&](int64_t begin, int64_t end, double bad_share) {
        const auto bad = static_cast<uint64_t>(std::llround(100 * bad_share));
        if (begin < end) drill.load(stage, begin, end, 100 - bad, bad);
      };
      fill(start, struck + from, quiet_share);
      fill(struck + from, struck + to, from < to ? share : quiet_share);
      fill(struck + to, start + 30, quiet_share);
      const double hit = static_cast<double>(struck);
      drill.inject(fault, stage, hit, hit + std::max(1.0, down) + 0.5);
      if (down > 0) away.emplace_back(hit, hit + down);
    }
    drill.probe(0, 115, away);
    return drill;
  }
  Verdict rto(double limit) const {
    Drill drill = made();
    drill.require("DR-1", RtoSli{FaultId(0), {ProbeId(0)}}, Comparison::at_most, limit);
    return drill.verdict();
  }
  Verdict tolerated() const {
    Drill drill = made();
    drill.require("TO-1", ToleratedSli{{FaultId(0)}, {ProbeId(0)}}, Comparison::at_least, 1);
    return drill.verdict();
  }
};

TEST(TruthOfBlindProbes, AServiceWhoseEveryRequestFailsIsNotBackBecauseItsProbeIsAnswered) {
  const BlindDrill blind{.to = 6};
  const Verdict rto = blind.rto(3);
  EXPECT_EQ(rto.state, VerdictState::not_proven) << rto.reason;
  EXPECT_GE(rto.injections.at(0).upper, 6);
  EXPECT_LE(rto.injections.at(0).upper, 6.6) << "all bad requests of a second together took 0.5 s, so no one took longer";
  EXPECT_THAT(rto.injections.at(0).note, HasSubstr("still failed when probe"));
  EXPECT_EQ(rto.needed, "a probe that asks what the load asks");
  EXPECT_EQ(blind.rto(7).state, VerdictState::pass) << "even so it was back within 6 s";
  const Verdict tolerated = blind.tolerated();
  EXPECT_NE(tolerated.state, VerdictState::pass) << tolerated.reason;
  EXPECT_THAT(tolerated.injections.at(0).note, HasSubstr("does not ask what they ask"));
}

TEST(TruthOfBlindProbes, WhatTheLoadSeesAfterTheProbeCountsToo) {
  const BlindDrill early{.down = 2, .to = 8};
  EXPECT_EQ(early.rto(5).state, VerdictState::not_proven);
  EXPECT_NEAR(early.rto(5).injections.at(0).upper, 8.3, 0.31);
  const BlindDrill partly{.to = 6, .share = 0.3};
  EXPECT_EQ(partly.rto(3).state, VerdictState::not_proven);
  const BlindDrill endless{.to = 20};
  EXPECT_TRUE(std::isinf(endless.rto(30).injections.at(0).upper)) << "it failed for as long as there was load";
}

TEST(TruthOfBlindProbes, WhatTheProbeSawIsNotMadeCoarserByWholeSeconds) {
  const BlindDrill seen{.down = 2.2, .to = 3};
  EXPECT_EQ(seen.rto(2.5).state, VerdictState::pass) << seen.rto(2.5).reason;
  EXPECT_LT(seen.rto(2.5).injections.at(0).upper, 2.5);
}

TEST(TruthOfBlindProbes, WhatFailsInTheSecondOfTheNextFaultIsNotTheEarlierOnes) {
  Drill drill;
  const PhaseId phase = drill.add_phase("one", 30, 100);
  const FaultId first = drill.add_kill("x", phase), second = drill.add_kill("y", phase);
  const StageId stage = drill.run(phase, 0);
  drill.load(stage, 0, 10, 100)
      .load(stage, 10, 12, 0, 100)
      .load(stage, 12, 14, 100)
      .load(stage, 14, 17, 0, 100)
      .load(stage, 17, 30, 100);
  drill.inject(first, stage, 10, 12.5);
  drill.inject(second, stage, 14.5, 17);
  drill.probe(0, 30, {{10, 12}, {14.5, 17}});
  drill.require("DR-1", RtoSli{first, {ProbeId(0)}, 1, {}}, Comparison::at_most, 3);
  EXPECT_EQ(drill.verdict().state, VerdictState::pass) << drill.verdict().reason;
}

TEST(TruthOfBlindProbes, WhatFailsAnywayOrOnceOrElsewhereIsNoAbsence) {
  EXPECT_EQ((BlindDrill{.quiet_share = 0.1}.rto(3).state), VerdictState::pass) << "one in ten fails without the fault, too";
  EXPECT_EQ((BlindDrill{.quiet_share = 0.1}.tolerated().state), VerdictState::pass);
  EXPECT_EQ((BlindDrill{.from = 4, .to = 5, .share = 0.02}.rto(3).state), VerdictState::pass) << "2 of 100 in one second";
  EXPECT_EQ((BlindDrill{.to = 1, .share = 0.3}.tolerated().state), VerdictState::pass) << "a failover that a third noticed";
  EXPECT_EQ((BlindDrill{.to = 6, .elsewhere = true}.rto(3).state), VerdictState::pass) << "the probe watches another target";
  EXPECT_EQ((BlindDrill{.to = 6, .elsewhere = true}.tolerated().state), VerdictState::pass);
}

TEST(TruthOfBlindProbes, WhatFailsAtAnotherTargetIsToldBesideThePass) {
  const BlindDrill elsewhere{.to = 6, .elsewhere = true};
  EXPECT_THAT(elsewhere.rto(3).reason,
              HasSubstr(" Meanwhile most read requests failed for up to 6s: front-door asks another target."));
  EXPECT_THAT(elsewhere.tolerated().reason, HasSubstr(" Meanwhile most read requests failed for up to 6s"));
  EXPECT_EQ((BlindDrill{.to = 1, .share = 0.3, .elsewhere = true}.rto(3).reason.find("Meanwhile")), std::string::npos);
  EXPECT_EQ((BlindDrill{.to = 6}.tolerated().reason.find("Meanwhile")), std::string::npos) << "the probe asks this target";
  Drill drill = elsewhere.made();
  drill.scenario.operations[1].noun = "check-up";
  drill.require("DR-1", RtoSli{FaultId(0), {ProbeId(0)}}, Comparison::at_most, 3);
  std::string page;
  for (const std::string& line : report::tldr_words(drill.judge())) page += line + "\n";
  EXPECT_THAT(page, HasSubstr(", reads fail for up to 6 seconds; check-ups are back within "));
  EXPECT_EQ(page.find("nobody sees the service go away"), std::string::npos) << page;
}

// Every request hangs for 7 s: those that were due in the last 3 s of it are answered at its end, within their timeout.
TEST(TruthOfBlindProbes, AHangLastsAsLongAsItsLastFailureWasOut) {
  Drill drill;
  const PhaseId phase = drill.add_phase("one", 30, 40);
  const FaultId fault = drill.add_kill("x", phase);
  drill.scenario.operations[0].timeout = std::chrono::seconds(3);
  const StageId stage = drill.run(phase, 0);
  drill.load(stage, 0, 10, 40);
  for (int64_t s = 10; s < 14; ++s) drill.outcome(stage, s, Outcome::timeout, 40, 3);
  for (int64_t s = 14; s < 17; ++s) drill.outcome(stage, s, Outcome::ok, 40, 16.5 - static_cast<double>(s));
  drill.load(stage, 17, 30, 40);
  drill.inject(fault, stage, 10, 17.5);
  drill.probe(0, 30);
  drill.require("DR-1", RtoSli{fault, {ProbeId(0)}, 1, {}}, Comparison::at_most, 5.5);
  const Verdict v = drill.verdict();
  EXPECT_EQ(v.state, VerdictState::not_proven) << v.reason;
  EXPECT_GE(v.injections.at(0).upper, 7);
}

// Four users wait 3 s for each timeout, and ask for nothing meanwhile.
TEST(TruthOfBlindProbes, UsersWhoWaitAreNotAnsweredInTheSecondsBetween) {
  Drill drill;
  const PhaseId phase = drill.add_phase("one", 30, 40);
  drill.scenario.phases[0].load->kind = ClosedLoad{4, {}};
  drill.scenario.operations[0].timeout = std::chrono::seconds(3);
  const FaultId fault = drill.add_kill("x", phase);
  const StageId stage = drill.run(phase, 0);
  drill.load(stage, 0, 10, 40, 0, 0.05);
  for (const int64_t s : {10, 13, 16}) drill.outcome(stage, s, Outcome::timeout, 4, 3);
  drill.load(stage, 20, 30, 40, 0, 0.05);
  drill.inject(fault, stage, 10, 20.5);
  drill.probe(0, 30);
  drill.scenario.probes[0].every = std::chrono::milliseconds(600);  // three of them
  drill.require("TO-1", ToleratedSli{{fault}, {ProbeId(0)}}, Comparison::at_least, 0.5);
  EXPECT_NE(drill.verdict().state, VerdictState::pass) << drill.verdict().reason;
  drill.scenario.requirements.clear();
  drill.require("DR-1", RtoSli{fault, {ProbeId(0)}, 1, {}}, Comparison::at_most, 8);
  EXPECT_GE(drill.verdict().injections.at(0).upper, 9);
}

// Four users asked just before the strike, hung for 3 s, asked once more and were answered well, 2.5 s later. The probe asks
// something else, so that the fault's window is short and holds not one failed request.
TEST(TruthOfBlindProbes, WhatUsersWaitedForWhenTheFaultStruckIsTheFaults) {
  Drill drill;
  const PhaseId phase = drill.add_phase("one", 30, 0);
  drill.scenario.phases[0].load = Load{ClosedLoad{4, {}}, {{OperationId(0), 1}}, 0, {}};
  drill.scenario.operations[0].timeout = std::chrono::seconds(3);
  const FaultId fault = drill.add_kill("x", phase);
  const StageId stage = drill.run(phase, 0);
  drill.load(stage, 0, 9, 66, 0, 0.06).load(stage, 9, 10, 62, 0, 0.06);
  drill.outcome(stage, 9, Outcome::timeout, 4, 3).outcome(stage, 12, Outcome::ok, 4, 2.5);
  drill.load(stage, 16, 30, 66, 0, 0.06);
  drill.inject(fault, stage, 10.003, 13.8);
  drill.probe(0, 30);
  drill.scenario.probes[0].every = std::chrono::milliseconds(100);
  drill.require("IM-1", ImpactSli{fault}, Comparison::at_most, 10);
  drill.require("DR-1", RtoSli{fault, {ProbeId(0)}, 1, {}}, Comparison::at_most, 1);
  drill.require("TO-1", ToleratedSli{{fault}, {ProbeId(0)}}, Comparison::at_least, 0.05);
  const Scorecard card = drill.judge();
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NE(card.requirements[i].verdict.state, VerdictState::pass) << card.requirements[i].verdict.reason;
  }
}

// The fault fails every request for 0.85 s, in one second, and the probe asks something else.
TEST(TruthOfBlindProbes, TheSecondInWhichTheFaultStrikesCountsWhereTheProbeSawNothing) {
  Drill drill;
  const PhaseId phase = drill.add_phase("one", 30, 40);
  const FaultId fault = drill.add_kill("x", phase);
  const StageId stage = drill.run(phase, 0);
  drill.load(stage, 0, 10, 40).load(stage, 10, 11, 6, 34).load(stage, 11, 30, 40);
  drill.inject(fault, stage, 10.1, 12);
  drill.probe(0, 30);
  drill.require("DR-1", RtoSli{fault, {ProbeId(0)}, 1, {}}, Comparison::at_most, 0.5);
  EXPECT_EQ(drill.verdict().state, VerdictState::not_proven) << drill.verdict().reason;
  EXPECT_GE(drill.verdict().injections.at(0).upper, 0.85);
  drill.requirement(0).objective.limit = 2;
  EXPECT_EQ(drill.verdict().state, VerdictState::pass) << drill.verdict().reason;
}

// What the fault leaves broken is no usual time to hold it against.
TEST(TruthOfBlindProbes, ItsAftermathIsNotWhatIsUsual) {
  Drill drill;
  const PhaseId phase = drill.add_phase("one", 40, 40);
  const FaultId fault = drill.add_kill("x", phase);
  const StageId stage = drill.run(phase, 0);
  drill.load(stage, 0, 3, 40).load(stage, 3, 5, 0, 40).load(stage, 5, 40, 20, 20);
  drill.inject(fault, stage, 3, 6);
  drill.probe(0, 40, {{3, 5}});
  drill.require("DR-1", RtoSli{fault, {ProbeId(0)}, 1, {}}, Comparison::at_most, 12);
  EXPECT_EQ(drill.verdict().state, VerdictState::not_proven) << drill.verdict().reason;
  drill.scenario.requirements.clear();
  drill.require("IM-1", ImpactSli{fault, ImpactUnit::failed_requests}, Comparison::at_most, 50);
  EXPECT_EQ(drill.verdict().state, VerdictState::fail) << drill.verdict().reason << ": 80 failed while it was away";
}

}  // namespace
}  // namespace shakedown
