// rpo {fault, ledger}: acknowledged writes lost, by count and by time.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::at;
using testing::Drill;

// A kill in each of `lost.size()` phases of 30 s, 10 s after its start; that injection's pass finds lost[i] absent.
struct Kills {
  Drill drill;
  PhaseId crash = drill.add_phase("crash", 30, 0);
  FaultId kill = drill.add_kill("kill-ledger", crash);

  Kills(std::vector<std::set<uint64_t>> lost, RpoUnit unit, double limit, bool write = true, std::set<uint64_t> unread = {}) {
    for (std::size_t i = 0; i < lost.size(); ++i) {
      const double start = 30.0 * static_cast<double>(i);
      const StageId stage = drill.run(crash, start);
      if (write) drill.writes(start, start + 10);
      const InjectionId id = drill.inject_without_effect(kill, stage, start + 10, start + 20);
      drill.add(FaultEvent{id, kill, stage, FaultState::effective, at(start + 10), at(start + 10.02), "gone"});
      std::set<uint64_t> gone;
      for (std::size_t k = 0; k <= i; ++k) gone.insert(lost[k].begin(), lost[k].end());
      drill.verify(id, start + 25, gone, unread);
    }
    drill.probe(0, 30.0 * static_cast<double>(lost.size()));
    drill.require("DR-2", RpoSli{kill, LedgerId(0), unit}, Comparison::at_most, limit);
  }
  RpoSli& sli() { return std::get<RpoSli>(drill.requirement(0).sli); }
};

TEST(Rpo, LostWritesFailAndAreCounted) {
  const Verdict v = Kills({{97, 98, 99}, {198, 199}, {}}, RpoUnit::writes, 0).drill.verdict();
  EXPECT_EQ(v.state, VerdictState::fail);
  ASSERT_EQ(v.injections.size(), 3U);
  EXPECT_EQ(v.injections[0].lower, 3);
  EXPECT_EQ(v.injections[1].lower, 2);
  EXPECT_EQ(v.injections[2].upper, 0);
  EXPECT_EQ(*v.measured.value, 3);  // the worst
  EXPECT_TRUE(v.untouched);
}

TEST(Rpo, ThreeCleanDrillsPassZero) {
  const Verdict v = Kills({{}, {}, {}}, RpoUnit::writes, 0).drill.verdict();
  EXPECT_EQ(v.state, VerdictState::pass) << v.reason;
  EXPECT_FALSE(v.at_risk);
  EXPECT_NE(v.reason.find("36.8 %"), std::string::npos);
}

TEST(Rpo, TwoCleanDrillsAreTooFew) {
  EXPECT_EQ(Kills({{}, {}}, RpoUnit::writes, 0).drill.verdict().state, VerdictState::not_proven);
}

TEST(Rpo, CountBoundaryIsInclusive) {
  EXPECT_EQ(Kills({{97, 98, 99}, {}, {}}, RpoUnit::writes, 3).drill.verdict().state, VerdictState::pass);
  EXPECT_EQ(Kills({{97, 98, 99}, {}, {}}, RpoUnit::writes, 2).drill.verdict().state, VerdictState::fail);
}

TEST(Rpo, UndecidedWritesAreNeitherLostNorKept) {
  const Verdict v = Kills({{}, {}, {}}, RpoUnit::writes, 0, true, {99}).drill.verdict();
  EXPECT_EQ(v.state, VerdictState::not_proven);
  EXPECT_EQ(v.injections[0].lower, 0);
  EXPECT_EQ(v.injections[0].upper, 1);
}

TEST(Rpo, PublishedTimeVector) {
  // chaos-and-dr 8: writes at 0.1 i s, ack + 0.010 s; effect in [10.000, 10.020]; 97, 98, 99 lost.
  Kills lost({{97, 98, 99}}, RpoUnit::time, 1);
  lost.sli().injections = 1;
  const Verdict v = lost.drill.verdict();
  EXPECT_NEAR(v.injections[0].lower, 0.290, 1e-9);
  EXPECT_NEAR(v.injections[0].upper, 0.320, 1e-9);
  EXPECT_NEAR(v.injections[0].suffix_upper.value(), 0.420, 1e-9);
  EXPECT_EQ(v.state, VerdictState::pass);
  Kills none({{}}, RpoUnit::time, 1);
  EXPECT_NEAR(none.drill.verdict().injections[0].suffix_upper.value(), 0.120, 1e-9);
}

TEST(Rpo, TimePassesOnTheSuffixBoundAndFailsOnTheLower) {
  const auto state = [](double limit) {
    Kills kills({{97, 98, 99}}, RpoUnit::time, limit);
    kills.sli().injections = 1;
    return kills.drill.verdict().state;
  };
  EXPECT_EQ(state(0.4201), VerdictState::pass);
  EXPECT_EQ(state(0.41), VerdictState::not_proven);
  EXPECT_EQ(state(0.30), VerdictState::not_proven);
  EXPECT_EQ(state(0.28), VerdictState::fail);
}

TEST(Rpo, ZeroLossIsStillNoZeroTime) {
  Kills none({{}, {}, {}}, RpoUnit::time, 0.1);
  EXPECT_EQ(none.drill.verdict().state, VerdictState::not_proven);  // the resolution is 0.120 s
}

TEST(Rpo, ScatteredLossCannotPassByTime) {
  Kills scattered({{95}, {}, {}}, RpoUnit::time, 5);
  const Verdict v = scattered.drill.verdict();
  EXPECT_EQ(v.state, VerdictState::not_proven) << v.reason;
  EXPECT_EQ(v.injections[0].note, "scattered loss");
  EXPECT_FALSE(v.injections[0].suffix_upper.has_value());
}

TEST(Rpo, WithoutReadingBackNothingIsProved) {
  Kills kills({{}, {}, {}}, RpoUnit::writes, 0);
  Drill bare;
  bare.scenario = kills.drill.scenario;
  for (int i = 0; i < 3; ++i) {
    const StageId stage = bare.run(kills.crash, 30.0 * i);
    bare.writes(30.0 * i, 30.0 * i + 10);
    bare.inject(kills.kill, stage, 30.0 * i + 10, 30.0 * i + 20);
  }
  EXPECT_EQ(bare.verdict().state, VerdictState::unknown) << bare.verdict().reason;
}

TEST(Rpo, AWriterThatStoodStillProvesNothing) {
  const Verdict v = Kills({{}, {}, {}}, RpoUnit::writes, 0, false).drill.verdict();
  EXPECT_EQ(v.state, VerdictState::unknown);
  EXPECT_NE(v.reason.find("no write was acknowledged"), std::string::npos) << v.reason;
}

TEST(Rpo, AShareIsABinomialClaim) {
  Kills kills({{}, {}, {}}, RpoUnit::writes, 0);
  kills.sli().share = Share{0.3};
  EXPECT_EQ(kills.drill.verdict().state, VerdictState::pass);  // three clean ones prove 36.8 %
  kills.sli().share = Share{0.4};
  EXPECT_EQ(kills.drill.verdict().state, VerdictState::not_proven);
}

TEST(Rpo, LedgerSummaryListsWhatWasLost) {
  const Scorecard card = Kills({{97, 98, 99}, {}, {}}, RpoUnit::writes, 0).drill.judge();
  ASSERT_EQ(card.ledgers.size(), 1U);
  EXPECT_EQ(card.ledgers[0].acked, 300U);
  EXPECT_EQ(card.ledgers[0].lost, 3U);
  EXPECT_EQ(card.ledgers[0].lost_ids, (std::vector<uint64_t>{97, 98, 99}));
  ASSERT_EQ(card.ledgers[0].injections.size(), 3U);
  EXPECT_EQ(card.ledgers[0].injections[0].lost, 3U);
  EXPECT_EQ(card.ledgers[0].injections[1].lost, 0U);
}

}  // namespace
}  // namespace shakedown
