// Small things on which a verdict, or what is said of it, turns: each was once changed without a test that noticed.
#include <gtest/gtest.h>

#include <cmath>

#include "controller/judge/evidence.h"
#include "controller/judge/options/tradeoffs.h"
#include "controller/judge/page_one/tldr.h"
#include "controller/judge/page_one/tldr_failures.h"
#include "controller/judge/rejudge/rejudge.h"
#include "controller/report/words/page_one.h"
#include "tests/support/faults.h"
#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::Drill;

// Kills in phases of 60 s, 10 s after their begin, each with so many seconds down.
struct RepairDrill {
  Drill drill;
  PhaseId crash = drill.add_phase("crash", 60, 0);
  FaultId kill = drill.add_kill("kill-ledger", crash);

  explicit RepairDrill(const std::vector<double>& down) {
    std::vector<std::pair<double, double>> outages;
    for (std::size_t i = 0; i < down.size(); ++i) {
      const double start = 60.0 * static_cast<double>(i), from = start + 10;
      drill.inject(kill, drill.run(crash, start), from, from + down[i] + 2);
      if (down[i] > 0) outages.emplace_back(from, from + down[i]);
    }
    drill.probe(0, 60.0 * static_cast<double>(down.size()), outages);
  }
  Verdict median(double limit) {
    drill.require("R", MttrSli{{ProbeId(0)}, kill, RepairStatistic::median}, Comparison::at_most, limit);
    return drill.verdict();
  }
};

TEST(VerdictDetails, AMedianNeedsFiveRepairs) {
  const Verdict four = RepairDrill({2, 2, 2, 2}).median(3);
  EXPECT_EQ(four.state, VerdictState::not_proven);
  EXPECT_EQ(four.needed, "1 repair more");
  EXPECT_EQ(RepairDrill({2, 2, 2, 2, 2}).median(3).state, VerdictState::pass);
}

TEST(VerdictDetails, TheLowerBoundOfAMedianLiesBelowIt) {
  const Verdict v = RepairDrill({1, 2, 3, 4, 5, 6, 7}).median(100);
  EXPECT_NEAR(*v.measured.value, 4, 0.2);
  EXPECT_LT(*v.measured.lower, 2.2);
  EXPECT_GT(*v.measured.upper, 5.8);
}

TEST(VerdictDetails, WithoutARepairOneIsNeeded) {
  const Verdict none = RepairDrill({0, 0}).median(3);
  EXPECT_EQ(none.state, VerdictState::unknown);
  EXPECT_EQ(none.needed, "repairs to measure");
}

TEST(VerdictDetails, EachInjectionSaysWhetherItWasTolerated) {
  RepairDrill run({0, 2, 0});
  run.drill.require("R", ToleratedSli{{run.kill}, {ProbeId(0)}}, Comparison::at_least, 1);
  const auto rows = run.drill.verdict().injections;
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].note.rfind("tolerated, at work for ", 0), 0U) << rows[0].note;
  EXPECT_EQ(rows[1].note, "outage");
}

// Two failed checks of three needed, then well again long before our undo: the recovery is the target's own.
TEST(VerdictDetails, AFlickerThatEndedBeforeTheUndoIsNotEndedByIt) {
  for (const bool undo_first : {false, true}) {
    Drill drill;
    const PhaseId crash = drill.add_phase("crash", 30, 0);
    const FaultId kill = drill.add_kill("kill-ledger", crash);
    const InjectionId id = drill.inject(kill, drill.run(crash, 0), 10, 20);
    drill.add(StepEvent{StepEvent::Kind::undo, id, "start", testing::at(undo_first ? 10.15 : 15), testing::at(20), true, ""});
    drill.probe(0, 30, {{10.05, 10.25}});
    drill.require("R", RtoSli{kill, {ProbeId(0)}}, Comparison::at_most, 1);
    const InjectionVerdict one = drill.verdict().injections.at(0);
    EXPECT_EQ(std::isinf(one.upper), undo_first) << one.note << " " << one.upper;
    EXPECT_EQ(one.note, undo_first ? "ended_by: undo" : "masked");
  }
}

// A write every ten seconds: the last one before the fault may be as old as five of them.
TEST(VerdictDetails, ASlowLedgerWasWritingThoughItsLastWriteIsOld) {
  for (const double at : {38.0, 80.0, 81.0}) {  // the last write is acknowledged at 30.01 s
    Drill drill;
    drill.scenario.ledgers[0].rate = {0.1};
    const PhaseId crash = drill.add_phase("crash", 100, 0);
    const FaultId kill = drill.add_kill("kill-ledger", crash);
    const StageId stage = drill.run(crash, 0);
    drill.writes(0, 40);
    drill.verify(drill.inject(kill, stage, at, at + 5), 95, {});
    drill.probe(0, 100);
    drill.require("R", RpoSli{kill, LedgerId(0)}, Comparison::at_most, 0);
    const InjectionVerdict one = drill.verdict().injections.at(0);
    EXPECT_EQ(one.valid, at < 81) << at << " " << one.note;
    if (!one.valid) {
      EXPECT_EQ(one.note, "no write was acknowledged in the 50s before the fault");
    }
  }
}

TEST(VerdictDetails, PassesOfALedgerAreKeptByNumberInWhateverOrderTheyCome) {
  Drill drill;
  for (const uint32_t number : {2U, 1U, 2U}) {
    LedgerPass pass;
    pass.ledger = LedgerId(0);
    pass.pass = number;
    drill.add(pass);
  }
  EXPECT_EQ(drill.timeline().ledger(LedgerId(0)).passes().size(), 2U);
}

TEST(VerdictDetails, AnotherHoldOfAPauseIsAnotherFault) {
  Drill drill;
  const PhaseId crash = drill.add_phase("crash", 60, 0);
  const FaultId fault = drill.add_kill("pause-ledger", crash);
  drill.scenario.faults[fault.value].kind = faults::pause(ComponentId(0), std::chrono::seconds(5));
  drill.require("R", RtoSli{fault, {ProbeId(0)}}, Comparison::at_most, 1);
  Scenario asked = drill.scenario;
  EXPECT_TRUE(judging::rejudge(drill.scenario, asked).refused.empty());
  asked.faults[fault.value].kind = faults::pause(ComponentId(0), std::chrono::seconds(9));
  EXPECT_EQ(judging::rejudge(drill.scenario, asked).refused.at(RequirementId(0)),
            "the run's fault `pause-ledger` was another one");
}

TEST(VerdictDetails, WhatTheTeamSaysIsItsValueElseItsStatus) {
  Requirement row;
  EXPECT_EQ(report::team_reports(row, "none"), "");
  row.declared = Declared{Status::green, std::nullopt, "99%", {}};
  EXPECT_EQ(report::team_reports(row, "none"), "; the team says green");
  row.declared = Declared{Status::green, 0.99, "", {}};
  EXPECT_EQ(report::team_reports(row, "none"), "; the team says green");
  row.declared = Declared{Status::green, 0.99, "99%", {}};
  EXPECT_EQ(report::team_reports(row, "none"), "; the team reports 99%");
  row.declared = Declared{Status::green, 0.0, "0", {}};
  EXPECT_EQ(report::team_reports(row, "none"), "; the team reports none");
  EXPECT_EQ(report::team_reports(row), "; the team reports 0");
}

TEST(VerdictDetails, WhatWasSentTwiceIsSaidInTheRightNumber) {
  for (const uint64_t twice : {0U, 1U, 2U}) {
    Drill drill;
    const StageId stage = drill.run(drill.add_phase("steady", 100, 100), 0);
    drill.load(stage, 0, 100, 100).probe(0, 100);
    drill.cell(stage, 50, OperationId(0)).retried = twice;
    drill.require("AV", AvailabilitySli{}, Comparison::at_least, 0.9);
    const std::string reason = drill.verdict().reason;
    EXPECT_EQ(reason.find("1 was sent a second time") != std::string::npos, twice == 1) << reason;
    EXPECT_EQ(reason.find("2 were sent a second time") != std::string::npos, twice == 2) << reason;
    EXPECT_EQ(reason.find("second time") == std::string::npos, twice == 0) << reason;
  }
}

// A declared pool is the target's client, and what waits in it counts; the row says so.
TEST(VerdictDetails, TruthARowSaysThatItsRequestsWaitedForADeclaredPool) {
  Drill drill;
  drill.scenario.connections.max = 64;
  const StageId stage = drill.run(drill.add_phase("steady", 100, 100), 0);
  drill.load(stage, 0, 100, 72, 28).probe(0, 100);
  drill.cell(stage, 50, OperationId(0)).queued = 1424;
  drill.require("AV", AvailabilitySli{}, Comparison::at_least, 0.99);
  drill.require("PE", LatencySli{OperationId(0), 0.99, {}}, Comparison::at_most, 1);
  drill.require("ER", ErrorRatioSli{}, Comparison::at_most, 0.01);
  drill.require("TP", ThroughputSli{}, Comparison::at_least, 90);
  for (std::size_t row = 0; row < 4; ++row) {
    const Verdict verdict = drill.verdict(row);
    EXPECT_EQ(verdict.state, VerdictState::fail);
    EXPECT_NE(verdict.reason.find("1424 found all connections that `connections: max` allows (64 "), std::string::npos)
        << verdict.reason;
  }
}

// By the name it joined with, else by the scenario's, else by its number.
TEST(VerdictDetails, AnAgentHasAName) {
  Drill drill;
  drill.scenario.agents.push_back({.name = "declared"});
  drill.manifest.agents.push_back({.name = ""});
  const Timeline timeline = drill.timeline();
  judging::Evidence evidence;
  evidence.scenario = &drill.scenario;
  evidence.timeline = &timeline;
  evidence.manifest = &drill.manifest;
  EXPECT_EQ(evidence.agent_name(AgentId(0)), "local");
  EXPECT_EQ(evidence.agent_name(AgentId(1)), "declared");
  EXPECT_EQ(evidence.agent_name(AgentId(2)), "agent 2");
  // Who probes and writes where nobody is named: the first that loads.
  EXPECT_EQ(evidence.or_first_load_agent(AgentId()), AgentId(0));
  drill.scenario.agents[0].load = false;
  EXPECT_EQ(evidence.or_first_load_agent(AgentId()), AgentId(1));
  EXPECT_EQ(evidence.or_first_load_agent(AgentId(0)), AgentId(0));
}

TEST(VerdictDetails, ADashboardIsQuotedOnlyWhereItIsTooGreen) {
  Drill drill;
  Scorecard card = drill.judge();
  ScoredRequirement row;
  row.requirement.id = "AV-1";
  row.requirement.title = "Entries can be read";
  row.requirement.sli = AvailabilitySli{};
  row.requirement.objective = {Comparison::at_least, 0.99, ">= 99%"};
  row.verdict.state = VerdictState::fail;
  row.verdict.measured = {0.9, 0.89, 0.91, Unit::ratio, 1000, false};
  row.reported = ScoredReported{};
  row.reported->value = 0.9;
  for (const Watermelon kind : {Watermelon::honest, Watermelon::optimistic}) {
    row.reported->watermelon = kind;
    card.requirements = {row};
    card.decision = DecisionState::no_go;
    card.tldr = judging::tell(card, drill.scenario);
    const std::string told = report::tldr_words(card).at(0);
    EXPECT_EQ(told.find("its own dashboard says") != std::string::npos, kind == Watermelon::optimistic) << told;
  }
}

}  // namespace
}  // namespace shakedown
