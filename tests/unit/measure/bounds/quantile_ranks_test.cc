#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "controller/measure/bounds/intervals.h"
#include "core/base/rng.h"

namespace shakedown {
namespace {

double binomial_at_most(uint64_t k, uint64_t n, double q) {
  long double term = 1, sum = 0;  // by recurrence; long double holds 0.01^500
  for (uint64_t i = 0; i < n; ++i) term *= 1 - q;
  for (uint64_t i = 0; i <= k && i <= n; ++i) {
    sum += term;
    term *= static_cast<long double>(n - i) / static_cast<long double>(i + 1) * q / (1 - q);
  }
  return static_cast<double>(sum);
}

TEST(QuantileRanks, AreTheTightestThatHold) {
  for (const uint64_t n : {1U, 4U, 5U, 20U, 59U, 100U, 299U, 500U}) {
    for (const double q : {0.1, 0.5, 0.9, 0.95, 0.99}) {
      const RankBounds r = quantile_ranks(static_cast<double>(n), q, 0.95);
      SCOPED_TRACE(::testing::Message() << n << " " << q);
      if (r.lower > 0) {
        EXPECT_LE(binomial_at_most(r.lower - 1, n, q), 0.05 + 1e-9);
      }
      if (r.lower < n) {
        EXPECT_GT(binomial_at_most(r.lower, n, q), 0.05 - 1e-9);
      }
      if (r.upper <= n) {
        EXPECT_GE(binomial_at_most(r.upper - 1, n, q), 0.95 - 1e-9);
      }
      if (r.upper > 1) {
        EXPECT_LT(binomial_at_most(r.upper - 2, n, q), 0.95 + 1e-9);
      }
    }
  }
}

// With every sample below the limit, the largest of n bounds the quantile exactly when n trials prove the share.
TEST(QuantileRanks, AgreeWithTheTrialsNeeded) {
  for (const double q : {0.9, 0.95, 0.99, 0.999}) {
    const uint64_t n = clean_trials_needed(q, 0.95);
    EXPECT_EQ(quantile_ranks(static_cast<double>(n), q, 0.95).upper, n);
    EXPECT_EQ(quantile_ranks(static_cast<double>(n - 1), q, 0.95).upper, n);
  }
}

TEST(QuantileRanks, Extremes) {
  EXPECT_EQ(quantile_ranks(0, 0.5, 0.95).lower, 0U);
  EXPECT_EQ(quantile_ranks(0, 0.5, 0.95).upper, 1U);
  EXPECT_EQ(quantile_ranks(0.9, 0.5, 0.95).upper, 1U);
  EXPECT_EQ(quantile_ranks(10, 0, 0.95).upper, 1U);
  EXPECT_EQ(quantile_ranks(10, 1, 0.95).lower, 10U);
  EXPECT_EQ(quantile_ranks(10, 1, 0.95).upper, 11U);
  const RankBounds many = quantile_ranks(1e7, 0.99, 0.95);
  EXPECT_NEAR(static_cast<double>(many.lower), 9.9e6 - 1.645 * 314.6, 3);
  EXPECT_NEAR(static_cast<double>(many.upper), 9.9e6 + 1.645 * 314.6, 3);
}

TEST(QuantileRanks, Coverage) {
  Rng rng(17);
  const RankBounds r = quantile_ranks(200, 0.95, 0.95);
  int above = 0, below = 0;
  constexpr int kTrials = 4000;
  std::vector<double> samples(200);
  for (int trial = 0; trial < kTrials; ++trial) {
    for (double& x : samples) x = rng.uniform();
    std::sort(samples.begin(), samples.end());
    above += samples[r.lower - 1] > 0.95 ? 1 : 0;
    below += r.upper <= 200 && samples[r.upper - 1] < 0.95 ? 1 : 0;
  }
  EXPECT_LE(above, kTrials * 0.06);
  EXPECT_LE(below, kTrials * 0.06);
  EXPECT_GT(above, 0);
  EXPECT_GT(below, 0);
}

}  // namespace
}  // namespace shakedown
