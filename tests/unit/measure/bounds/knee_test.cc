#include "controller/measure/bounds/knee.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/unit/measure/bounds/scaling_data.h"

namespace shakedown {
namespace {

std::vector<CurvePoint> curve(const std::vector<double>& y, double scale = 1) {
  std::vector<CurvePoint> points;
  for (std::size_t i = 0; i < y.size(); ++i) points.push_back({static_cast<double>(i) * scale, y[i]});
  return points;
}

const std::vector<double> kConcave = {0, 60, 80, 85, 90, 95, 96, 97, 98, 99};
const std::vector<double> kConvex = {1, 2, 3, 4, 5, 10, 15, 20, 40, 100};

struct Published {
  Curve curve;
  Direction direction;
  double knee;
};

class Kneedle : public ::testing::TestWithParam<Published> {};

// Both shapes, as they are and read backwards.
TEST_P(Kneedle, FindsThePublishedKnee) {
  const Published& p = GetParam();
  std::vector<double> y = p.curve == Curve::concave ? kConcave : kConvex;
  if (p.direction == Direction::decreasing) std::reverse(y.begin(), y.end());
  const auto knee = kneedle(curve(y), {p.curve, p.direction, 1});
  ASSERT_TRUE(knee);
  EXPECT_EQ(knee->x, p.knee);
  EXPECT_EQ(knee->y, y[knee->index]);
}

INSTANTIATE_TEST_SUITE_P(Shapes, Kneedle,
                         ::testing::Values(Published{Curve::concave, Direction::increasing, 2},
                                           Published{Curve::concave, Direction::decreasing, 7},
                                           Published{Curve::convex, Direction::increasing, 7},
                                           Published{Curve::convex, Direction::decreasing, 2}));

TEST(KneedleCurve, Truncated) {
  const auto cut = [](std::vector<double> y) {
    y.resize(7);
    for (double& value : y) value /= 10;
    return y;
  };
  const auto backwards = [](std::vector<double> y) {
    std::reverse(y.begin(), y.end());
    return y;
  };
  const auto knee = [](const std::vector<double>& y, Curve shape, Direction direction) {
    return kneedle(curve(y, 0.1), {shape, direction, 1}).value().x;
  };
  EXPECT_NEAR(knee(cut(kConcave), Curve::concave, Direction::increasing), 0.2, 1e-12);
  EXPECT_NEAR(knee(cut(backwards(kConcave)), Curve::concave, Direction::decreasing), 0.4, 1e-12);
  EXPECT_NEAR(knee(cut(kConvex), Curve::convex, Direction::increasing), 0.4, 1e-12);
  EXPECT_NEAR(knee(cut(backwards(kConvex)), Curve::convex, Direction::decreasing), 0.2, 1e-12);
}

// Figure 2 of the paper.
TEST(KneedleCurve, ThePapersFigure) {
  std::vector<CurvePoint> points;
  for (int i = 0; i < 10; ++i) points.push_back({i / 9.0, -1 / (i / 9.0 + 0.1) + 5});
  const auto knee = kneedle(points, {});
  ASSERT_TRUE(knee);
  EXPECT_NEAR(knee->x, 0.222, 5e-4);
  EXPECT_NEAR(knee->y, 1.897, 5e-4);
  EXPECT_NEAR(knee->normalized_y, 22.0 / 29, 1e-12);  // printed as 0.758
  EXPECT_EQ(knee->index, 2U);
}

TEST(KneedleCurve, SensitivityDecidesBetweenFlatMaxima) {
  const std::vector<double> y = {1,
                                 0.787701317715959,
                                 0.7437774524158126,
                                 0.6559297218155198,
                                 0.5065885797950219,
                                 0.36749633967789164,
                                 0.2547584187408492,
                                 0.16251830161054173,
                                 0.10395314787701318,
                                 0.06734992679355783,
                                 0.043923865300146414,
                                 0.027818448023426062,
                                 0.01903367496339678,
                                 0.013177159590043924,
                                 0.010248901903367497,
                                 0.007320644216691069,
                                 0.005856515373352855,
                                 0.004392386530014641};
  EXPECT_EQ(kneedle(curve(y), {Curve::convex, Direction::decreasing, 0}).value().x, 1);
  EXPECT_EQ(kneedle(curve(y), {Curve::convex, Direction::decreasing, 1}).value().x, 8);
}

TEST(KneedleCurve, NoKnee) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(kneedle(curve({1, 1, 1, 1, 1, 1}), {}));
  EXPECT_FALSE(kneedle({{1, 0.90483742}, {2, 0.81873075}, {3, 0.74081822}}, {Curve::convex, Direction::decreasing, 1}));
  EXPECT_FALSE(kneedle(curve({0, 1, 2, 3, 4, 5, 6}), {}));
  EXPECT_FALSE(kneedle(curve({0, 1}), {}));
  EXPECT_FALSE(kneedle({}, {}));
  EXPECT_FALSE(kneedle({{0, 0}, {1, 60}, {1, 80}, {2, 85}}, {}));
  EXPECT_FALSE(kneedle({{0, 0}, {1, nan}, {2, 80}, {3, 85}}, {}));
}

ScalingFit fitted(const std::vector<ScalingPoint>& points) { return fit_scaling(points).value(); }

TEST(KneeOfLaw, IsWhereEfficiencyIsOneHalf) {
  const ScalingLaw law{90, 0.03, 1e-4};
  EXPECT_NEAR(law.efficiency(knee_of_law(law).value()), 0.5, 1e-12);
  EXPECT_NEAR(knee_of_law({90, 0.1, 0}).value(), 11, 1e-12);
  EXPECT_FALSE(knee_of_law({90, 0, 0}));
  // Coherency alone: the peak comes just before.
  EXPECT_NEAR(knee_of_law({90, 0, 1e-4}).value(), 100, 1e-9);
}

TEST(KneeRange, BothMethodsAgreeOnSpecSdm91) {
  const auto points = testing::specsdm91();
  const auto range = knee_range(fitted(points), points);
  ASSERT_TRUE(range);
  EXPECT_EQ(range->by_kneedle, 36);
  EXPECT_NEAR(range->by_law.value(), 33.1, 0.05);
  EXPECT_TRUE(range->agreed);
  EXPECT_EQ(range->lower, range->by_law);
  EXPECT_EQ(range->upper, range->by_law);
  EXPECT_FALSE(range->beyond_steps);
}

// On small noisy steps Kneedle alone fires early: a range, with both named.
TEST(KneeRange, TheyDisagreeOnSchwartz) {
  auto points = testing::schwartz();
  std::reverse(points.begin(), points.end());
  const auto range = knee_range(fitted(points), points);
  ASSERT_TRUE(range);
  EXPECT_EQ(range->by_kneedle, 14);
  EXPECT_NEAR(range->by_law.value(), 23.37, 0.05);
  EXPECT_FALSE(range->agreed);
  EXPECT_EQ(range->lower, 14);
  EXPECT_EQ(range->upper, range->by_law);
  EXPECT_TRUE(knee_range(fitted(points), points, 0.5).value().agreed);
}

TEST(KneeRange, OneMethodAloneIsNoAgreement) {
  std::vector<ScalingPoint> early;  // nothing bends within these steps
  for (const double n : {1, 2, 3, 4, 5, 6}) early.push_back({n, ScalingLaw{100, 0.001, 0}.throughput(n)});
  const auto law_only = knee_range(fitted(early), early);
  ASSERT_TRUE(law_only);
  EXPECT_FALSE(law_only->by_kneedle);
  EXPECT_FALSE(law_only->agreed);
  EXPECT_TRUE(law_only->beyond_steps);
  EXPECT_NEAR(law_only->lower, 1001, 1e-3);
  ScalingFit poor = fitted(testing::specsdm91());
  poor.poor_fit = true;
  const auto bend_only = knee_range(poor, testing::specsdm91());
  ASSERT_TRUE(bend_only);
  EXPECT_FALSE(bend_only->by_law);
  EXPECT_FALSE(bend_only->agreed);
  EXPECT_EQ(bend_only->upper, 36);
}

TEST(KneeRange, NoneForLinearGrowth) {
  const std::vector<ScalingPoint> linear = {{1, 10}, {2, 20}, {3, 30}, {4, 40}, {5, 50}, {6, 60}};
  ScalingFit fit = fitted(linear);
  fit.law = {10, 0, 0};
  EXPECT_FALSE(knee_range(fit, linear));
}

// The knee of means: three readings of 60 at the step that a sum would lift above all others.
TEST(KneeRange, AStepMeasuredOftenIsNoHigherForIt) {
  std::vector<ScalingPoint> points;
  const std::vector<double> x = {10, 60, 80, 85, 90, 95, 96, 97, 98, 99};
  for (std::size_t i = 0; i < x.size(); ++i) points.push_back({static_cast<double>(i + 1), x[i]});
  ScalingFit fit = fitted(points);
  fit.poor_fit = true;
  EXPECT_EQ(knee_range(fit, points)->by_kneedle, 3);
  for (int i = 0; i < 3; ++i) points.push_back({2, 60});
  EXPECT_EQ(knee_range(fit, points)->by_kneedle, 3);
}

TEST(KneeRange, RepeatedStepsAreAveraged) {
  std::vector<ScalingPoint> points = testing::specsdm91();
  for (const ScalingPoint& point : testing::specsdm91()) points.push_back({point.n, point.x * 1.02});
  const auto range = knee_range(fitted(points), points);
  ASSERT_TRUE(range);
  EXPECT_EQ(range->by_kneedle, 36);
  EXPECT_TRUE(range->agreed);
}

}  // namespace
}  // namespace shakedown
