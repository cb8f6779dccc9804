// Clopper-Pearson, trials and shares against published vectors. A two-sided vector at c comes from the
// one-sided bounds at (1 + c) / 2.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "controller/measure/bounds/intervals.h"
#include "core/base/rng.h"

namespace shakedown {
namespace {

constexpr double kTwoSided95 = 0.975;

void expect_digits(double value, double published, double relative = 5e-8) {
  EXPECT_NEAR(value, published, std::fabs(published) * relative + 1e-15);
}

// chaos-and-dr 10.3, all rows of the Clopper-Pearson column.
TEST(ClopperPearson, TwoSidedTable) {
  struct Row {
    double x, n, lower, upper;
  };
  const std::vector<Row> rows = {{0, 10, 0, .308497108},
                                 {1, 10, .00252857854, .445016117},
                                 {8, 10, .443904538, .974789274},
                                 {0, 1000, 0, .0036820839},
                                 {1, 1000, 2.53174875e-5, .00555892428},
                                 {5, 10000, 1.62367934e-4, 1.16644421e-3},
                                 {10, 100000, 4.79548951e-5, 1.83895845e-4},
                                 {100, 100000, 8.13711682e-4, 1.2161364e-3},
                                 {4, 1000000, 1.08986641e-6, 1.02415567e-5}};
  for (const Row& row : rows) {
    SCOPED_TRACE(row.x);
    const Bounds bounds = clopper_pearson(row.x, row.n, kTwoSided95);
    expect_digits(bounds.lower, row.lower);
    expect_digits(bounds.upper, row.upper);
  }
}

// chaos-and-dr 10.3, one-sided 95 % lower availability.
TEST(ClopperPearson, OneSidedAvailability) {
  const auto lower = [](double bad, double n) { return clopper_pearson(n - bad, n, 0.95).lower; };
  EXPECT_NEAR(lower(0, 1000), .99700875, 5e-9);
  EXPECT_NEAR(lower(0, 2995), .99900026, 5e-9);
  EXPECT_NEAR(lower(1, 10000), .99952570, 5e-9);
  EXPECT_NEAR(lower(10, 100000), .99983038, 5e-9);
  EXPECT_NEAR(lower(4, 1e6), .99999085, 5e-9);
}

// slo-and-scorecards 2, "Exact bounds to add ourselves".
TEST(ClopperPearson, FailureRatios) {
  EXPECT_NEAR(clopper_pearson(0, 1000, 0.95).upper, 0.002991, 5e-7);
  EXPECT_NEAR(clopper_pearson(1, 1000, 0.95).upper, 0.004735, 5e-7);
  EXPECT_NEAR(clopper_pearson(0, 2995, 0.95).upper, 0.001000, 5e-7);
  EXPECT_NEAR(clopper_pearson(5, 10000, 0.95).upper, 0.001051, 5e-7);
  EXPECT_NEAR(clopper_pearson(10, 10000, 0.95).upper, 0.001696, 5e-7);
  EXPECT_NEAR(clopper_pearson(15, 10000, 0.95).lower, 0.000925, 5e-7);
  EXPECT_NEAR(clopper_pearson(20, 10000, 0.95).lower, 0.001326, 5e-7);
}

// chaos-and-dr 10.7.
TEST(ClopperPearson, NoLossAmongMany) {
  EXPECT_NEAR(clopper_pearson(0, 1e4, 0.95).upper, 2.995e-4, 5e-8);
  EXPECT_NEAR(clopper_pearson(0, 1e6, 0.95).upper, 2.996e-6, 5e-10);
  EXPECT_NEAR(clopper_pearson(0, 1e7, 0.95).upper, 2.996e-7, 5e-11);
}

TEST(ClopperPearson, NothingSeenNothingKnown) {
  EXPECT_EQ(clopper_pearson(0, 0, 0.95).lower, 0);
  EXPECT_EQ(clopper_pearson(0, 0, 0.95).upper, 1);
  EXPECT_EQ(clopper_pearson(5, 5, 0.95).upper, 1);
  EXPECT_EQ(clopper_pearson(7, 5, 0.95).upper, 1);
  EXPECT_EQ(clopper_pearson(-1, 5, 0.95).lower, 0);
}

TEST(ClopperPearson, ADesignEffectWidens) {
  const Bounds plain = clopper_pearson(20, 10000, 0.95), wide = clopper_pearson(20 / 4.0, 10000 / 4.0, 0.95);
  EXPECT_LT(wide.lower, plain.lower);
  EXPECT_GT(wide.upper, plain.upper);
}

// Property: the coverage is never below the confidence (Clopper & Pearson 1934).
TEST(ClopperPearson, Coverage) {
  Rng rng(3);
  for (const double p : {0.002, 0.05, 0.5}) {
    int above = 0, below = 0;
    constexpr int kTrials = 2000;
    for (int trial = 0; trial < kTrials; ++trial) {
      int x = 0;
      for (int i = 0; i < 400; ++i) x += rng.uniform() < p ? 1 : 0;
      const Bounds bounds = clopper_pearson(x, 400, 0.95);
      above += bounds.lower > p ? 1 : 0;
      below += bounds.upper < p ? 1 : 0;
    }
    EXPECT_LE(above, kTrials * 0.065) << p;
    EXPECT_LE(below, kTrials * 0.065) << p;
  }
}

// chaos-and-dr 10.2, table of zero failures: columns 90, 95, 99 %.
TEST(TrialsNeeded, ZeroFailures) {
  struct Row {
    double share;
    uint64_t at_90, at_95, at_99;
  };
  const std::vector<Row> rows = {
      {.99, 230, 299, 459}, {.999, 2302, 2995, 4603}, {.9999, 23025, 29956, 46050}, {.99999, 230258, 299572, 460515}};
  for (const Row& row : rows) {
    SCOPED_TRACE(row.share);
    EXPECT_EQ(trials_needed(0, 1 - row.share, 0.90), row.at_90);
    EXPECT_EQ(trials_needed(0, 1 - row.share, 0.95), row.at_95);
    EXPECT_EQ(trials_needed(0, 1 - row.share, 0.99), row.at_99);
    EXPECT_EQ(clean_trials_needed(row.share, 0.90), row.at_90);
    EXPECT_EQ(clean_trials_needed(row.share, 0.95), row.at_95);
    EXPECT_EQ(clean_trials_needed(row.share, 0.99), row.at_99);
  }
}

// chaos-and-dr 10.2, k failures allowed at 95 %: k = 0 1 2 3 5 10.
TEST(TrialsNeeded, SomeFailures) {
  const std::vector<uint64_t> k = {0, 1, 2, 3, 5, 10};
  const std::vector<std::pair<double, std::vector<uint64_t>>> rows = {{1e-3, {2995, 4742, 6294, 7752, 10511, 16959}},
                                                                      {1e-4, {29956, 47437, 62956, 77535, 105128, 169619}},
                                                                      {1e-5, {299572, 474385, 629578, 775364, 1051301, 1696219}}};
  for (const auto& [p, needed] : rows) {
    for (std::size_t i = 0; i < k.size(); ++i) EXPECT_EQ(trials_needed(k[i], p, 0.95), needed[i]) << k[i];
  }
}

// slo-and-scorecards 2, MLPerf early stopping.
TEST(TrialsNeeded, MlperfEarlyStopping) {
  EXPECT_EQ(trials_needed(0, 0.10, 0.99), 44U);
  EXPECT_EQ(trials_needed(0, 0.05, 0.99), 90U);
  EXPECT_EQ(trials_needed(0, 0.01, 0.99), 459U);
  EXPECT_EQ(trials_needed(0, 0.001, 0.99), 4603U);
  EXPECT_EQ(trials_needed(0, 0.0001, 0.99), 46050U);
  EXPECT_EQ(trials_needed(1, 0.10, 0.99), 64U);
  EXPECT_EQ(trials_needed(1, 0.01, 0.99), 662U);
  EXPECT_EQ(trials_needed(1, 0.001, 0.99), 6636U);
  EXPECT_EQ(trials_needed(0, 0.01, 0.95), 299U);
  EXPECT_EQ(trials_needed(0, 0.001, 0.95), 2995U);
  EXPECT_EQ(trials_needed(1, 0.01, 0.95), 473U);
  EXPECT_EQ(trials_needed(1, 0.001, 0.95), 4742U);
}

TEST(TrialsNeeded, Extremes) {
  EXPECT_EQ(trials_needed(0, 0, 0.95), UINT64_MAX);
  EXPECT_EQ(trials_needed(2, 1, 0.95), 3U);
  EXPECT_GT(trials_needed(0, 1e-15, 0.95), uint64_t{1} << 50);
}

// chaos-and-dr 10.5, drills all under target: C = 80 90 95 99 %.
TEST(CleanTrialsNeeded, Drills) {
  const std::vector<double> confidence = {.80, .90, .95, .99};
  const std::vector<std::pair<double, std::vector<uint64_t>>> rows = {
      {.8, {8, 11, 14, 21}}, {.9, {16, 22, 29, 44}}, {.95, {32, 45, 59, 90}}, {.99, {161, 230, 299, 459}}};
  for (const auto& [share, needed] : rows) {
    for (std::size_t i = 0; i < needed.size(); ++i) {
      EXPECT_EQ(clean_trials_needed(share, confidence[i]), needed[i]) << share;
    }
  }
  EXPECT_EQ(clean_trials_needed(0.05, 0.95), 1U);
  EXPECT_EQ(clean_trials_needed(0, 0.95), 1U);
  EXPECT_EQ(clean_trials_needed(1, 0.95), UINT64_MAX);
}

// chaos-and-dr 10.7: no loss in 1 5 10 20 29 59 drills; 10.5: one passed drill proves 5 %.
TEST(ShareProved, NoLossInDrills) {
  const std::vector<std::pair<double, double>> rows = {{1, .95}, {5, .4507}, {10, .2589}, {20, .1391}, {29, .0981}, {59, .0495}};
  for (const auto& [drills, upper] : rows) EXPECT_NEAR(clopper_pearson(0, drills, 0.95).upper, upper, 5e-5) << drills;
  EXPECT_NEAR(clopper_pearson(3, 3, 0.95).lower, 0.368, 0.0005);
}

}  // namespace
}  // namespace shakedown
