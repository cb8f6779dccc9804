#include "controller/measure/second_log.h"

#include <gtest/gtest.h>

#include <numeric>

#include "core/base/rng.h"

namespace shakedown {
namespace {

constexpr auto kOk = static_cast<std::size_t>(Outcome::ok);

struct Measured {
  std::map<CellKey, Cell> cells;

  // Several stages and operations, seconds without load, and outcomes of all kinds.
  static Measured random(Rng& rng, int64_t seconds) {
    Measured out;
    for (int64_t second = 0; second < seconds; ++second) {
      for (uint32_t operation = 0; operation < 3; ++operation) {
        if (rng.below(5) == 0) continue;
        Cell& cell = out.cells[{second, StageId(static_cast<uint32_t>(second / 37)), OperationId(operation)}];
        cell.over_limit.resize(rng.below(3));
        for (uint64_t& n : cell.over_limit) n = rng.below(4);
        for (uint64_t n = rng.below(30); n > 0; --n) {
          const std::size_t outcome = rng.below(3) > 0 ? kOk : rng.below(kOutcomes);
          const Duration took = from_seconds(1e-4 / (1 - rng.uniform()));
          ++cell.counts[outcome];
          cell.latency[outcome].add(took);
          cell.service.add(took / 2);
          cell.lag.add(took / 10);
        }
      }
    }
    return out;
  }
};

SecondLog log_of(const Measured& measured, int64_t sealed_until, bool by_second) {
  SecondLog log;
  for (const auto& [key, cell] : measured.cells) log.add(key, cell);
  log.seal(sealed_until, [&](int64_t, int64_t) { return by_second; });
  return log;
}

std::map<CellKey, SecondRow> rows_of(const SecondLog& log) {
  std::map<CellKey, SecondRow> out;
  log.each_row([&](const SecondRow& row) {
    EXPECT_TRUE(out.try_emplace({row.second, row.stage, row.operation}, row).second) << "a second twice";
  });
  return out;
}

void expect_same(const SecondRow& a, const SecondRow& b) {
  EXPECT_EQ(a.counts, b.counts);
  EXPECT_EQ(a.over_limit, b.over_limit);
  EXPECT_EQ(a.timed, b.timed);
  EXPECT_EQ(a.latency_seconds, b.latency_seconds) << "the same doubles, bit for bit";
}

TEST(TruthScale, SealedSecondsKeepTheirCountsAndSumsExactly) {
  Rng rng(11);
  for (int round = 0; round < 20; ++round) {
    const Measured measured = Measured::random(rng, 100);
    const auto open = rows_of(log_of(measured, 0, false));
    for (const bool by_second : {false, true}) {
      const auto sealed = rows_of(log_of(measured, 95, by_second));
      ASSERT_EQ(open.size(), sealed.size());
      for (const auto& [key, row] : open) expect_same(row, sealed.at(key));
    }
  }
}

struct Sums {
  SparseHistogram low, high, service, lag;
};

Sums sums_of(const SecondLog& log, const std::function<bool(const SecondRow&)>& scope) {
  Sums out;
  log.each([&](const Slice& slice) {
    const Within ok = ok_within(slice, scope);
    out.low.merge(ok.low);
    out.high.merge(ok.high);
    out.lag.merge(lag_within(slice, scope));
    if (std::any_of(slice.rows().begin(), slice.rows().end(), scope)) out.service.merge(slice.service());
  });
  return out;
}

TEST(TruthScale, AScopeOfWholeBlocksOrOfSecondsKeptApartGivesTheSameHistograms) {
  Rng rng(12);
  for (int round = 0; round < 20; ++round) {
    const Measured measured = Measured::random(rng, 100);
    const auto whole = [](const SecondRow& row) { return row.second < 20 || row.second >= 50; };
    const auto any = [](const SecondRow& row) { return row.second % 7 != 3; };
    for (const bool by_second : {false, true}) {
      const SecondLog open = log_of(measured, 0, false), sealed = log_of(measured, 100, by_second);
      const auto& scope = by_second ? std::function<bool(const SecondRow&)>(any) : whole;
      const Sums a = sums_of(open, scope), b = sums_of(sealed, scope);
      EXPECT_EQ(a.low, b.low);
      EXPECT_EQ(a.high, b.high);
      EXPECT_EQ(a.low, a.high);
      EXPECT_EQ(a.service, b.service);
      EXPECT_EQ(a.lag, b.lag);
    }
  }
}

// Never a guess: each quantile lies between those of the bounds.
TEST(TruthScale, AScopeThatCutsAMergedBlockGivesBoundsThatHoldTheTruth) {
  Rng rng(13);
  for (int round = 0; round < 50; ++round) {
    const Measured measured = Measured::random(rng, 60);
    const auto from = static_cast<int64_t>(rng.below(30)), to = from + 1 + static_cast<int64_t>(rng.below(29));
    const auto scope = [&](const SecondRow& row) { return from <= row.second && row.second < to; };
    const Sums truth = sums_of(log_of(measured, 0, false), scope), bounds = sums_of(log_of(measured, 60, false), scope);
    ASSERT_EQ(truth.low.count(), bounds.low.count());
    ASSERT_EQ(truth.low.count(), bounds.high.count());
    for (const double q : {0.01, 0.5, 0.9, 0.99, 1.0}) {
      EXPECT_LE(bounds.low.quantile(q), truth.low.quantile(q));
      EXPECT_GE(bounds.high.quantile(q), truth.low.quantile(q));
    }
    EXPECT_GE(bounds.lag.max(), truth.lag.max());
    const auto limit = std::chrono::milliseconds(1);
    EXPECT_LE(bounds.low.above(limit).surely, truth.low.above(limit).surely);
    EXPECT_GE(bounds.high.above(limit).maybe, truth.low.above(limit).maybe);
  }
}

TEST(SecondLog, WhatComesLateIsCountedBesideItsSealedBlock) {
  SecondLog log;
  Cell cell;
  cell.counts[0] = 1;
  log.add({3, StageId(0), OperationId(0)}, cell);
  log.add({13, StageId(0), OperationId(0)}, cell);
  log.seal(20, [](int64_t, int64_t) { return false; });
  log.add({3, StageId(0), OperationId(0)}, cell);
  log.seal(20, [](int64_t, int64_t) { return false; });
  uint64_t sum = 0, third = 0;
  log.each_row([&](const SecondRow& row) {
    sum += row.counts[0];
    third += row.second == 3 ? row.counts[0] : 0;
  });
  EXPECT_EQ(sum, 3U);
  EXPECT_EQ(third, 2U);
  EXPECT_EQ(log.first(), 3);
  EXPECT_EQ(log.last(), 13);
}

TEST(SecondLog, ACopyIsNotChangedByWhatComesAfter) {
  SecondLog log;
  Cell cell;
  cell.counts[0] = 1;
  for (int64_t second = 0; second < 30; ++second) log.add({second, StageId(0), OperationId(0)}, cell);
  log.seal(20, [](int64_t, int64_t) { return false; });
  const SecondLog copy = log;
  for (int64_t second = 0; second < 60; ++second) log.add({second, StageId(0), OperationId(0)}, cell);
  log.seal(50, [](int64_t, int64_t) { return true; });
  uint64_t sum = 0;
  copy.each_row([&](const SecondRow& row) { sum += row.counts[0]; }, 5, 25);
  EXPECT_EQ(sum, 20U);
}

}  // namespace
}  // namespace shakedown
