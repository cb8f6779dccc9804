#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "controller/measure/ledger_check.h"
#include "core/base/rng.h"

#include "tests/support/instants.h"

namespace shakedown {
namespace {

using Ids = std::vector<uint64_t>;

// Writes i at 0.1 i s, acknowledged 10 ms later; effect in [10.000, 10.020]; read back at 20 s, twice.
class InjectionLossTest : public ::testing::Test {
 protected:
  LedgerRecord record_;

  void write_all(uint64_t count) {
    for (uint64_t id = 0; id < count; ++id) {
      const double t = 0.1 * static_cast<double>(id);
      record_.writes.push_back({id, at(t), at(t + 0.01), WriteClass::acked});
    }
  }
  void pass(uint32_t number, InjectionId injection, uint64_t first, uint64_t end, double t, const std::set<uint64_t>& gone,
            ReadClass how = ReadClass::absent) {
    for (int round = 0; round < 2; ++round) {
      for (uint64_t id = first; id < end; ++id) {
        const RunTime invoked = at(t + round);
        record_.reads.push_back(
            {id, number, invoked, invoked + std::chrono::milliseconds(5), gone.contains(id) ? how : ReadClass::present});
      }
    }
    record_.passes.push_back({.pass = number,
                              .injection = injection,
                              .first_id = first,
                              .end_id = end,
                              .started = at(t),
                              .finished = at(t + 2),
                              .complete = true});
  }
  InjectionLoss loss(InjectionId injection = InjectionId(0), double from = 10.0, double to = 10.02) const {
    const std::vector<AttributedLoss> losses = attribute_losses(record_, {{injection, StageId(), at(from)}});
    return injection_loss(record_, losses, injection, at(from), at(to));
  }
};

// chaos-and-dr 8, vector: 97, 98, 99 lost.
TEST_F(InjectionLossTest, VectorSuffixLost) {
  write_all(100);
  pass(1, InjectionId(0), 0, 100, 20, {97, 98, 99});
  const InjectionLoss l = loss();
  EXPECT_EQ(l.lost, (Ids{97, 98, 99}));
  EXPECT_EQ(l.count_lower, 3);
  EXPECT_EQ(l.count_upper, 3);
  EXPECT_NEAR(l.seconds_lower, 0.290, 1e-9);
  EXPECT_NEAR(l.seconds_upper, 0.320, 1e-9);
  ASSERT_TRUE(l.suffix_upper.has_value());
  EXPECT_NEAR(*l.suffix_upper, 0.420, 1e-9);
  EXPECT_FALSE(l.scattered);
  EXPECT_TRUE(l.split_brain.empty());
  EXPECT_TRUE(l.verified);
}

// chaos-and-dr 8, vector: none lost gives a resolution, not zero. Write 100 is acknowledged within the effect.
TEST_F(InjectionLossTest, VectorNoneLost) {
  write_all(101);
  pass(1, InjectionId(0), 0, 101, 20, {});
  const InjectionLoss l = loss();
  EXPECT_TRUE(l.lost.empty());
  EXPECT_EQ(l.count_upper, 0);
  EXPECT_EQ(l.seconds_lower, 0);
  EXPECT_NEAR(l.seconds_upper, 0.120, 1e-9);
  EXPECT_NEAR(l.suffix_upper.value(), 0.120, 1e-9);
}

// chaos-and-dr 8, vector: 95 lost and 96..99 kept.
TEST_F(InjectionLossTest, VectorScattered) {
  write_all(100);
  pass(1, InjectionId(0), 0, 100, 20, {95});
  const InjectionLoss l = loss();
  EXPECT_TRUE(l.scattered);
  EXPECT_FALSE(l.suffix_upper.has_value());
  EXPECT_EQ(l.count_lower, 1);
  EXPECT_NEAR(l.seconds_lower, 10.0 - 9.51, 1e-9);
  EXPECT_NEAR(l.seconds_upper, 10.02 - 9.5, 1e-9);
}

TEST_F(InjectionLossTest, WritesAfterRecoveryDoNotMakeALossScattered) {
  write_all(150);
  pass(1, InjectionId(0), 0, 150, 20, {98, 99});
  EXPECT_FALSE(loss().scattered);
  EXPECT_NEAR(loss().suffix_upper.value(), 10.02 - 9.7, 1e-9);
}

TEST_F(InjectionLossTest, AcksAfterTheEffectAreSplitBrain) {
  write_all(110);
  pass(1, InjectionId(0), 0, 110, 20, {99, 101, 102, 103});
  const InjectionLoss l = loss();
  EXPECT_EQ(l.lost, (Ids{99, 101, 102, 103}));
  EXPECT_EQ(l.split_brain, (Ids{101, 102, 103}));
  EXPECT_EQ(l.count_lower, 4);
  // 9.91 to 10.0 before the effect, 10.11 to 10.3 after it.
  EXPECT_NEAR(l.seconds_lower, 0.09 + 0.19, 1e-9);
  EXPECT_NEAR(l.seconds_upper, 0.12 + 0.21, 1e-9);
}

// Verifying steps of injections that were none of the culprits, and of the end of the run, clear and accuse nobody.
TEST_F(InjectionLossTest, APassOfAnInjectionThatTookNothingChangesNothing) {
  write_all(101);
  pass(1, InjectionId(7), 0, 101, 12, {99});
  pass(2, InjectionId(), 0, 101, 20, {99});
  const auto losses = attribute_losses(record_, {{InjectionId(0), StageId(), at(10)}, {InjectionId(1), StageId(), at(11)}});
  ASSERT_EQ(losses.size(), 1U);
  EXPECT_EQ(losses[0].id, 99U);
  EXPECT_EQ(losses[0].candidates, (std::vector<InjectionId>{InjectionId(0), InjectionId(1)}));
}

TEST_F(InjectionLossTest, SplitBrainAloneIsNeverZero) {
  write_all(110);
  pass(1, InjectionId(0), 0, 110, 20, {103});
  const InjectionLoss l = loss();
  EXPECT_EQ(l.count_lower, 1);
  EXPECT_GT(l.seconds_upper, 0.12);
}

TEST_F(InjectionLossTest, WhatCouldNotBeReadIsUndecided) {
  write_all(100);
  pass(1, InjectionId(0), 0, 100, 20, {98, 99}, ReadClass::undecided);
  const InjectionLoss l = loss();
  EXPECT_TRUE(l.lost.empty());
  EXPECT_EQ(l.undecided, (Ids{98, 99}));
  EXPECT_EQ(l.count_lower, 0);
  EXPECT_EQ(l.count_upper, 2);
  EXPECT_EQ(l.seconds_lower, 0);
  EXPECT_NEAR(l.seconds_upper, 10.02 - 9.8, 1e-9);
}

TEST_F(InjectionLossTest, ALaterSightingDecides) {
  write_all(100);
  pass(1, InjectionId(0), 0, 100, 20, {98}, ReadClass::undecided);
  pass(2, InjectionId(), 0, 100, 40, {});
  EXPECT_TRUE(loss().undecided.empty());
}

TEST_F(InjectionLossTest, ALaterSightingClearsALoss) {
  write_all(100);
  pass(1, InjectionId(0), 0, 100, 20, {98});
  pass(2, InjectionId(), 0, 100, 40, {});
  EXPECT_TRUE(loss().lost.empty());
  EXPECT_EQ(loss().count_upper, 0);
}

TEST_F(InjectionLossTest, OnlyTheSecondReadOfThePassSeesIt) {
  write_all(100);
  pass(1, InjectionId(0), 0, 100, 20, {});
  for (LedgerRead& read : record_.reads) {
    if (read.id == 99 && read.invoked < at(20.5)) read.outcome = ReadClass::absent;
  }
  EXPECT_TRUE(loss().lost.empty());
}

TEST_F(InjectionLossTest, ALossBelongsToTheInjectionThatCausedIt) {
  write_all(300);
  for (LedgerWrite& write : record_.writes) {
    if (write.id >= 100) write.invoked += std::chrono::seconds(20), write.completed += std::chrono::seconds(20);
  }
  pass(1, InjectionId(0), 0, 100, 20, {97, 98});
  pass(2, InjectionId(1), 0, 300, 60, {97, 98, 250});
  pass(3, InjectionId(), 0, 300, 80, {97, 98, 250});
  EXPECT_EQ(loss(InjectionId(0)).lost, (Ids{97, 98}));
  const InjectionLoss second = loss(InjectionId(1), 45.5, 45.52);
  EXPECT_EQ(second.lost, Ids{250});
  EXPECT_TRUE(second.undecided.empty());
}

TEST_F(InjectionLossTest, SeenAgainAndLostAgainIsANewLoss) {
  write_all(100);
  pass(1, InjectionId(0), 0, 100, 20, {97});
  pass(2, InjectionId(), 0, 100, 30, {});
  pass(3, InjectionId(1), 0, 100, 60, {97});
  EXPECT_TRUE(loss(InjectionId(0)).lost.empty());
  EXPECT_EQ(loss(InjectionId(1), 45, 45.02).lost, Ids{97});
}

TEST_F(InjectionLossTest, AWriteThatComesBackAlteredIsLost) {
  write_all(100);
  pass(1, InjectionId(0), 0, 100, 20, {99}, ReadClass::corrupt);
  const InjectionLoss l = loss();
  EXPECT_EQ(l.lost, Ids{99});
  EXPECT_TRUE(l.split_brain.empty());
  EXPECT_EQ(l.count_lower, 1);
  EXPECT_EQ(l.count_upper, 1);
  EXPECT_EQ(run_loss(record_).altered, 1U);
}

TEST_F(InjectionLossTest, AWriteThatIsWholeAgainIsNotLost) {
  write_all(100);
  pass(1, InjectionId(0), 0, 100, 20, {99}, ReadClass::corrupt);
  pass(2, InjectionId(), 0, 100, 30, {});
  EXPECT_EQ(loss().count_upper, 0);
  EXPECT_EQ(run_loss(record_).lost, 0U);
  EXPECT_EQ(run_loss(record_).undecided, 0U);
}

TEST_F(InjectionLossTest, UnknownWritesAreNeverLost) {
  write_all(100);
  for (const uint64_t id : {98U, 99U}) record_.writes[id].outcome = WriteClass::unknown;
  pass(1, InjectionId(0), 0, 100, 20, {98, 99});
  EXPECT_TRUE(loss().lost.empty());
  EXPECT_EQ(loss().count_upper, 0);
}

TEST_F(InjectionLossTest, WithoutAPassNothingIsKnown) {
  write_all(100);
  pass(1, InjectionId(), 0, 100, 20, {});
  const InjectionLoss l = loss();
  EXPECT_FALSE(l.verified);
  EXPECT_TRUE(std::isinf(l.count_upper));
  EXPECT_TRUE(std::isinf(l.seconds_upper));
}

TEST_F(InjectionLossTest, APassCutShortIsNotVerified) {
  write_all(100);
  pass(1, InjectionId(0), 0, 100, 20, {});
  record_.passes[0].complete = false;
  std::erase_if(record_.reads, [](const LedgerRead& read) { return read.id >= 90; });
  const InjectionLoss l = loss();
  EXPECT_FALSE(l.verified);
  EXPECT_EQ(l.undecided.size(), 10U);
  EXPECT_EQ(l.count_upper, 10);
}

TEST_F(InjectionLossTest, NoWriteBeforeTheEffectProvesNothing) {
  pass(1, InjectionId(0), 0, 0, 20, {});
  const InjectionLoss l = loss();
  EXPECT_TRUE(l.verified);
  EXPECT_EQ(l.count_upper, 0);
  EXPECT_TRUE(std::isinf(l.seconds_upper));
}

TEST_F(InjectionLossTest, EverythingLostLeavesTheSuffixOpen) {
  write_all(3);
  pass(1, InjectionId(0), 0, 3, 20, {0, 1, 2});
  const InjectionLoss l = loss();
  EXPECT_EQ(l.count_lower, 3);
  EXPECT_NEAR(l.seconds_upper, 10.02, 1e-9);
  EXPECT_TRUE(std::isinf(l.suffix_upper.value()));
}

// Property: a target that loses every write committed within a true window before the effect.
TEST_F(InjectionLossTest, TheTruthLiesWithinTheBounds) {
  Rng rng(21);
  for (int trial = 0; trial < 300; ++trial) {
    record_ = {};
    const double effect = 10 + 0.02 * rng.uniform(), window = rng.uniform();
    std::set<uint64_t> gone;
    for (uint64_t id = 0; id < 100; ++id) {
      const double invoked = 0.1 * static_cast<double>(id) + 0.05 * rng.uniform();
      const double acked = invoked + 0.05 * rng.uniform();
      const double committed = invoked + (acked - invoked) * rng.uniform();
      record_.writes.push_back({id, at(invoked), at(acked), WriteClass::acked});
      if (committed > effect - window) gone.insert(id);
    }
    pass(1, InjectionId(0), 0, 100, 20, gone);
    const InjectionLoss l = loss();
    ASSERT_EQ(l.lost.size(), gone.size());
    ASSERT_LE(l.seconds_lower, window + 1e-8);
    ASSERT_FALSE(l.scattered);
    ASSERT_GE(l.suffix_upper.value(), window - 1e-8);
  }
}

}  // namespace
}  // namespace shakedown
