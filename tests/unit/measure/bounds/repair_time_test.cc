// The median of repair times by order statistics.
#include <gtest/gtest.h>

#include <vector>

#include "controller/measure/bounds/intervals.h"

namespace shakedown {
namespace {

const std::vector<double> kOwn = {41, 55, 38, 72, 120, 47, 63, 90};

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
