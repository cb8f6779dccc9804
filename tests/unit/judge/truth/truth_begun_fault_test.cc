// A fault that was begun and not proven: what follows is its doing, and it is no try that may be left out.
#include <gtest/gtest.h>

#include "controller/report/words/page_one.h"
#include "controller/report/words/words.h"
#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::at;
using testing::Drill;

// A command of ours kills the service at 20 s and fails 3 s later; our undo has it back at 24 s.
Drill failed_command() {
  Drill drill;
  const PhaseId phase = drill.add_phase("hit", 60, 50);
  drill.add_kill("crash", phase);
  const StageId stage = drill.run(phase, 0);
  const auto told = [&](FaultState state, double from, double to, const std::string& detail) {
    drill.add(FaultEvent{InjectionId(0), FaultId(0), stage, state, at(from), at(to), detail});
  };
  told(FaultState::armed, 19.85, 19.86, "undo record 1 is durable");
  told(FaultState::failed, 23, 23, "did not bite: it exited with 1");
  told(FaultState::undoing, 23, 23, "");
  told(FaultState::clean, 24, 24, "as before, after our undo");
  drill.load(stage, 0, 20, 50).load(stage, 20, 24, 0, 50).load(stage, 24, 60, 50);
  drill.probe(0, 60, {{20.05, 24}});
  return drill;
}

TEST(TruthBegunFault, WhatACommandBrokeBeforeItFailedIsNotSpontaneous) {
  Drill drill = failed_command();
  drill.require("AV", AvailabilitySli{}, Comparison::at_least, 0.99);
  drill.require("OU", OutagesSli{{ProbeId(0)}}, Comparison::at_most, 0);
  const Scorecard card = drill.judge();
  EXPECT_EQ(card.requirements[0].verdict.state, VerdictState::pass) << card.requirements[0].verdict.reason;
  ASSERT_EQ(card.outages.size(), 1U);
  EXPECT_EQ(card.outages[0].cause, "crash");
  EXPECT_EQ(report::broken_words(card).substr(0, 13), "broken 1 time") << report::broken_words(card);
  std::string told;
  for (const std::string& s : report::tldr_words(card)) told += s + "\n";
  EXPECT_NE(told.find("of 1 further try it could not be proven"), std::string::npos) << told;
  EXPECT_EQ(told.find("was not caused"), std::string::npos) << told;
}

TEST(TruthBegunFault, OneThatWasNeverBegunHasNoWindow) {
  Drill drill;
  const PhaseId phase = drill.add_phase("hit", 60, 50);
  drill.add_kill("crash", phase);
  const StageId stage = drill.run(phase, 0);
  drill.add(FaultEvent{InjectionId(0), FaultId(0), stage, FaultState::armed, at(19.85), at(19.86), "durable"});
  drill.add(FaultEvent{InjectionId(0), FaultId(0), stage, FaultState::failed, at(20), at(20), "not injected: the lease is over"});
  drill.load(stage, 0, 20, 50).load(stage, 20, 24, 0, 50).load(stage, 24, 60, 50).probe(0, 60, {{20.05, 24}});
  const Scorecard card = drill.judge();
  ASSERT_EQ(card.outages.size(), 1U);
  EXPECT_EQ(card.outages[0].cause.find("crash"), std::string::npos) << card.outages[0].cause;
  EXPECT_EQ(report::broken_words(card), "nothing was broken, of 1 planned");
}

// Three kills that were proven and back in a second; a fourth whose proof failed took the service away for 20 s.
TEST(TruthBegunFault, AKillWithoutProofIsNoTryToBeLeftOut) {
  for (const bool failed : {true, false}) {
    Drill drill;
    const PhaseId phase = drill.add_phase("hit", 40, 0);
    const FaultId kill = drill.add_kill("crash", phase);
    std::vector<std::pair<double, double>> outages;
    for (int i = 0; i < 4; ++i) {
      const double start = 40.0 * i;
      const StageId stage = drill.run(phase, start);
      if (i == 1) {
        const InjectionId id = drill.inject_without_effect(kill, stage, start + 5, -1);
        if (failed) drill.fault_event(id, FaultState::failed, start + 6, "did not bite: nothing changed");
        drill.fault_event(id, FaultState::clean, start + 25);
      } else {
        drill.inject(kill, stage, start + 5, start + 6);
      }
      outages.emplace_back(start + 5, start + (i == 1 ? 25 : 6));
    }
    drill.probe(0, 160, outages);
    drill.require("DR", RtoSli{kill, {ProbeId(0)}}, Comparison::at_most, 3);
    const Verdict verdict = drill.verdict();
    EXPECT_EQ(verdict.state, VerdictState::not_proven) << verdict.reason;
    EXPECT_NE(verdict.needed.find("injection 2 does not"), std::string::npos) << verdict.needed;
  }
}

}  // namespace
}  // namespace shakedown
