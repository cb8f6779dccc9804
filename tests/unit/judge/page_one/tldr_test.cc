// Page one's sentences: what they say, and the words that they may not use.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>

#include "controller/judge/options/tradeoffs.h"
#include "controller/judge/page_one/tldr.h"
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

void expect_business_words(const Scorecard& card) {
  std::string text = joined(card);
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  for (const char* word : {"p99", "probe", "ledger", "interval", "quantile", "percentile", "sli", "confidence", "binomial",
                           "injection", "rpo", "rto", "mtbf", "unbounded", "nan"}) {
    EXPECT_EQ(text.find(word), std::string::npos) << word << " in:\n" << text;
  }
  EXPECT_LE(card.tldr.size(), 5U);
  EXPECT_FALSE(card.tldr.empty());
}

// Steady load, then three kills of 2 s; lost[i] are the ids that kill i loses.
struct Launch {
  Drill drill;
  PhaseId steady = drill.add_phase("steady", 100, 500);
  PhaseId crash = drill.add_phase("crash", 30, 0);
  FaultId kill = drill.add_kill("kill-ledger", crash);

  using Lost = std::vector<std::set<uint64_t>>;

  explicit Launch(Lost lost, double down = 2, uint64_t bad = 0) {
    const StageId stage = drill.run(steady, 0);
    drill.load(stage, 0, 100, 500 - bad, bad);
    std::vector<std::pair<double, double>> outages;
    for (std::size_t i = 0; i < lost.size(); ++i) {
      const double start = 100 + 30.0 * static_cast<double>(i);
      const StageId crashed = drill.run(crash, start);
      drill.writes(start, start + 10);
      const InjectionId id = drill.inject(kill, crashed, start + 10, start + 10 + down + 3);
      std::set<uint64_t> gone;
      for (std::size_t k = 0; k <= i; ++k) gone.insert(lost[k].begin(), lost[k].end());
      drill.verify(id, start + 25, gone);
      outages.emplace_back(start + 10, start + 10 + down);
    }
    drill.probe(0, 100 + 30.0 * static_cast<double>(lost.size()), outages);
    AvailabilitySli available{{}, {{steady}, {}}};
    drill.require("AV-1", available, Comparison::at_least, 0.999);
    drill.requirement(0).title = "Entries can be read";
    drill.requirement(0).means = "a customer's request fails";
    drill.require("DR-1", RtoSli{kill, {ProbeId(0)}}, Comparison::at_most, 5);
    drill.require("DR-2", RpoSli{kill, LedgerId(0)}, Comparison::at_most, 0);
    drill.requirement(2).declared = Declared{Status::green, 0.0, "0 writes", {}};
  }
};

TEST(Tldr, SaysWhatDisappearsAndWhatTheTeamReports) {
  const Scorecard card = Launch(Launch::Lost{{98, 99}, {197, 198, 199}, {296, 297, 298, 299}}).drill.judge();
  EXPECT_EQ(report::tldr_words(card).at(0),
            "If the process dies, everything confirmed in the last 0.19 to 0.41 seconds is lost (2 to 4 entries of our 10 test "
            "writes a second, in 3 of 3 tries); production's number is not known; the team reports 0 lost.");
  EXPECT_NE(joined(card).find("Load holds at the tested 500/s."), std::string::npos) << joined(card);
  expect_business_words(card);
}

TEST(Tldr, OneLossIsSingular) {
  const Scorecard card = Launch(Launch::Lost{{99}, {199}, {299}}).drill.judge();
  EXPECT_EQ(report::tldr_words(card).at(0),
            "If the process dies, everything confirmed in the last 0.09 to 0.11 seconds is lost (1 entry of our 10 test "
            "writes a second, in 3 of 3 tries); production's number is not known; the team reports 0 lost.");
}

// 5 s are needed, and it is back within 2.1.
TEST(Tldr, WhatIsNeededIsNoPromiseOfATeamThatDeclaresAnotherTime) {
  for (const auto& [declared, words] :
       {std::pair(1.0, "within 2.1 seconds, within the 5 seconds needed; the team says 1 second."),
        std::pair(4.0, "within 2.1 seconds, as promised (4 seconds; needed are 5 seconds)."),
        std::pair(5.0, "within 2.1 seconds, as promised (5 seconds).")}) {
    Launch launch(Launch::Lost{{}, {}, {}});
    launch.drill.requirement(1).declared = Declared{Status::green, declared, "", {}};
    const Scorecard card = launch.drill.judge();
    EXPECT_NE(joined(card).find(words), std::string::npos) << joined(card);
    const std::string& said = card.requirements[1].verdict.watermelon_reason;
    EXPECT_NE(said.find("in the worst try"), std::string::npos) << said;
  }
}

TEST(Tldr, GreenRunSaysWhatHolds) {
  const Scorecard card = Launch(Launch::Lost{{}, {}, {}}).drill.judge();
  ASSERT_EQ(card.decision, DecisionState::go) << testing::all_text(card);
  EXPECT_NE(joined(card).find("no confirmed entry disappeared in 3 tries"), std::string::npos) << joined(card);
  EXPECT_NE(joined(card).find("back within 2.1 seconds, as promised"), std::string::npos) << joined(card);
  expect_business_words(card);
}

TEST(Tldr, FailingLoadAndRecovery) {
  const Scorecard card = Launch(Launch::Lost{{}, {}, {}}, 8, 10).drill.judge();
  EXPECT_NE(joined(card).find("\"Entries can be read\" does not hold (a customer's request fails)"), std::string::npos)
      << joined(card);
  EXPECT_NE(joined(card).find("the service is away for 8"), std::string::npos) << joined(card);
  EXPECT_EQ(joined(card).find("Load holds"), std::string::npos);
  expect_business_words(card);
}

TEST(Tldr, EveryKindOfRowInEveryStateStaysInBusinessWords) {
  for (const double limit : {0.0, 1e-9, 1.0, 1e9}) {
    for (const Comparison c : {Comparison::at_most, Comparison::at_least}) {
      for (const double down : {0.0, 2.0, 26.0}) {
        Launch launch(Launch::Lost{{99}, {}, {}}, down, 3);
        const FaultId kill = launch.kill;
        const std::vector<ProbeId> probes = {ProbeId(0)};
        launch.drill.scenario.requirements.clear();
        for (const Sli& sli :
             std::vector<Sli>{AvailabilitySli{}, UptimeSli{probes, std::chrono::hours(720)}, LatencySli{OperationId(0)},
                              ThroughputSli{}, ErrorRatioSli{}, MtbfSli{probes}, MtbrSli{probes}, MttrSli{probes, kill},
                              OutagesSli{probes}, ImpactSli{kill, ImpactUnit::failed_requests}, ToleratedSli{{kill}, probes},
                              RtoSli{kill, probes}, RpoSli{kill, LedgerId(0)}, RpoSli{kill, LedgerId(0), RpoUnit::time}}) {
          launch.drill.require("X", sli, c, limit);
          expect_business_words(launch.drill.judge());
          launch.drill.scenario.requirements.clear();
        }
      }
    }
  }
}

TEST(Tldr, ManyFailuresAreCountedNotListed) {
  Launch launch(Launch::Lost{{99}, {199}, {299}});
  for (int i = 0; i < 20; ++i) launch.drill.require("X", LatencySli{OperationId(0)}, Comparison::at_most, 0.001);
  const Scorecard card = launch.drill.judge();
  EXPECT_LE(card.tldr.size(), 5U);
  EXPECT_NE(joined(card).find("more promises do not hold"), std::string::npos) << joined(card);
}

TEST(Tldr, NamesTheComponentWhenThereAreSeveral) {
  Launch launch(Launch::Lost{{99}, {199}, {299}});
  Component other = launch.drill.scenario.components[0];
  other.name = "cache";
  launch.drill.scenario.components.push_back(other);
  launch.drill.scenario.components[0].name = "book";
  EXPECT_NE(joined(launch.drill.judge()).find("If book dies"), std::string::npos);
}

TEST(Tldr, EmptyAndUndecided) {
  Drill none;
  EXPECT_EQ(report::tldr_words(none.judge()), std::vector<std::string>{"Nothing was promised, so nothing can be judged."});
  Drill open;
  open.require("AV-1", AvailabilitySli{}, Comparison::at_least, 0.9);
  EXPECT_EQ(report::tldr_words(open.judge()), std::vector<std::string>{"1 promise is not shown either way yet."});
}

TEST(Grouped, ThousandsApart) {
  EXPECT_EQ(report::rate_words(36.06), "36.1");
  EXPECT_EQ(report::rate_words(999.7), "1 000");
  EXPECT_EQ(report::rate_words(1884.2), "1 884");
  EXPECT_EQ(report::rate_words(25344), "25 340");
  EXPECT_EQ(report::rate_words(1234567), "1 235 000");
}

}  // namespace
}  // namespace shakedown
