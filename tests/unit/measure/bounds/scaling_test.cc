// Every published fit of the Universal Scalability Law, to its printed digits.
#include "controller/measure/bounds/scaling.h"

#include <gtest/gtest.h>

#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "controller/measure/bounds/scaling_fit.h"
#include "tests/unit/measure/bounds/scaling_data.h"

namespace shakedown {
namespace {

using testing::raytracer;
using testing::rounded_law;
using testing::schwartz;
using testing::specsdm91;
using testing::specsdm91_integers;

ScalingFit fit_of(const std::vector<ScalingPoint>& points, double confidence = 0.95) {
  auto fit = fit_scaling(points, confidence);
  EXPECT_TRUE(fit.has_value()) << (fit ? "" : fit.error().text());
  return fit ? std::move(fit).value() : ScalingFit{};
}

void expect_relative(double found, double expected, double tolerance) {
  EXPECT_NEAR(found, expected, std::abs(expected) * tolerance);
}

TEST(Scaling, SpecSdm91) {
  const ScalingFit fit = fit_of(specsdm91());
  EXPECT_NEAR(fit.law.gamma, 89.9952331, 5e-8);
  EXPECT_NEAR(fit.law.alpha, 0.02772847562, 5e-12);
  EXPECT_NEAR(fit.law.beta, 1.043654838e-4, 5e-14);
  EXPECT_NEAR(fit.sse, 27453.7196, 5e-5);
  EXPECT_NEAR(fit.standard_error.gamma, 14.2134894, 5e-8);
  EXPECT_NEAR(fit.standard_error.alpha, 0.0091217, 5e-8);
  EXPECT_NEAR(fit.standard_error.beta, 0.0000199, 5e-8);
  EXPECT_NEAR(fit.residual_standard_error, 82.85, 5e-3);
  EXPECT_EQ(fit.dof, 4U);
  EXPECT_FALSE(fit.alpha_at_bound || fit.beta_at_bound || fit.negative_coherency || fit.negative_contention);
  EXPECT_EQ(scaling_warnings(fit), std::vector<std::string>());
}

TEST(Scaling, SpecSdm91Derived) {
  const ScalingLaw law = fit_of(specsdm91()).law;
  ASSERT_TRUE(law.peak());
  EXPECT_NEAR(law.peak()->n, 96.51956, 5e-6);
  EXPECT_NEAR(law.peak()->x, 1884, 0.5);
  EXPECT_NEAR(law.ceiling().value(), 3245.589, 5e-4);
  EXPECT_NEAR(law.throughput(36.06401), 1542, 0.5);
}

// What if coherency were halved: the other parameters stay as fitted.
TEST(Scaling, SpecSdm91WithBetaSet) {
  ScalingLaw law = fit_of(specsdm91()).law;
  law.beta = 5e-5;
  EXPECT_NEAR(law.peak().value().n, 139.447, 5e-4);
}

// The README of usl-rs prints this fit for all seven rows, but its CSV reader took the first for a header.
TEST(Scaling, SpecSdm91InWholeNumbersWithoutTheFirstRow) {
  std::vector<ScalingPoint> points = specsdm91_integers();
  EXPECT_NEAR(fit_of(points).law.gamma, 89.987147, 5e-7);
  points.erase(points.begin());
  const ScalingLaw law = fit_of(points).law;
  EXPECT_NEAR(law.alpha, 0.028168, 5e-7);
  EXPECT_NEAR(law.beta, 0.000104, 5e-7);
  EXPECT_NEAR(law.gamma, 90.691376, 5e-5);
  EXPECT_EQ(std::floor(law.peak().value().n), 96);
  EXPECT_NEAR(law.throughput(96), 1882.42, 5e-3);
  expect_relative(law.throughput(10), 718.1341832148264, 1e-6);
  expect_relative(law.throughput(300), 1450.4659509826192, 1e-6);
}

TEST(Scaling, RaytracerHoldsBetaAtZero) {
  const ScalingFit fit = fit_of(raytracer());
  EXPECT_NEAR(fit.law.alpha, 0.05777078, 5e-9);
  EXPECT_EQ(fit.law.beta, 0);
  EXPECT_NEAR(fit.law.gamma, 21.84884, 5e-6);
  EXPECT_TRUE(fit.beta_at_bound);
  EXPECT_TRUE(fit.negative_coherency);
  EXPECT_NEAR(least_squares(raytracer()).unbounded.beta, -2.0e-4, 5e-6);
  EXPECT_FALSE(fit.alpha_at_bound || fit.negative_contention);
  EXPECT_NEAR(fit.sse, 697.2378, 5e-5);
  EXPECT_NEAR(fit.standard_error.alpha, 0.013293, 5e-7);
  EXPECT_NEAR(fit.standard_error.beta, 0.000118, 5e-7);
  EXPECT_NEAR(fit.standard_error.gamma, 2.196165, 5e-7);
  EXPECT_NEAR(fit.residual_standard_error, 9.34, 5e-3);
  EXPECT_FALSE(fit.law.peak());
  EXPECT_NEAR(fit.law.ceiling().value(), 378, 0.5);
  EXPECT_NEAR(fit.law.throughput(17.3), 195, 0.5);
  EXPECT_NEAR(fit.law.throughput(96), 323.3, 0.05);
  EXPECT_NEAR(fit.law.throughput(128), 335.5, 0.05);
  ASSERT_EQ(scaling_warnings(fit).size(), 1U);
  EXPECT_NE(scaling_warnings(fit)[0].find("negative coherency"), std::string::npos);
}

TEST(Scaling, RaytracerFirstSixRows) {
  const ScalingFit fit = fit_of(raytracer(6));
  EXPECT_NEAR(fit.law.alpha, 0.02444404, 5e-9);
  EXPECT_NEAR(fit.law.beta, 0.001626809, 5e-10);
  EXPECT_NEAR(fit.law.gamma, 20.85605, 5e-6);
  EXPECT_NEAR(fit.law.peak().value().n, 24.488, 5e-4);
  EXPECT_NEAR(fit.law.peak().value().x, 203.49, 5e-3);
  EXPECT_FALSE(fit.few_points);
  ASSERT_EQ(scaling_warnings(fit).size(), 1U);
  EXPECT_NE(scaling_warnings(fit)[0].find("beyond the largest step"), std::string::npos);
}

TEST(Scaling, RaytracerFirstFiveRowsAreTooFew) {
  const ScalingFit fit = fit_of(raytracer(5));
  EXPECT_NEAR(fit.law.alpha, 0.02789501, 5e-9);
  EXPECT_NEAR(fit.law.beta, 0.001460803, 5e-10);
  EXPECT_NEAR(fit.law.gamma, 21.05932577, 5e-9);
  EXPECT_TRUE(fit.few_points);
  ASSERT_FALSE(scaling_warnings(fit).empty());
  EXPECT_NE(scaling_warnings(fit)[0].find("fewer than 6"), std::string::npos);
}

TEST(Scaling, RoundedLawIsRecovered) {
  const ScalingLaw law = fit_of(rounded_law()).law;
  EXPECT_NEAR(law.alpha, 0.02, 5e-5);
  EXPECT_NEAR(law.beta, 0.02, 5e-5);
  EXPECT_NEAR(law.gamma, 1.00, 5e-5);
  EXPECT_NEAR(law.peak().value().n, 7.0000, 5e-3);
  EXPECT_NEAR(law.peak().value().x, 3.5714, 5e-5);
}

TEST(Scaling, ExactLawsAreRecoveredExactly) {
  for (const ScalingLaw& truth :
       {ScalingLaw{1, 0.02, 0.02}, ScalingLaw{5000, 0.3, 1e-6}, ScalingLaw{0.01, 1e-4, 1e-7}, ScalingLaw{80, 0, 0},
        ScalingLaw{80, 0.1, 0}, ScalingLaw{80, 0, 0.001}, ScalingLaw{80, 1, 0}, ScalingLaw{80, 0.5, 0.9}}) {
    std::vector<ScalingPoint> points;
    for (const double n : {1, 2, 4, 6, 8, 10, 16, 32}) points.push_back({n, truth.throughput(n)});
    const ScalingFit fit = fit_of(points);
    expect_relative(fit.law.gamma, truth.gamma, 1e-9);
    EXPECT_NEAR(fit.law.alpha, truth.alpha, 1e-9);
    EXPECT_NEAR(fit.law.beta, truth.beta, 1e-9);
    EXPECT_FALSE(fit.poor_fit);
  }
}

TEST(Scaling, Schwartz) {
  const ScalingFit fit = fit_of(schwartz());
  const ScalingLaw& law = fit.law;
  expect_relative(law.alpha, 0.02671591, 1e-5);
  expect_relative(law.beta, 7.690945e-4, 1e-5);
  expect_relative(law.gamma, 995.6486, 1e-5);
  EXPECT_EQ(std::floor(law.peak().value().n), 35);
  expect_relative(law.throughput(35), 12341.7454, 1e-5);
  expect_relative(law.throughput(20), 11063.633, 1e-5);
  EXPECT_NEAR(law.peak()->n, 35.5738, 5e-5);
  EXPECT_NEAR(law.peak()->x, 12342.853, 5e-4);
  EXPECT_NEAR(fit.residual_standard_error, 187.90, 5e-3);
}

// The R package's confint takes qt(level, n - 1): one-sided, with the wrong degrees of freedom. Ours is two-sided with
// n - 3, and here that decides whether contention is there at all.
TEST(Scaling, IntervalsAreNotThePublishedOneSidedOnes) {
  const ScalingFit six = fit_of(raytracer(6));
  const double published = boost::math::quantile(boost::math::students_t(5), 0.95);
  EXPECT_NEAR(six.law.alpha - published * six.standard_error.alpha, 0.00754, 5e-6);
  EXPECT_NEAR(six.law.alpha + published * six.standard_error.alpha, 0.04135, 5e-6);
  EXPECT_NEAR(six.lower.alpha, -0.00226, 5e-6);
  EXPECT_NEAR(six.upper.alpha, 0.05115, 5e-6);
  EXPECT_NEAR(six.lower.beta, 0.00079, 5e-6);
  EXPECT_NEAR(six.upper.beta, 0.00246, 5e-6);
  EXPECT_NEAR(six.lower.gamma, 18.35, 5e-3);
  EXPECT_NEAR(six.upper.gamma, 23.37, 5e-3);
  const ScalingFit spec = fit_of(specsdm91());
  EXPECT_NEAR(spec.lower.alpha, 0.00240, 5e-6);
  EXPECT_NEAR(spec.upper.alpha, 0.05305, 5e-6);
  EXPECT_NEAR(spec.lower.beta, 4.9e-5, 5e-7);
  EXPECT_NEAR(spec.upper.beta, 1.60e-4, 5e-7);
  EXPECT_NEAR(spec.lower.gamma, 50.5, 0.05);
  EXPECT_NEAR(spec.upper.gamma, 129.5, 0.05);
}

}  // namespace
}  // namespace shakedown
