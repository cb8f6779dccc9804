// Declared against measured.
#include <gtest/gtest.h>

#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::Drill;

// 10 000 requests with `bad` failures, against 99.9 %.
Drill declared(uint64_t bad, std::optional<Status> status, std::optional<double> value, Duration period = {}) {
  Drill drill;
  drill.require("AV-1", AvailabilitySli{}, Comparison::at_least, 0.999);
  drill.requirement(0).declared = Declared{status, value, "", period};
  const StageId stage = drill.run(drill.add_phase("steady", 100, 100), 0);
  for (uint64_t s = 0; s < 100; ++s) {
    const uint64_t here = bad * (s + 1) / 100 - bad * s / 100;
    drill.load(stage, static_cast<int64_t>(s), static_cast<int64_t>(s) + 1, 100 - here, here);
  }
  return drill;
}

Watermelon kind(const Drill& drill) { return drill.verdict().watermelon; }

TEST(Watermelon, NothingDeclaredIsNone) {
  Drill drill = declared(0, {}, {});
  drill.requirement(0).declared.reset();
  EXPECT_EQ(kind(drill), Watermelon::none);
}

TEST(Watermelon, StatusAgainstVerdict) {
  EXPECT_EQ(kind(declared(20, Status::green, {})), Watermelon::optimistic);
  EXPECT_EQ(kind(declared(20, Status::yellow, {})), Watermelon::optimistic);
  EXPECT_EQ(kind(declared(20, Status::red, {})), Watermelon::honest);
  EXPECT_EQ(kind(declared(0, Status::green, {})), Watermelon::honest);
  EXPECT_EQ(kind(declared(0, Status::yellow, {})), Watermelon::pessimistic);
  EXPECT_EQ(kind(declared(0, Status::red, {})), Watermelon::pessimistic);
  EXPECT_EQ(kind(declared(5, Status::green, {})), Watermelon::unverifiable);  // not proven
}

TEST(Watermelon, ValueAgainstTheBounds) {
  // 20 bad of 10 000: between 99.71 and 99.8674 %.
  EXPECT_EQ(kind(declared(20, {}, 0.9995)), Watermelon::optimistic);
  EXPECT_EQ(kind(declared(20, {}, 0.99)), Watermelon::pessimistic);
  // None bad: at least 99.97 %; the interval is narrower than half the budget.
  EXPECT_EQ(kind(declared(0, {}, 0.9999)), Watermelon::honest);
  EXPECT_EQ(kind(declared(0, {}, 0.999)), Watermelon::pessimistic);
}

TEST(Watermelon, AWideIntervalConfirmsNothing) {
  EXPECT_EQ(kind(declared(20, {}, 0.998)), Watermelon::unverifiable);  // red, but 0.16 % wide
  EXPECT_EQ(kind(declared(5, {}, 0.9995)), Watermelon::unverifiable);
}

TEST(Watermelon, AFigureBeyondTheBoundIsOptimisticEvenUndecided) {
  EXPECT_EQ(kind(declared(15, {}, 0.9999)), Watermelon::optimistic);
}

TEST(Watermelon, TheWorseOfStatusAndValueCounts) {
  EXPECT_EQ(kind(declared(20, Status::red, 0.9999)), Watermelon::optimistic);
  EXPECT_EQ(kind(declared(20, Status::green, 0.99)), Watermelon::optimistic);
  EXPECT_EQ(kind(declared(0, Status::green, 0.999)), Watermelon::pessimistic);
}

TEST(Watermelon, ALongerPeriodThanTheEvidenceIsNeverHonest) {
  EXPECT_EQ(kind(declared(0, Status::green, 0.9999, std::chrono::seconds(100))), Watermelon::honest);
  EXPECT_EQ(kind(declared(0, Status::green, 0.9999, std::chrono::hours(720))), Watermelon::unverifiable);
}

TEST(Watermelon, TouchedEvidenceVerifiesNothing) {
  Drill drill = declared(0, Status::green, 0.9999);
  drill.manifest.state = RunState::running;
  EXPECT_EQ(kind(drill), Watermelon::unverifiable);
}

// Three kills; the first loses 97, 98 and 99.
Drill ledger_kills(bool lose, Declared declared) {
  Drill drill;
  const PhaseId crash = drill.add_phase("crash", 30, 0);
  const FaultId kill = drill.add_kill("kill-ledger", crash);
  for (int i = 0; i < 3; ++i) {
    const double start = 30.0 * i;
    const StageId stage = drill.run(crash, start);
    drill.writes(start, start + 10);
    const InjectionId id = drill.inject(kill, stage, start + 10, start + 20);
    drill.verify(id, start + 25, lose ? std::set<uint64_t>{97, 98, 99} : std::set<uint64_t>{});
  }
  drill.require("DR-2", RpoSli{kill, LedgerId(0)}, Comparison::at_most, 0);
  drill.requirement(0).declared = std::move(declared);
  return drill;
}

TEST(Watermelon, NoLossDeclaredAndSomeFound) {
  EXPECT_EQ(kind(ledger_kills(true, {Status::green, 0.0, "0 writes", {}})), Watermelon::optimistic);
  EXPECT_EQ(kind(ledger_kills(true, {std::nullopt, 0.0, "0 writes", {}})), Watermelon::optimistic);
  EXPECT_EQ(kind(ledger_kills(false, {Status::green, 0.0, "0 writes", {}})), Watermelon::honest);
  EXPECT_EQ(kind(ledger_kills(false, {Status::green, 5.0, "5 writes", {}})), Watermelon::pessimistic);
}

TEST(Watermelon, NoInjectionLeavesTheClaimUnverifiable) {
  Drill drill;
  const FaultId kill = drill.add_kill("kill", drill.add_phase("crash", 30, 0));
  drill.require("DR-2", RpoSli{kill, LedgerId(0)}, Comparison::at_most, 0);
  drill.requirement(0).declared = Declared{Status::green, 0.0, "0 writes", {}};
  EXPECT_EQ(kind(drill), Watermelon::unverifiable);
}

}  // namespace
}  // namespace shakedown
