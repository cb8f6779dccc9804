// Events that come in clusters, trials that end like the ones before them, and totals of few values that spread widely.
#include <gtest/gtest.h>

#include <cmath>

#include "controller/measure/bounds/clusters.h"
#include "controller/measure/bounds/lognormal.h"
#include "core/base/rng.h"

namespace shakedown {
namespace {

TEST(TruthClusters, OutagesThatComeSoonAfterEachOtherWidenTheBounds) {
  EXPECT_EQ(cluster_effect({}), 1);
  EXPECT_EQ(cluster_effect({100, 90}), 1);
  EXPECT_EQ(cluster_effect({100, 120, 90, 110, 130}), 1);
  EXPECT_GT(cluster_effect({1000, 10, 12, 900, 15, 1100, 9}), 1.2);
  EXPECT_GT(cluster_effect_of_pass(2, 10), 2);
  EXPECT_EQ(cluster_effect_of_pass(1, 10), 1);
}

TEST(TruthClusters, IndependentOnesAreSeldomTakenForClusters) {
  Rng rng(stream_seed(5, "clusters"));
  int taken = 0;
  for (int run = 0; run < 1000; ++run) {
    std::vector<double> spacings;
    for (int i = 0; i < 10; ++i) spacings.push_back(rng.exponential());
    taken += cluster_effect(spacings) > 1 ? 1 : 0;
  }
  EXPECT_LT(taken, 75);
}

TEST(TruthTrials, ThoseThatEndLikeTheOnesBeforeAreWorthFewer) {
  std::vector<bool> alike, by_turns, clean(40, true);
  for (int i = 0; i < 40; ++i) {
    alike.push_back(i / 5 % 2 == 0);
    by_turns.push_back(i % 2 == 0);
  }
  EXPECT_GT(trials_effect(alike), 3);
  EXPECT_EQ(trials_effect(by_turns), 1);
  EXPECT_EQ(trials_effect(clean), 1);
  EXPECT_EQ(trials_effect({true, true, false, false}), 1);
}

// Values without any spread: the quantiles of the gamma distribution alone (half of those of chi-square,
// NIST/SEMATECH 1.3.6.7.4).
TEST(TruthTotals, OfEqualValuesOnlyTheNumberIsUncertain) {
  const std::vector<double> same(5, 1.0);
  EXPECT_NEAR(lognormal_total_upper(same, 1, 0.95), 21.026 / 2, 0.15);
  EXPECT_NEAR(lognormal_total_lower(same, 1, 0.95), 3.940 / 2, 0.05);
  EXPECT_GT(lognormal_total_upper(same, 2, 0.95), 11.5);
}

TEST(TruthTotals, FewValuesDoNotShowHowTheySpread) {
  EXPECT_GT(lognormal_total_upper({1}, 1, 0.95), 30);
  EXPECT_GT(lognormal_total_upper({1, 1}, 1, 0.95), 15);
  EXPECT_LT(lognormal_total_lower({1, 1}, 1, 0.95), 0.2);
  EXPECT_TRUE(std::isinf(lognormal_total_upper({1, INFINITY}, 1, 0.95)));
  EXPECT_EQ(lognormal_total_lower({1, 0, 2}, 1, 0.95), 0);
}

}  // namespace
}  // namespace shakedown
