// What a loss says of the faults, however late it is found.
#include <gtest/gtest.h>

#include <cmath>

#include "controller/measure/ledger_check.h"

#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::at;
using testing::Drill;

std::set<uint64_t> ids(uint64_t first, uint64_t end) {
  std::set<uint64_t> out;
  for (uint64_t id = first; id < end; ++id) out.insert(out.end(), id);
  return out;
}

// Three kills, 10 s into phases of 30 s, with 100 writes before each. A verifying step reads the new ids, and the older
// ones when `older` says so; the reading at the end reads all. The second kill takes `gone`, from its effect on.
struct Drills {
  Drill drill;
  PhaseId crash = drill.add_phase("crash", 30, 0);
  FaultId kill = drill.add_kill("kill-ledger", crash);

  Drills(const std::set<uint64_t>& gone, bool older, double limit) {
    for (uint64_t i = 0; i < 3; ++i) {
      const double start = 30.0 * static_cast<double>(i);
      const StageId stage = drill.run(crash, start);
      drill.writes(start, start + 10);
      const InjectionId id = drill.inject(kill, stage, start + 10, start + 20);
      drill.verify(id, start + 25, i == 0 ? std::set<uint64_t>{} : gone, {}, older ? 0 : 100 * i);
    }
    drill.verify(InjectionId(), 91, gone);
    drill.probe(0, 90);
    drill.require("DR-2", RpoSli{kill, LedgerId(0)}, Comparison::at_most, limit);
  }
};

TEST(TruthLedger, WhatAnEarlierStepHadSeenIsChargedToTheFaultThatTookIt) {
  const Verdict v = Drills(ids(0, 50), true, 0).drill.verdict();
  EXPECT_EQ(v.state, VerdictState::fail);
  EXPECT_EQ(v.injections.at(0).upper, 0);
  EXPECT_EQ(v.injections.at(1).lower, 50);
  EXPECT_EQ(v.injections.at(1).upper, 50);
  EXPECT_EQ(v.injections.at(2).upper, 0);
}

TEST(TruthLedger, ARestoredOldBackupLosesAllThatIsGone) {
  const Verdict v = Drills(ids(0, 150), true, 0).drill.verdict();
  EXPECT_EQ(v.injections.at(1).lower, 150);
}

// Nine of ten test writes are refused from the beginning: what a crash takes of so few says nothing of it.
TEST(TruthLedger, FewAcknowledgedWritesProveNoLossAtAll) {
  Drill drill;
  const PhaseId crash = drill.add_phase("crash", 30, 0);
  const FaultId kill = drill.add_kill("kill-ledger", crash);
  const StageId stage = drill.run(crash, 0);
  drill.writes(0, 10);
  for (int64_t s = 0; s < 10; ++s) {
    for (LedgerWrite& write : drill.snapshot(s).writes[LedgerId(0)]) {
      if (write.id % 10 != 9) write.outcome = WriteClass::unknown;
    }
  }
  drill.verify(drill.inject(kill, stage, 10, 20), 25, {}).verify(InjectionId(), 28, {}).probe(0, 30);
  RpoSli rpo{kill, LedgerId(0)};
  rpo.injections = 1;
  drill.require("DR-2", rpo, Comparison::at_most, 0);
  drill.require("DU-1", DurabilitySli{LedgerId(0)}, Comparison::at_most, 0);
  EXPECT_NE(drill.verdict(0).state, VerdictState::pass) << drill.verdict(0).reason;
  EXPECT_NE(testing::all_text(drill.judge()).find("only 2 of 20 writes were acknowledged in the 2s before the fault"),
            std::string::npos)
      << testing::all_text(drill.judge());
  EXPECT_EQ(drill.verdict(1).state, VerdictState::not_proven);
  EXPECT_NE(drill.verdict(1).reason.find("only 10 of 100 test writes were acknowledged"), std::string::npos)
      << drill.verdict(1).reason;
}

TEST(TruthLedger, ALossFoundLateRaisesNoLowerCount) {
  const Drills late(ids(0, 50), false, 60);
  const Verdict v = late.drill.verdict();
  EXPECT_EQ(v.state, VerdictState::pass) << v.reason;  // whoever took the 50: none took more than 60
  EXPECT_EQ(v.injections.at(0).upper, 0);
  for (const std::size_t i : {1U, 2U}) {
    EXPECT_EQ(v.injections.at(i).lower, 0) << i;
    EXPECT_EQ(v.injections.at(i).upper, 50) << i;
  }
}

TEST(TruthLedger, ALossFoundLateFailsOnlyWhenNoSplitKeepsTheObjective) {
  EXPECT_EQ(Drills(ids(0, 50), false, 30).drill.verdict().state, VerdictState::not_proven);  // 25 each
  const Verdict v = Drills(ids(0, 50), false, 24).drill.verdict();
  EXPECT_EQ(v.state, VerdictState::fail);
  EXPECT_NE(v.reason.find("however these are divided"), std::string::npos) << v.reason;
  EXPECT_EQ(Drills(ids(0, 50), false, 0).drill.verdict().state, VerdictState::fail);
}

TEST(TruthLedger, ALossFoundLateIsSummedOnce) {
  Drills late(ids(0, 50), false, 0);
  late.drill.require("IM-1", ImpactSli{late.kill, ImpactUnit::lost_writes}, Comparison::at_most, 10);
  const Scorecard card = late.drill.judge();
  EXPECT_EQ(card.ledgers.at(0).lost, 50U);
  EXPECT_EQ(card.ledgers.at(0).unexplained, 0U);
  uint64_t charged = 0;
  for (const ScoredLedgerInjection& injection : card.ledgers.at(0).injections) charged += injection.lost;
  EXPECT_EQ(charged, 0U);
  EXPECT_EQ(card.ledgers.at(0).injections.at(1).shared, 50U);
  EXPECT_EQ(card.requirements.at(1).verdict.state, VerdictState::not_proven);  // 0 to 50
}

// Two faults in one stage, verified one after the other; `gone` is found by the first step already.
struct Pair {
  Drill drill;
  PhaseId crash = drill.add_phase("crash", 60, 0);
  FaultId first = drill.add_kill("first", crash), second = drill.add_kill("second", crash);

  explicit Pair(const std::set<uint64_t>& gone) {
    const StageId stage = drill.run(crash, 0);
    drill.writes(0, 30);
    const InjectionId a = drill.inject(first, stage, 10, 15), b = drill.inject(second, stage, 30, 35);
    drill.verify(a, 61, gone);
    drill.verify(b, 63, gone);
    drill.verify(InjectionId(), 66, gone);
    drill.probe(0, 60);
    for (const FaultId fault : {first, second}) {
      drill.require(fault == first ? "A" : "B", RpoSli{fault, LedgerId(0), RpoUnit::writes, 1, {}}, Comparison::at_most, 0);
    }
  }
};

TEST(TruthLedger, NeitherOfTwoFaultsInAStageIsClearedOfItsLosses) {
  const Pair pair({297, 298, 299});
  for (const std::size_t row : {0U, 1U}) {
    const Verdict v = pair.drill.verdict(row);
    EXPECT_EQ(v.state, VerdictState::not_proven) << v.reason;
    EXPECT_EQ(v.injections.at(0).lower, 0);
    EXPECT_EQ(v.injections.at(0).upper, 3);
  }
  const Pair clean({});
  EXPECT_EQ(clean.drill.verdict(0).state, VerdictState::pass) << clean.drill.verdict(0).reason;
}

// A quiet phase without any fault, read back at the end.
struct Quiet {
  Drill drill;
  explicit Quiet(const std::set<uint64_t>& gone, bool judged, const std::set<uint64_t>& unread = {}, bool read = true) {
    const PhaseId steady = drill.add_phase("steady", 30, 10);
    const StageId stage = drill.run(steady, 0);
    drill.load(stage, 0, 30, 100);
    drill.writes(0, 10).probe(0, 30);
    if (read) drill.verify(InjectionId(), 31, gone, unread);
    if (judged) {
      drill.require("DUR-1", DurabilitySli{LedgerId(0)}, Comparison::at_most, 0);
    } else {
      drill.require("AV-1", AvailabilitySli{}, Comparison::at_least, 0.99);
    }
  }
};

TEST(TruthLedger, ALossThatNoFaultExplainsLeavesNoGo) {
  const Scorecard card = Quiet({3, 4}, false).drill.judge();
  EXPECT_EQ(card.requirements.at(0).verdict.state, VerdictState::pass);
  EXPECT_EQ(card.decision, DecisionState::not_proven);
  EXPECT_EQ(card.ledgers.at(0).unexplained, 2U);
  EXPECT_NE(testing::all_text(card).find("2 confirmed entries disappeared, and no fault explains it."), std::string::npos);
  EXPECT_EQ(Quiet({}, false).drill.judge().decision, DecisionState::go);
}

// A quiet phase whose writes 3 and 4 are read back at the end as `seen`.
Drill odd(ReadClass seen, bool judged) {
  Drill drill = Quiet({}, judged, {}, false).drill;
  drill.verify(InjectionId(), 31, {3, 4}, {}, 0, seen);
  return drill;
}

TEST(TruthLedger, WritesThatComeBackAlteredAreLost) {
  const Scorecard silent = odd(ReadClass::corrupt, false).judge();
  EXPECT_EQ(silent.decision, DecisionState::not_proven);
  EXPECT_NE(testing::all_text(silent).find("2 confirmed entries came back altered, and no fault explains it."),
            std::string::npos);
  const Scorecard judged = odd(ReadClass::corrupt, true).judge();
  EXPECT_EQ(judged.requirements.at(0).verdict.state, VerdictState::fail) << judged.requirements.at(0).verdict.reason;
  EXPECT_NE(judged.requirements.at(0).verdict.reason.find("lost (2 of them came back altered), 0 undecided"), std::string::npos)
      << judged.requirements.at(0).verdict.reason;
}

TEST(TruthLedger, EntriesStoredTwiceAreToldButStopNothing) {
  const Scorecard card = odd(ReadClass::duplicate, false).judge();
  EXPECT_EQ(card.decision, DecisionState::go);
  EXPECT_NE(testing::all_text(card).find("2 entries are there more than once."), std::string::npos) << testing::all_text(card);
}

TEST(TruthLedger, DurabilityCountsEveryLossOfTheRun) {
  const Scorecard card = Quiet({3, 4}, true).drill.judge();
  EXPECT_EQ(card.requirements.at(0).verdict.state, VerdictState::fail);
  EXPECT_EQ(*card.requirements.at(0).verdict.measured.lower, 2);
  EXPECT_EQ(card.decision, DecisionState::no_go);
  EXPECT_EQ(Quiet({}, true).drill.verdict().state, VerdictState::pass);
  Drills late(ids(0, 50), false, 60);
  late.drill.require("DUR-1", DurabilitySli{LedgerId(0)}, Comparison::at_most, 49);
  EXPECT_EQ(late.drill.verdict(1).state, VerdictState::fail);
}

TEST(TruthLedger, DurabilityNeedsTheReadingAtTheEnd) {
  EXPECT_EQ(Quiet({}, true, {5}).drill.verdict().state, VerdictState::not_proven);
  EXPECT_EQ(Quiet({}, true, {}, false).drill.verdict().state, VerdictState::unknown);
}

TEST(TruthLedger, AWriteThatTheRecordLacksIsNotKept) {
  Drill drill = Quiet({}, true).drill;
  drill.drop_snapshot(4);
  std::vector<Snapshot> kept = drill.snapshots();
  Timeline timeline(drill.scenario);
  for (Snapshot& snapshot : kept) {
    snapshot.seq = 0;
    timeline.apply(snapshot);
  }
  for (const Event& event : drill.events()) timeline.apply(event);
  const RunLoss loss = run_loss(timeline.ledger(LedgerId(0)).record());
  EXPECT_EQ(loss.lost, 0U);
  EXPECT_EQ(loss.undecided, 10U);
  EXPECT_EQ(loss.acked, 90U);
}

// The same drill from merged snapshots, numbered as the journal does it; `order` says which are there.
Verdict from_records(const std::vector<std::size_t>& order, bool counted = true) {
  const Drill drill = Quiet({}, true).drill;
  std::vector<Snapshot> records = drill.snapshots();
  Timeline timeline(drill.scenario);
  for (const std::size_t i : order) {
    Snapshot record = records.at(i);
    record.agent = AgentId();
    record.seq = i + 1;
    timeline.apply(record);
  }
  for (const Event& event : drill.events()) timeline.apply(event);
  if (counted) timeline.apply(JournalClose{{}, records.size()});
  return judge(drill.scenario, timeline, drill.manifest, drill.manifest.finished).requirements.at(0).verdict;
}

TEST(TruthLedger, ARecordDroppedDoubledOrReorderedIsNoticed) {
  const std::size_t n = Quiet({}, true).drill.snapshots().size();
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < n; ++i) all.push_back(i);
  EXPECT_EQ(from_records(all).state, VerdictState::pass) << from_records(all).reason;
  for (std::size_t i = 0; i < n; ++i) {
    std::vector<std::size_t> dropped = all, doubled = all, swapped = all;
    dropped.erase(dropped.begin() + static_cast<std::ptrdiff_t>(i));
    doubled.insert(doubled.begin() + static_cast<std::ptrdiff_t>(i), i);
    std::swap(swapped[i], swapped[(i + 1) % n]);
    for (const auto& order : {dropped, doubled, swapped}) EXPECT_EQ(from_records(order).state, VerdictState::unknown) << i;
  }
}

TEST(TruthLedger, ALossIsToldAsTimeAndAtTheForecastRate) {
  Drill drill;
  const PhaseId crash = drill.add_phase("crash", 30, 0);
  const FaultId kill = drill.add_kill("kill-ledger", crash);
  drill.scenario.forecast = Forecast{};
  drill.scenario.forecast->writes = Rate{2000};
  const StageId stage = drill.run(crash, 0);
  drill.writes(0, 10);
  const InjectionId id = drill.inject(kill, stage, 10, 20);
  drill.verify(id, 25, {97, 98, 99}).probe(0, 30);
  const ScoredLedger ledger = drill.judge().ledgers.at(0);
  EXPECT_EQ(ledger.rate, 10);
  ASSERT_TRUE(ledger.injections.at(0).forecast_lower);
  EXPECT_NEAR(*ledger.injections.at(0).forecast_lower, 580, 1e-6);
  EXPECT_NEAR(*ledger.injections.at(0).forecast_upper, 620, 1e-6);
  drill.scenario.forecast->writes.reset();
  EXPECT_FALSE(drill.judge().ledgers.at(0).injections.at(0).forecast_lower);
}

TEST(TruthLedger, ARowThatDecidesNothingFreesNoUnexplainedLoss) {
  Drill drill;
  const StageId stage = drill.run(drill.add_phase("steady", 20, 100), 0);
  drill.load(stage, 0, 20, 100).writes(0, 19).verify(InjectionId(), 21, {3, 4});
  drill.require("AV-1", AvailabilitySli{}, Comparison::at_least, 0.9);
  drill.require("DU-1", DurabilitySli{LedgerId(0)}, Comparison::at_most, 0);
  drill.requirement(1).must = false;
  EXPECT_EQ(drill.verdict(1).state, VerdictState::fail) << drill.verdict(1).reason;
  EXPECT_EQ(drill.judge().decision, DecisionState::not_proven);
}

// Two faults of one phase, 20 s apart; the writes before the first of them, of which these are gone.
Drill two_faults(bool second_injected, const std::set<uint64_t>& lost, double limit) {
  Drill drill;
  const PhaseId crash = drill.add_phase("crash", 60, 0);
  const FaultId first = drill.add_kill("kill-ledger", crash), second = drill.add_kill("kill-again", crash);
  const StageId stage = drill.run(crash, 0);
  drill.require("DR-2", RpoSli{first, LedgerId(0), RpoUnit::writes, 1, {}}, Comparison::at_most, limit);
  const InjectionId injected = drill.inject(first, stage, 10, 15);
  if (second_injected) {
    drill.inject(second, stage, 30, 35);
  } else {
    for (const FaultState state : {FaultState::armed, FaultState::not_run}) {
      drill.add(FaultEvent{InjectionId(1), second, stage, state, at(29.5), at(29.5), ""});
    }
  }
  return drill.probe(0, 60, {{10, 12}}).writes(0, 9.9).verify(injected, 61, lost);
}

TEST(TruthLedger, ALossThatTwoFaultsMayHaveTakenIsSaidToBePossible) {
  const Scorecard card = two_faults(true, {3, 4}, 5).judge();
  EXPECT_EQ(card.requirements[0].verdict.state, VerdictState::pass) << card.requirements[0].verdict.reason;
  EXPECT_NE(testing::all_text(card).find("at most 2 confirmed entries may have disappeared"), std::string::npos)
      << testing::all_text(card);
  EXPECT_EQ(testing::all_text(two_faults(true, {}, 5).judge()).find("may have disappeared"), std::string::npos);
  EXPECT_EQ(two_faults(true, {3, 4}, 0).verdict().state, VerdictState::not_proven);
}

TEST(TruthLedger, AFaultThatWasNeverInjectedTookNothing) {
  const Verdict v = two_faults(false, {3, 4}, 0).verdict();
  EXPECT_EQ(v.state, VerdictState::fail) << v.reason;
  EXPECT_EQ(*v.measured.lower, 2) << v.reason;
}

}  // namespace
}  // namespace shakedown
