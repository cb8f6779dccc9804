// A stop condition sees a target that hangs.
#include <gtest/gtest.h>

#include "controller/drill/overdue.h"
#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using namespace std::chrono_literals;
using testing::at;
using testing::Drill;

// 100 arrivals a second from 0 on; those intended from `hangs` on end as timeouts after `timeout`, the others at once.
struct Hanging {
  Drill drill;
  StageId stage = drill.run(drill.add_phase("steady", 600, 100), 0);
  int64_t hangs = 20, timeout = 5;
  double late = 0.002;                    // of each snapshot after its whole second
  uint64_t refused = 0;                   // of each second, at once
  double answer_after = 0;                // of the healthy ones, whole seconds
  double takes = 0;                       // as their latency tells; 0 = it is not told
  double one_takes = 0;                   // one of each second
  std::vector<OperationId> operations{};  // of the condition

  std::optional<double> value(int64_t now, bool outside = false) {
    Timeline timeline(drill.scenario);
    for (const Event& event : drill.events()) timeline.apply(event);
    Overdue overdue;
    for (int64_t second = 1; second <= now; ++second) {
      Snapshot snapshot = told_at(second);
      overdue.add(snapshot);
      timeline.apply(snapshot);
    }
    StopCondition condition;
    condition.sli = ErrorRatioSli{operations, 5s, {}};
    condition.limit = 0.5;
    condition.outside_faults = outside;
    const std::optional<StopValue> found = stop_value(condition, timeline, overdue, at(static_cast<double>(now) + 0.1));
    if (found) words = measured_words(condition, *found);
    return found ? std::optional(found->value) : std::nullopt;
  }
  std::string words;
  Snapshot told_at(int64_t second) const {
    Snapshot snapshot;
    snapshot.agent = AgentId(0);
    snapshot.seq = static_cast<uint64_t>(second);
    snapshot.from = at(second == 1 ? 0 : static_cast<double>(second - 1) + late);
    snapshot.to = at(static_cast<double>(second) + late);
    snapshot.offered[stage] = 100;
    const auto put = [&](int64_t intended, Outcome outcome) {
      Cell& cell = snapshot.cells[{intended, stage, OperationId(0)}];
      cell.counts[static_cast<std::size_t>(outcome)] = 100 - refused;
      if (outcome == Outcome::ok && takes > 0)
        cell.latency[static_cast<std::size_t>(outcome)].add(from_seconds(takes), 100 - refused);
      if (outcome == Outcome::ok && one_takes > 0)
        cell.latency[static_cast<std::size_t>(outcome)].add(from_seconds(one_takes), 1);
    };
    if (refused > 0) {
      snapshot.cells[{second - 1, stage, OperationId(0)}].counts[static_cast<std::size_t>(Outcome::refused)] = refused;
    }
    const int64_t good = second - 1 - static_cast<int64_t>(answer_after), out = second - 1 - timeout;
    if (good >= 0 && good < hangs) put(good, Outcome::ok);
    if (out >= hangs) put(out, Outcome::timeout);
    return snapshot;
  }
};

TEST(TruthStop, AHangingTargetIsSeenWhenTheTimeoutIsAsLongAsTheWindow) {
  Hanging hanging;
  EXPECT_DOUBLE_EQ(*hanging.value(19), 0);
  EXPECT_GT(*hanging.value(20 + 5 + 6), 0.9) << "one window of hanging arrivals, one window to end";
}

TEST(TruthStop, AHangingTargetIsSeenLongBeforeALongTimeout) {
  Hanging hanging;
  hanging.timeout = 60;
  EXPECT_GT(*hanging.value(20 + 5 + 6), 0.9);
}

TEST(TruthStop, AHangingTargetIsSeenByAConditionOnItsOperations) {
  Hanging hanging;
  hanging.timeout = 60;
  hanging.operations = {OperationId(0)};
  EXPECT_GT(*hanging.value(20 + 5 + 6), 0.9);
  const OperationId other = hanging.drill.add_operation("other");
  hanging.drill.scenario.phases[0].load->mix.push_back({other, 1});
  EXPECT_GT(*hanging.value(20 + 5 + 6), 0.9) << "about half of what hangs";
  hanging.operations = {hanging.drill.add_operation("never sent")};
  EXPECT_FALSE(hanging.value(20 + 5 + 6));
}

TEST(TruthStop, WhereEverythingFailsTheValueIsAllOfIt) {
  Hanging failing;
  failing.refused = 100;  // each at once
  failing.hangs = 0;
  failing.timeout = 1000;
  EXPECT_EQ(failing.value(12), 1.0) << "\">= 100%\" is met";
  Hanging hanging;
  hanging.timeout = 60;
  EXPECT_EQ(hanging.value(40), 1.0);
}

TEST(TruthStop, AHealthyTargetIsNeverStopped) {
  for (const double late : {0.0, 0.002, 0.4, 0.9}) {
    Hanging healthy;
    healthy.hangs = 1000;
    healthy.late = late;
    for (int64_t now = 1; now < 60; ++now) EXPECT_LT(healthy.value(now).value_or(0), 0.02) << now << " s, late " << late;
  }
}

TEST(TruthStop, AnswersThatTakeTheirTimeAreNotOverdue) {
  Hanging slow;
  slow.hangs = 1000;
  slow.answer_after = 4;
  for (int64_t now = 1; now < 60; ++now) EXPECT_LT(slow.value(now).value_or(0), 0.02) << now << " s";
}

// Every request is answered well, after longer than the window that is watched.
TEST(TruthStop, AnswersThatTakeLongerThanTheWindowAreNotOverdue) {
  Hanging slow;
  slow.drill.scenario.operations[0].timeout = 20s;
  slow.hangs = 1000;
  slow.takes = slow.answer_after = 8;
  for (int64_t now = 1; now < 60; ++now) EXPECT_LT(slow.value(now).value_or(0), 0.02) << now << " s";
}

TEST(TruthStop, TheWordsTellWhatCountsAsFailedBeforeItsTimeout) {
  Hanging hanging;
  hanging.drill.scenario.operations[0].timeout = 60s;
  hanging.timeout = 60;
  hanging.takes = 0.5;
  ASSERT_EQ(hanging.value(40), 1.0);
  EXPECT_EQ(hanging.words, "measured 100%, where what had no answer after 5s counts as failed");
}

// Most answers are quick, and some take longer than the window: their mean says nothing of these.
TEST(TruthStop, HowLongIsLongIsToldByTheSlowestGoodAnswer) {
  Hanging mixed;
  mixed.drill.scenario.operations[0].timeout = 60s;
  mixed.timeout = 60;
  mixed.takes = 0.01;
  mixed.one_takes = 9;
  EXPECT_LT(mixed.value(20 + 10).value_or(0), 0.1);
  EXPECT_GT(mixed.value(20 + 9 + 6 + 2).value_or(0), 0.9);
  EXPECT_EQ(mixed.words.find("where what had no answer after 9"), std::string("measured 100%, ").size()) << mixed.words;
}

// One in ten is refused at once, the others are answered after 4 s: while they are under way they are not bad.
TEST(TruthStop, QuickFailuresAmongSlowAnswersAreNoMajority) {
  Hanging slow;
  slow.hangs = 1000;
  slow.answer_after = 4;
  slow.refused = 10;
  for (int64_t now = 1; now < 60; ++now) EXPECT_LT(slow.value(now).value_or(0), 0.13) << now << " s";
}

TEST(TruthStop, ASnapshotOfSeveralSecondsMakesNothingOverdue) {
  Overdue overdue;
  Snapshot lumped;
  lumped.agent = AgentId(0);
  lumped.from = at(10);
  lumped.to = at(15);
  lumped.offered[StageId(0)] = 500;
  overdue.add(lumped);
  EXPECT_FALSE(overdue.offered(StageId(0), 12, 17).has_value());
  EXPECT_EQ(overdue.offered(StageId(0), 20, 25), 0U);
}

TEST(TruthStop, OutsideFaultsTheHangOfAFaultStopsNothing) {
  Hanging hanging;
  const FaultId kill = hanging.drill.add_kill("kill-it", PhaseId(0));
  hanging.drill.inject(kill, hanging.stage, 20, -1);
  hanging.timeout = 60;
  EXPECT_FALSE(hanging.value(31, true).has_value());
}

}  // namespace
}  // namespace shakedown
