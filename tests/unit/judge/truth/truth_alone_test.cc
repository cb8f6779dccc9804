// What can be decided of two faults at once, of a reading that was cut off, and of checks that failed one at a time.
#include <gtest/gtest.h>

#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::at;
using testing::Drill;

TEST(TruthOfOverlap, NoNumberOfRepeatsIsPromisedToHelp) {
  Drill drill;
  const PhaseId phase = drill.add_phase("both", 30, 40);
  const FaultId x = drill.add_kill("x", phase), y = drill.add_kill("y", phase);
  const StageId stage = drill.run(phase, 0);
  drill.load(stage, 0, 30, 40);
  drill.inject(x, stage, 12, 15);
  drill.inject(y, stage, 12.5, 15.5);
  drill.probe(0, 30, {{12.1, 13.2}});
  const std::vector<ProbeId> door = {ProbeId(0)};
  drill.require("DR", RtoSli{x, door}, Comparison::at_most, 5);
  drill.require("IM", ImpactSli{x, ImpactUnit::failed_requests}, Comparison::at_most, 100);
  drill.require("TO", ToleratedSli{{x}, door}, Comparison::at_least, 1);
  drill.require("MT", MttrSli{door, x, RepairStatistic::mean}, Comparison::at_most, 5);
  for (const ScoredRequirement& row : drill.judge().requirements) {
    EXPECT_EQ(row.verdict.state, VerdictState::unknown) << row.verdict.reason;
    EXPECT_EQ(row.verdict.needed, "a phase in which no other fault is at work, or more time between them") << row.requirement.id;
  }
}

// 100 writes, of which verify_limit left half unread.
struct CutOff {
  Drill drill;
  InjectionId killed;

  explicit CutOff(bool of_an_injection) {
    const PhaseId phase = drill.add_phase("crash", 10, 0);
    const FaultId kill = drill.add_kill("kill", phase);
    killed = drill.inject(kill, drill.run(phase, 0), 5, 6);
    drill.writes(0, 10);
    drill.probe(0, 16);
    LedgerPass pass;
    pass.ledger = LedgerId(0);
    if (of_an_injection) pass.injection = killed;
    pass.end_id = 100;
    pass.started = at(11);
    pass.finished = at(15);
    for (uint64_t id = 0; id < 50; ++id) {
      for (const double when : {11.1, 11.2}) {
        drill.snapshot(11).reads[LedgerId(0)].push_back({id, 0, at(when), at(when + 0.01), ReadClass::present});
      }
    }
    drill.add(pass);
  }
  Verdict judge(const Sli& sli, double limit) {
    drill.scenario.requirements.clear();
    drill.require("R", sli, Comparison::at_most, limit);
    return drill.verdict();
  }
};

TEST(TruthLedger, WhatVerifyLimitCutOffIsUndecidedAndNothingMore) {
  for (const bool of_an_injection : {false, true}) {
    CutOff run(of_an_injection);
    const Sli sli = of_an_injection ? Sli(RpoSli{FaultId(0), LedgerId(0), RpoUnit::writes, 1}) : Sli(DurabilitySli{LedgerId(0)});
    const Verdict none = run.judge(sli, 0);
    EXPECT_EQ(none.state, VerdictState::not_proven) << none.reason;
    EXPECT_EQ(*none.measured.lower, 0);
    EXPECT_EQ(*none.measured.upper, 50);
    EXPECT_EQ(none.needed, "a longer verify_limit or a higher verify_rate");
    EXPECT_EQ(run.judge(sli, 50).state, VerdictState::pass);
  }
}

TEST(TruthWatching, ChecksThatFailOneAtATimeAreTold) {
  Drill drill;
  const PhaseId phase = drill.add_phase("quiet", 10, 0);
  drill.run(phase, 0);
  std::vector<std::pair<double, double>> away;
  for (int i = 0; i < 50; ++i) away.emplace_back(0.2 * i + 0.05, 0.2 * i + 0.15);
  drill.probe(0, 10, away);
  drill.require("OU", OutagesSli{{ProbeId(0)}}, Comparison::at_most, 0);
  drill.require("MB", MtbfSli{{ProbeId(0)}}, Comparison::at_least, 1);
  const Scorecard card = drill.judge();
  ASSERT_EQ(card.probes.size(), 1U);
  EXPECT_EQ(card.probes[0].checks, 100U);
  EXPECT_EQ(card.probes[0].failed, 50U);
  EXPECT_EQ(card.probes[0].longest, 1U);
  for (const ScoredRequirement& row : card.requirements) {
    EXPECT_NE(row.verdict.reason.find("50 of 100 checks failed, never more than 1 in a row"), std::string::npos)
        << row.verdict.reason;
  }
}

TEST(TruthPageOne, AKillOfWorkersIsNotTheDeathOfTheProcess) {
  Drill drill;
  const PhaseId phase = drill.add_phase("crash", 20, 0);
  const FaultId kill = drill.add_kill("kill", phase);
  drill.scenario.components[0].selector = ProcessSpec{};
  drill.scenario.components[0].process()->scope = ProcessScope::children;
  drill.inject(kill, drill.run(phase, 0), 5, 6);
  drill.probe(0, 20);
  drill.require("DR", RtoSli{kill, {ProbeId(0)}, 1}, Comparison::at_most, 5);
  const std::string text = testing::all_text(drill.judge());
  EXPECT_NE(text.find("If the workers of the process die, nobody sees the service go away for longer than"), std::string::npos)
      << text;
}

}  // namespace
}  // namespace shakedown
