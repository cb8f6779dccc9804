#include "controller/measure/bounds/trend.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/base/rng.h"
#include "tests/support/draws.h"

namespace shakedown {
namespace {

// One sample a second: 100 + slope t + noise of deviation 1 whose neighbours correlate by phi.
std::vector<TrendPoint> soak(Rng& rng, int seconds, double slope, double phi) {
  std::vector<TrendPoint> points;
  double noise = normal(rng);
  for (int t = 0; t < seconds; ++t) {
    points.push_back({static_cast<double>(t), 100 + slope * t + noise});
    noise = phi * noise + std::sqrt(1 - phi * phi) * normal(rng);
  }
  return points;
}

struct Shape {
  int seconds;
  double phi;
};

class PlantedSlope : public ::testing::TestWithParam<Shape> {};

// 500 soaks: each one-sided 95 % bound holds in at least 93 % of those that gave one, and nearly all do.
TEST_P(PlantedSlope, LiesWithinItsBounds) {
  const Shape shape = GetParam();
  Rng rng(stream_seed(21, "trend", static_cast<uint64_t>(shape.seconds + 100 * shape.phi)));
  constexpr double kSlope = 0.002;
  int known = 0, above_lower = 0, below_upper = 0;
  for (int run = 0; run < 500; ++run) {
    const auto found = trend(soak(rng, shape.seconds, kSlope, shape.phi), 0.95);
    if (!found) continue;
    ++known;
    above_lower += found->bounds.lower <= kSlope ? 1 : 0;
    below_upper += found->bounds.upper >= kSlope ? 1 : 0;
    EXPECT_LE(found->bounds.lower, found->slope);
    EXPECT_GE(found->bounds.upper, found->slope);
  }
  RecordProperty("lower_percent", above_lower * 100 / known);
  RecordProperty("upper_percent", below_upper * 100 / known);
  EXPECT_GE(known, 475);
  EXPECT_GE(above_lower, known * 93 / 100);
  EXPECT_GE(below_upper, known * 93 / 100);
}

INSTANTIATE_TEST_SUITE_P(Soaks, PlantedSlope,
                         ::testing::Values(Shape{100, 0}, Shape{100, 0.5}, Shape{360, 0.9}, Shape{1800, 0.9}, Shape{1800, 0.97}));

// Bounds that always hold prove nothing: with independent noise each fails about as often as it may.
TEST(Trend, BoundsAreNotWiderThanTheyMust) {
  Rng rng(stream_seed(22, "tight"));
  int above_lower = 0;
  for (int run = 0; run < 500; ++run) above_lower += trend(soak(rng, 300, 0, 0), 0.95)->bounds.lower <= 0 ? 1 : 0;
  EXPECT_LE(above_lower, 490);
}

TEST(Trend, AnExactLineIsGivenBack) {
  std::vector<TrendPoint> points;
  for (int t = 0; t < 200; ++t) points.push_back({1000.0 + t, 50 + 0.01 * t});
  std::reverse(points.begin(), points.end());
  const auto found = trend(points, 0.95);
  ASSERT_TRUE(found);
  EXPECT_NEAR(found->slope, 0.01, 1e-12);
  EXPECT_NEAR(found->bounds.lower, 0.01, 1e-12);
  EXPECT_NEAR(found->bounds.upper, 0.01, 1e-12);
  EXPECT_NEAR(found->start, 50, 1e-9);
  EXPECT_NEAR(found->relative_per_hour.value(), 0.72, 1e-9);
  EXPECT_NEAR(found->relative_bounds.value().upper, 0.72, 1e-9);
}

TEST(Trend, AConstantDoesNotMove) {
  std::vector<TrendPoint> points;
  for (int t = 0; t < 100; ++t) points.push_back({static_cast<double>(t), 7});
  const auto found = trend(points, 0.95);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->slope, 0);
  EXPECT_EQ(found->bounds.upper, 0);
  EXPECT_EQ(found->blocks, 64U);
}

// A minute of trouble in half an hour is an outage, not a degradation.
TEST(Trend, AFewOddBlocksDoNotMoveIt) {
  Rng rng(stream_seed(23, "outliers"));
  std::vector<TrendPoint> points = soak(rng, 1800, 0, 0);
  const double before = trend(points, 0.95).value().slope;
  for (int t = 1700; t < 1760; ++t) points[static_cast<std::size_t>(t)].value += 1000;
  const auto found = trend(points, 0.95);
  ASSERT_TRUE(found);
  EXPECT_NEAR(found->slope, before, 2e-4);
}

TEST(Trend, DependenceWidensTheBounds) {
  const auto width = [](double phi) {
    Rng rng(stream_seed(24, "width"));
    const auto found = trend(soak(rng, 1800, 0, phi), 0.95);
    return found.value().bounds.upper - found.value().bounds.lower;
  };
  EXPECT_GT(width(0.97), 3 * width(0));
}

// Within a random walk nothing can be told from so few swings; the bounds must say so or be wide.
TEST(Trend, ARandomWalkProvesNothing) {
  Rng rng(stream_seed(25, "walk"));
  int claims = 0;
  for (int run = 0; run < 200; ++run) {
    const auto found = trend(soak(rng, 600, 0, 0.999), 0.95);
    if (found && (found->bounds.lower > 0 || found->bounds.upper < 0)) ++claims;
  }
  EXPECT_LE(claims, 20);
}

TEST(Trend, RelativeChangeNeedsAPositiveStart) {
  std::vector<TrendPoint> points;
  for (int t = 0; t < 64; ++t) points.push_back({static_cast<double>(t), -1 + 0.001 * t});
  const auto found = trend(points, 0.95);
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->relative_per_hour);
  EXPECT_FALSE(found->relative_bounds);
}

TEST(Trend, BoundsOfTooHighAConfidenceAreInfinite) {
  std::vector<TrendPoint> points;
  for (int t = 0; t < 8; ++t) points.push_back({static_cast<double>(t), t % 2 + 0.1 * t});
  const auto found = trend(points, 0.99999);
  ASSERT_TRUE(found);
  EXPECT_TRUE(std::isinf(found->bounds.upper));
  EXPECT_TRUE(std::isinf(found->bounds.lower));
}

TEST(Trend, TooLittleIsNone) {
  EXPECT_FALSE(trend({}, 0.95));
  EXPECT_FALSE(trend({{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}, {5, 6}, {6, 7}}, 0.95));
  EXPECT_FALSE(trend(std::vector<TrendPoint>(20, {5, 1}), 0.95));
  std::vector<TrendPoint> broken(20, {0, 1});
  for (std::size_t i = 0; i < 20; ++i) broken[i].seconds = static_cast<double>(i);
  EXPECT_TRUE(trend(broken, 0.95));
  broken[7].value = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(trend(broken, 0.95));
}

// One slow wave over the whole soak: neighbours depend on each other whatever the block.
TEST(Trend, OneWaveIsTooDependent) {
  std::vector<TrendPoint> points;
  for (int t = 0; t < 640; ++t) points.push_back({static_cast<double>(t), std::cos(t * 2 * std::numbers::pi / 640)});
  EXPECT_FALSE(trend(points, 0.95));
}

}  // namespace
}  // namespace shakedown
