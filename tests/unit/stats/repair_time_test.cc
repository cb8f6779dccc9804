// chaos-and-dr 10.5: Olsson 2005 (modified Cox), MIL-STD-471A.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/stats/intervals.h"

namespace shakedown {
namespace {

const std::vector<double> kPublished = {12.5, 20, 4, 20, 25, 170, 15, 20, 15};
const std::vector<double> kOwn = {41, 55, 38, 72, 120, 47, 63, 90};

// 10.5, first and second bullet (95 % two-sided).
TEST(LognormalMean, Vectors) {
  const auto published = lognormal_mean(kPublished, 0.975);
  ASSERT_TRUE(published.has_value());
  EXPECT_NEAR(published->lower, 12.309286, 5e-7);
  EXPECT_NEAR(published->upper, 78.722542, 5e-7);
  const auto own = lognormal_mean(kOwn, 0.975);
  ASSERT_TRUE(own.has_value());
  EXPECT_NEAR(own->lower, 46.8646, 5e-5);
  EXPECT_NEAR(own->upper, 93.5539, 5e-5);
}

TEST(LognormalMedian, Vector) {
  const auto median = lognormal_median(kOwn, 0.975);
  ASSERT_TRUE(median.has_value());
  EXPECT_NEAR(median->lower, 43.9631, 5e-5);
  EXPECT_NEAR(median->upper, 85.2496, 5e-5);
}

TEST(LognormalUpperTolerance, Vectors) {
  EXPECT_NEAR(lognormal_upper_tolerance(kOwn, 0.95, 0.95).value(), 216.336, 5e-4);
  EXPECT_NEAR(lognormal_upper_tolerance(kOwn, 0.90, 0.90).value(), 147.403, 5e-4);
}

// 10.5, third bullet: k of n = 5 8 10 20 30, from values whose logarithms have mean 0 and deviation 1.
TEST(LognormalUpperTolerance, Factors) {
  struct Row {
    int n;
    double at_95, at_90;
  };
  const std::vector<Row> rows = {
      {5, 4.2027, 2.7423}, {8, 3.1873, 2.2186}, {10, 2.9110, 2.0657}, {20, 2.3960, 1.7652}, {30, 2.2198, 1.6571}};
  for (const Row& row : rows) {
    SCOPED_TRACE(row.n);
    const double n = row.n, reach = std::sqrt((n - 1) / 2);
    std::vector<double> values(static_cast<std::size_t>(row.n - 2), 1.0);
    values.push_back(std::exp(reach));
    values.push_back(std::exp(-reach));
    EXPECT_NEAR(std::log(lognormal_upper_tolerance(values, 0.95, 0.95).value()), row.at_95, 5.1e-5);
    EXPECT_NEAR(std::log(lognormal_upper_tolerance(values, 0.90, 0.90).value()), row.at_90, 5.1e-5);
  }
}

TEST(LognormalMean, NeedsThreePositiveValues) {
  EXPECT_FALSE(lognormal_mean({1, 2}, 0.95).has_value());
  EXPECT_TRUE(lognormal_mean({1, 2, 3}, 0.95).has_value());
  EXPECT_FALSE(lognormal_mean({1, 2, 0}, 0.95).has_value());
  EXPECT_FALSE(lognormal_mean({1, 2, -3}, 0.95).has_value());
  EXPECT_FALSE(lognormal_mean({1, 2, INFINITY}, 0.95).has_value());
  EXPECT_FALSE(lognormal_median({1}, 0.95).has_value());
  EXPECT_FALSE(lognormal_upper_tolerance({1, 2, 3}, 1, 0.95).has_value());
}

// Binomial(n, 1/2): P(X = 0) is 1/16 for 4 and 1/32 for 5 values.
TEST(MedianBounds, NeedsFiveValuesAt95Percent) {
  EXPECT_FALSE(median_bounds({1, 2, 3, 4}, 0.95).has_value());
  const auto five = median_bounds({5, 3, 1, 4, 2}, 0.95);
  ASSERT_TRUE(five.has_value());
  EXPECT_EQ(five->lower, 1);
  EXPECT_EQ(five->upper, 5);
  EXPECT_FALSE(median_bounds({}, 0.95).has_value());
}

// P(X <= 1; 8, 1/2) = 9/256 = 3.5 %, P(X <= 2) = 14 %.
TEST(MedianBounds, OrderStatistics) {
  const auto bounds = median_bounds(kOwn, 0.95);
  ASSERT_TRUE(bounds.has_value());
  EXPECT_EQ(bounds->lower, 41);
  EXPECT_EQ(bounds->upper, 90);
}

}  // namespace
}  // namespace shakedown
