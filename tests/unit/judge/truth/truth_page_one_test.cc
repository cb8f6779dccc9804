// Sentences of page one that were once untrue: what nobody judged, what was never caused, what production would lose.
#include <gtest/gtest.h>

#include "controller/judge/conclude.h"
#include "controller/judge/options/tradeoffs.h"
#include "controller/judge/page_one/tldr.h"
#include "controller/report/words/options.h"
#include "controller/report/words/page_one.h"
#include "controller/report/words/spoken.h"
#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::Drill;

std::string joined(const Scorecard& card) {
  std::string out;
  for (const std::string& s : report::tldr_words(card)) out += s + "\n";
  return out;
}

bool says(const Scorecard& card, const std::string& words) { return joined(card).find(words) != std::string::npos; }

// A quiet phase at 500/s, then one at 2 000/s in which almost everything fails.
struct QuietAndSpike {
  Drill drill;
  PhaseId quiet = drill.add_phase("quiet", 100, 500), spike = drill.add_phase("spike", 5, 2000);

  QuietAndSpike() {
    drill.load(drill.run(quiet, 0), 0, 100, 500);
    const StageId stage = drill.run(spike, 100);
    drill.load(stage, 100, 104, 109, 1891).load(stage, 104, 105, 110, 1890);
  }
  void judge_phases(std::vector<PhaseId> phases, double limit) {
    drill.require("AV-1", AvailabilitySli{{}, {std::move(phases), {}, {}}}, Comparison::at_least, limit);
  }
};

TEST(TruthPageOne, TheTestedRateIsThatOfAJudgedPhase) {
  QuietAndSpike run;
  run.judge_phases({run.quiet}, 0.999);
  const Scorecard card = run.drill.judge();
  EXPECT_TRUE(says(card, "Load holds at the tested 500/s.")) << joined(card);
  EXPECT_FALSE(says(card, "2000/s") || says(card, "2 000/s")) << joined(card);
  EXPECT_EQ(card.requirements[0].tested_rate, 500);
}

TEST(TruthPageOne, AFailingPhaseThatNobodyJudgesIsSaid) {
  QuietAndSpike run;
  run.judge_phases({run.quiet}, 0.999);
  const Scorecard card = run.drill.judge();
  EXPECT_TRUE(says(card, "No promise covers \"spike\", where 9454 of 10000 requests failed.")) << joined(card);
  QuietAndSpike both;
  both.judge_phases({both.quiet, both.spike}, 0.999);
  EXPECT_FALSE(says(both.drill.judge(), "No promise covers"));
  QuietAndSpike beside;
  beside.judge_phases({beside.quiet}, 0.999);
  beside.judge_phases({beside.spike}, 0.999);
  beside.drill.requirement(1).must = false;
  EXPECT_FALSE(says(beside.drill.judge(), "No promise covers")) << "one that does not decide is a promise too";
}

// Of 200 requests a second 40 are reads and judged; the writes fail.
TEST(TruthPageOne, AnOperationThatNoRowJudgesIsNeitherTestedLoadNorSilent) {
  Drill drill;
  const OperationId write = drill.add_operation("write");
  const PhaseId peak = drill.add_phase("peak", 100, 200);
  const StageId stage = drill.run(peak, 0);
  drill.load(stage, 0, 100, 40).load(stage, 0, 100, 0, 160, 0.005, write);
  drill.require("AV-1", AvailabilitySli{{OperationId(0)}, {}}, Comparison::at_least, 0.99);
  const Scorecard reads = drill.judge();
  EXPECT_EQ(reads.requirements[0].tested_rate, 40);
  EXPECT_TRUE(says(reads, "Load holds at the tested 40/s.")) << joined(reads);
  EXPECT_TRUE(says(reads, "No promise covers write in \"peak\", where 16000 of 16000 requests failed.")) << joined(reads);
  drill.require("AV-2", AvailabilitySli{{write}, {}}, Comparison::at_least, 0.99);
  const Scorecard both = drill.judge();
  EXPECT_FALSE(says(both, "No promise covers")) << joined(both);
  EXPECT_EQ(both.requirements[0].tested_rate, 200);
}

TEST(TruthPageOne, ABrokenPromiseThatNeedNotHoldIsSaidAndLoadIsNotSaidToHold) {
  Drill drill;
  const OperationId write = drill.add_operation("write");
  const PhaseId peak = drill.add_phase("peak", 100, 200);
  const StageId stage = drill.run(peak, 0);
  drill.load(stage, 0, 100, 40).load(stage, 0, 100, 0, 160, 0.005, write);
  drill.require("AV-1", AvailabilitySli{{OperationId(0)}, {}}, Comparison::at_least, 0.99);
  drill.require("AV-2", AvailabilitySli{{write}, {}}, Comparison::at_least, 0.99);
  drill.requirement(1).must = false;
  const Scorecard card = drill.judge();
  ASSERT_EQ(card.decision, DecisionState::go);
  EXPECT_EQ(joined(card), "1 promise that is not a must does not hold.\n");
}

TEST(TruthPageOne, APhaseThatMissesByItselfIsNotWhereLoadHolds) {
  QuietAndSpike run;
  run.judge_phases({run.quiet, run.spike}, 0.3);
  const Scorecard card = run.drill.judge();
  ASSERT_EQ(card.requirements[0].verdict.state, VerdictState::pass) << card.requirements[0].verdict.reason;
  EXPECT_TRUE(says(card, "Load holds at the tested 500/s.")) << joined(card);
}

TEST(TruthPageOne, TheRateIsTheLowestOfTheRowsThatSayLoadHolds) {
  Drill drill;
  const PhaseId slow = drill.add_phase("slow", 100, 100), fast = drill.add_phase("fast", 100, 400);
  drill.load(drill.run(slow, 0), 0, 100, 100).load(drill.run(fast, 100), 100, 200, 400);
  drill.require("AV-1", AvailabilitySli{{}, {{fast}, {}, {}}}, Comparison::at_least, 0.9);
  drill.require("PE-1", LatencySli{OperationId(0), 0.9, {{slow}, {}, {}}}, Comparison::at_most, 0.5);
  EXPECT_TRUE(says(drill.judge(), "Load holds at the tested 100/s.")) << joined(drill.judge());
  drill.scenario.forecast = Forecast{{2000}, "", {}};
  EXPECT_TRUE(says(drill.judge(), "Load holds at the tested 100/s; the forecast is 2 000/s, not tested there."));
}

// Load and three kills, each losing so many of 10 writes a second; nothing is caused in `refused` of them.
struct PagedKills {
  Drill drill;
  PhaseId crash = drill.add_phase("crash", 30, 0);
  FaultId kill = drill.add_kill("kill-ledger", crash);

  explicit PagedKills(uint64_t lost, int refused = 0) {
    std::set<uint64_t> gone;
    for (int i = 0; i < 3; ++i) {
      const double start = 30.0 * i;
      const StageId stage = drill.run(crash, start);
      drill.writes(start, start + 10);
      if (i < refused) {
        drill.inject_without_effect(kill, stage, start + 10, start + 15);
        continue;
      }
      const InjectionId id = drill.inject(kill, stage, start + 10, start + 15);
      for (uint64_t k = 0; k < lost; ++k) gone.insert(static_cast<uint64_t>(100 * (i + 1)) - 1 - k);
      drill.verify(id, start + 25, gone);
    }
    drill.probe(0, 90);
    drill.require("DR-2", RpoSli{kill, LedgerId(0)}, Comparison::at_most, 0);
  }
};

TEST(TruthPageOne, ALossIsToldAsTimeAndWithoutADeclaredRateProductionIsNotKnown) {
  const Scorecard card = PagedKills(3).drill.judge();
  EXPECT_EQ(report::tldr_words(card)[0],
            "If the process dies, everything confirmed in the last 0.29 to 0.31 seconds is lost (3 entries of our 10 test "
            "writes a second, in 3 of 3 tries); production's number is not known.");
}

TEST(TruthPageOne, ALossIsScaledToTheDeclaredWriteRate) {
  PagedKills run(3);
  run.drill.scenario.forecast = Forecast{{9000}, "", Rate{2000}};
  const Scorecard card = run.drill.judge();
  EXPECT_EQ(
      report::tldr_words(card)[0],
      "If the process dies, everything confirmed in the last 0.29 to 0.31 seconds is lost (3 entries of our 10 test "
      "writes a second, in 3 of 3 tries); at the forecast 2 000 writes a second about 580 to 620, if losses follow the rate.");
  const ScoredLedger& ledger = card.ledgers[0];
  EXPECT_EQ(ledger.rate, 10);
  for (const ScoredLedgerInjection& i : ledger.injections) {
    EXPECT_EQ(i.lost, 3U);
    EXPECT_GE(i.rpo_lower, 0.29);
    EXPECT_LE(i.rpo_upper, 0.31);
  }
}

// Of a time in which single writes are lost only the number can be scaled, not the time.
TEST(TruthPageOne, AScatteredLossIsScaledByItsNumber) {
  Drill drill;
  const PhaseId crash = drill.add_phase("crash", 30, 0);
  const FaultId kill = drill.add_kill("kill-ledger", crash);
  const StageId stage = drill.run(crash, 0);
  drill.writes(0, 10);
  drill.verify(drill.inject(kill, stage, 10, 15), 25, {49, 69, 89});
  drill.probe(0, 30);
  drill.require("DR-2", RpoSli{kill, LedgerId(0)}, Comparison::at_most, 0);
  drill.scenario.forecast = Forecast{{9000}, "", Rate{2000}};
  const Scorecard card = drill.judge();
  EXPECT_TRUE(says(card, "part of what was confirmed in the last")) << joined(card);
  EXPECT_TRUE(says(card,
                   "(3 entries of our 10 test writes a second, in 1 of 1 try); at the forecast 2 000 writes a second about 600, "
                   "if losses follow the rate"))
      << joined(card);
}

TEST(TruthPageOne, ADeclaredFaultThatWasNotCausedIsSaid) {
  EXPECT_TRUE(says(
      PagedKills(0, 3).drill.judge(),
      "The planned failure \"kill-ledger\" was caused 0 of 3 times for certain; of 3 further tries it could not be proven."));
  EXPECT_TRUE(
      says(PagedKills(0, 1).drill.judge(),
           "The planned failure \"kill-ledger\" was caused 2 of 3 times for certain; of 1 further try it could not be proven."));
  EXPECT_FALSE(says(PagedKills(0).drill.judge(), "planned failure"));
  Drill never;
  never.add_kill("kill-ledger", never.add_phase("quiet", 10, 100));
  never.load(never.run(PhaseId(0), 0), 0, 10, 100);
  never.require("AV-1", AvailabilitySli{}, Comparison::at_least, 0.5);
  EXPECT_TRUE(says(never.judge(), "was not caused")) << joined(never.judge());
}

TEST(TruthPageOne, AFaultWhoseEndNobodySawHasAnUnknownFate) {
  Drill drill;
  const PhaseId crash = drill.add_phase("crash", 30, 100);
  const FaultId kill = drill.add_kill("kill-ledger", crash);
  const StageId stage = drill.run(crash, 0);
  drill.load(stage, 0, 30, 100);
  drill.inject(kill, stage, 10, -1);
  drill.probe(0, 30);
  drill.require("AV-1", AvailabilitySli{}, Comparison::at_least, 0.5);
  const Scorecard card = drill.judge();
  EXPECT_TRUE(says(card, "Whether \"kill-ledger\" was undone is not known")) << joined(card);
  EXPECT_EQ(card.faults[0].ended_by, "not known");
}

TEST(TruthPageOne, AnOutageUnderTwoFaultsIsSaidAsSuch) {
  Drill drill;
  const PhaseId crash = drill.add_phase("crash", 30, 0);
  const FaultId kill = drill.add_kill("kill-w1", crash);
  drill.inject(kill, drill.run(crash, 0), 10, 20);
  drill.probe(0, 30, {{10, 13.1}});
  drill.require("DR-1", RtoSli{kill, {ProbeId(0)}}, Comparison::at_most, 1);
  Scorecard card = drill.judge();
  ASSERT_EQ(card.outages.size(), 1U);
  EXPECT_FALSE(says(card, "another failure")) << joined(card);
  card.outages[0].cause = "kill-w2 and kill-w1";
  card.tldr = judging::tell(card, drill.scenario);
  EXPECT_NE(report::tldr_words(card)[0].find(
                "If the process dies, the service is away for 3.1 seconds, in part with another failure at work"),
            std::string::npos)
      << report::tldr_words(card)[0];
}

TEST(TruthPageOne, AnInjectionThatNoRowCouldUseWasNotMeasured) {
  PagedKills run(0);
  const Scorecard good = run.drill.judge();
  EXPECT_TRUE(good.faults[0].measured && good.faults[1].measured && good.faults[2].measured);
  Drill drill;
  const PhaseId crash = drill.add_phase("crash", 30, 0);
  const FaultId kill = drill.add_kill("kill-ledger", crash);
  const StageId stage = drill.run(crash, 0);
  drill.writes(0, 10);
  drill.inject(kill, stage, 10, 15);  // never read back
  drill.probe(0, 30);
  drill.require("DR-2", RpoSli{kill, LedgerId(0)}, Comparison::at_most, 0);
  const Scorecard card = drill.judge();
  EXPECT_TRUE(card.faults[0].effective_at.has_value());
  EXPECT_FALSE(card.faults[0].measured);
}

TEST(TruthSentences, TwoDisturbancesAreOneReason) {
  judging::Judged judged;
  judged.verdict.reason = "12 of 13 held.";
  judging::touch(judged, Signal::lag, "our lag was large");
  judging::touch(judged, Signal::lost_agent, "an agent was lost");
  judging::touch(judged, Signal::lag, "our lag was large");
  EXPECT_EQ(judged.verdict.reason, "Unknown: our lag was large; an agent was lost. Untrusted figure: 12 of 13 held.");
}

TEST(TruthSentences, TimesAreWordsWithoutExponents) {
  using namespace report;
  EXPECT_EQ(time_words(0.4899), "490 milliseconds");
  EXPECT_EQ(time_words(0.00012), "less than 1 millisecond");
  EXPECT_EQ(time_words(0.9999), "1 second");
  EXPECT_EQ(time_words(1), "1 second");
  EXPECT_EQ(time_words(1.24), "1.2 seconds");
  EXPECT_EQ(time_words(99.9), "100 seconds");
  EXPECT_EQ(time_words(119.9), "2 minutes");
  EXPECT_EQ(time_words(200000), "2.3 days");
  EXPECT_EQ(time_words(0), "0 seconds");
  EXPECT_EQ(within_words(1.101), "1.2 seconds");
  EXPECT_EQ(beyond_words(3.98), "3.9 seconds");
  EXPECT_EQ(within_words(0.9991), "1 second");
  EXPECT_EQ(time_range_words(0.2055, 0.2802), "0.2 to 0.29 seconds");
  EXPECT_EQ(time_range_words(0, 0.004), "up to 4 milliseconds");
  EXPECT_EQ(time_range_words(1, 1), "1 second");
  EXPECT_EQ(time_range_words(0.00994, 121), "9.9 milliseconds to 2.1 minutes");  // no "0.000016 to"
  EXPECT_EQ(time_range_words(0.99, 99.6), "0.99 to 100 seconds");
  EXPECT_EQ(count_range_words(400, 580), "400 to 580");
  EXPECT_EQ(count_range_words(0, 1234.5), "up to 1 235");
  EXPECT_EQ(count_range_words(2 + 1e-12, 3 + 1e-12), "2 to 3");  // a bound that was worked out is never quite whole
  EXPECT_EQ(count_range_words(3 - 1e-12, 3 + 1e-12), "3");
}

TEST(TruthSentences, ThreeTriesSupportNoPromise) {
  const Scorecard card = PagedKills(14).drill.judge();
  const auto& options = card.requirements[0].options;
  ASSERT_FALSE(options.empty());
  EXPECT_EQ(report::option_words(options.back()), "Worst of 3 tries: 14 writes; three tries cannot support a promise");
}

TEST(TruthSentences, NobodyNamedHasSaidNothing) {
  const Scorecard card = PagedKills(1).drill.judge();
  for (const TradeOff& o : card.requirements[0].options)
    EXPECT_EQ(report::option_words(o).find("nobody is named has"), std::string::npos) << report::option_words(o);
}

TEST(TruthSentences, WhatATryProvesIsNeverRoundedUp) {
  // 0.05^(1/3) = 36.8 %.
  EXPECT_NE(PagedKills(0).drill.judge().requirements[0].verdict.reason.find("at least 36.8 %"), std::string::npos);
}

// Two kills of one process: the first takes it away for 30.3 s, the second for nothing that anybody sees.
TEST(TruthSentences, TwoFaultsOfOneKindAreToldApartAndAMissIsNotRoundedToItsPromise) {
  Drill drill;
  const PhaseId crash = drill.add_phase("crash", 60, 0);
  const FaultId hard = drill.add_kill("kill-hard", crash), deploy = drill.add_kill("deploy", crash);
  const StageId stage = drill.run(crash, 0);
  drill.probe(0, 60, {{10, 40.35}}).inject(hard, stage, 10, 41);
  drill.inject(deploy, stage, 50, 51);
  drill.require("DR-1", RtoSli{hard, {ProbeId(0)}, 1, {}}, Comparison::at_most, 30);
  drill.require("DR-2", RtoSli{deploy, {ProbeId(0)}, 1, {}}, Comparison::at_most, 30);
  const Scorecard card = drill.judge();
  ASSERT_EQ(card.requirements[0].verdict.state, VerdictState::fail) << card.requirements[0].verdict.reason;
  EXPECT_TRUE(says(card, "dies (\"kill-hard\"), the service is away for")) << joined(card);
  EXPECT_FALSE(says(card, "away for 30 seconds; promised are 30 seconds")) << joined(card);
}

// A fault that takes the service away for 3 s, with rows about the time outside its windows only.
TEST(TruthPageOne, AFaultThatNoRowIsAboutIsSaid) {
  Drill drill;
  const PhaseId crash = drill.add_phase("crash", 60, 0);
  const FaultId kill = drill.add_kill("kill", crash);
  const StageId stage = drill.run(crash, 0);
  drill.load(stage, 0, 10, 50).load(stage, 10, 13, 0, 50).load(stage, 13, 60, 50).probe(0, 60, {{10, 13}});
  drill.inject(kill, stage, 10, 13.5);
  drill.require("AV-1", AvailabilitySli{}, Comparison::at_least, 0.9);
  const Scorecard card = drill.judge();
  ASSERT_EQ(card.unjudged.size(), 1U);
  EXPECT_EQ(card.unjudged[0].fault, "kill");
  EXPECT_EQ(card.unjudged[0].bad, 150U);
  EXPECT_TRUE(says(card, "No promise covers what happens if ")) << joined(card);
  drill.require("DR-1", RtoSli{kill, {ProbeId(0)}, 1, {}}, Comparison::at_most, 10);
  EXPECT_TRUE(drill.judge().unjudged.empty());
}

TEST(TruthPageOne, AForecastIsToldThoughASearchThatNeverRanIsDeclared) {
  QuietAndSpike run;
  run.judge_phases({run.quiet}, 0.999);
  run.drill.scenario.forecast = Forecast{};
  run.drill.scenario.forecast->rate = Rate{3000};
  Search search;
  search.phase = run.drill.add_phase("cap", 30, 100);
  run.drill.scenario.searches.push_back(search);
  EXPECT_TRUE(says(run.drill.judge(), "the forecast is 3 000/s, not tested there")) << joined(run.drill.judge());
}

TEST(TruthPageOne, ARowThatLooksIntoAFaultOnlySaysNothingAboutTheLoad) {
  Drill drill;
  const PhaseId phase = drill.add_phase("steady", 20, 40);
  const FaultId touch = drill.add_kill("touch", phase);
  const StageId stage = drill.run(phase, 0);
  drill.load(stage, 0, 20, 20, 20);
  drill.inject(touch, stage, 5, 10);
  drill.probe(0, 20);
  drill.require("AV-1", AvailabilitySli{{}, {{}, touch}}, Comparison::at_least, 0.1);
  EXPECT_EQ(drill.verdict().state, VerdictState::pass) << drill.verdict().reason;
  EXPECT_FALSE(says(drill.judge(), "Load holds")) << joined(drill.judge());
}

}  // namespace
}  // namespace shakedown
