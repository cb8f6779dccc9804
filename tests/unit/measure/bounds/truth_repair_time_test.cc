// The mean repair time: bounds that are right as often as they say, also where each time is known within an interval.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "controller/measure/bounds/lognormal.h"
#include "core/base/rng.h"

namespace shakedown {
namespace {

using Repairs = std::vector<KnownWithin>;

Repairs exactly(const std::vector<double>& values) {
  Repairs out;
  for (const double v : values) out.push_back({v, v});
  return out;
}

double gaussian(Rng& rng) { return std::sqrt(2 * rng.exponential()) * std::cos(2 * M_PI * rng.uniform()); }

struct Wrong {
  double passes = 0, fails = 0;  // shares of runs
};

// Log-normal repairs with median 1: how often the upper bound lies below their true mean, and the lower one above it.
Wrong wrong_bounds(int n, double sigma, int runs) {
  Rng rng(stream_seed(7, "repairs", static_cast<uint64_t>(n * 100) + static_cast<uint64_t>(sigma * 10)));
  const double mean = std::exp(sigma * sigma / 2);
  Wrong wrong;
  for (int run = 0; run < runs; ++run) {
    std::vector<double> values;
    for (int i = 0; i < n; ++i) values.push_back(std::exp(sigma * gaussian(rng)));
    // The same deviation with its mean moved gives the same answer, so one corner is enough: exact values.
    wrong.passes += lognormal_mean_upper(exactly(values), 0.95) < mean ? 1.0 / runs : 0;
    wrong.fails += lognormal_mean_lower(exactly(values), 0.95) > mean ? 1.0 / runs : 0;
  }
  return wrong;
}

// 5 % and three standard errors of 600 runs.
TEST(TruthOfRepairTimes, AMeanIsWronglyPassedOrFailedInAtMostFivePercent) {
  for (const int n : {3, 5, 10}) {
    for (const double sigma : {0.3, 0.8, 1.5}) {
      SCOPED_TRACE(::testing::Message() << n << " repairs, sigma " << sigma);
      const Wrong wrong = wrong_bounds(n, sigma, 600);
      EXPECT_LE(wrong.passes, 0.077);
      EXPECT_LE(wrong.fails, 0.077);
      RecordProperty("passes_" + std::to_string(n) + "_" + std::to_string(static_cast<int>(sigma * 10)),
                     std::to_string(wrong.passes));
    }
  }
}

TEST(TruthOfRepairTimes, CoarserMeasuringNeverTightensTheMean) {
  const Repairs exact = exactly({1, 2, 4}), coarse = {{0.5, 1.5}, {1.5, 2.5}, {3.5, 4.5}};
  EXPECT_GE(lognormal_mean_upper(coarse, 0.95), lognormal_mean_upper(exact, 0.95));
  EXPECT_LE(lognormal_mean_lower(coarse, 0.95), lognormal_mean_lower(exact, 0.95));
  // Nowhere in the intervals does a bound reach further than it does over all of them.
  Rng rng(11);
  for (const std::size_t n : {std::size_t{3}, std::size_t{6}, std::size_t{14}}) {
    Repairs within;
    for (std::size_t i = 0; i < n; ++i) {
      const double low = 0.5 + 4 * rng.uniform();
      within.push_back({low, low + 2 * rng.uniform()});
    }
    const double upper = lognormal_mean_upper(within, 0.95), lower = lognormal_mean_lower(within, 0.95);
    for (int draw = 0; draw < 60; ++draw) {
      std::vector<double> inside;
      for (const KnownWithin& v : within) inside.push_back(v.lower + (v.upper - v.lower) * rng.uniform());
      EXPECT_LE(lognormal_mean_upper(exactly(inside), 0.95), upper * (1 + 1e-7)) << n;
      EXPECT_GE(lognormal_mean_lower(exactly(inside), 0.95), lower * (1 - 1e-7)) << n;
    }
  }
}

// The pivot by 400 000 seeded draws, against the integral.
TEST(TruthOfRepairTimes, TheIntegralIsThePivot) {
  const std::vector<double> values = {1, 2, 4};
  const double s = std::log(2.0), n = 3;
  Rng rng(3);
  std::vector<double> draws;
  for (int i = 0; i < 400000; ++i) {
    const double v = rng.exponential();  // chi-square of 2 degrees over 2
    draws.push_back(gaussian(rng) * s / std::sqrt(n * v) + s * s / (2 * v));
  }
  const auto at = draws.begin() + static_cast<std::ptrdiff_t>(0.95 * static_cast<double>(draws.size()));
  std::nth_element(draws.begin(), at, draws.end());
  EXPECT_NEAR(std::log(lognormal_mean_upper(exactly(values), 0.95)), std::log(2.0) + *at, 0.06);
}

// Above ten values the corners of the box are too many: the same pivot, by 60 000 draws of twelve normal variates each.
TEST(TruthOfRepairTimes, TheIntegralIsThePivotOfManyValues) {
  std::vector<double> values;
  for (int i = 0; i < 12; ++i) values.push_back(std::exp(i % 2 == 0 ? 3 : 1));
  const double n = 12, s = std::sqrt(n / (n - 1));
  Rng rng(5);
  std::vector<double> draws;
  for (int i = 0; i < 60000; ++i) {
    double v = 0;
    for (int k = 0; k < 11; ++k) {
      const double one = gaussian(rng);
      v += one * one / (n - 1);
    }
    draws.push_back(2 + gaussian(rng) * s / std::sqrt(n * v) + s * s / (2 * v));
  }
  std::sort(draws.begin(), draws.end());
  for (const double confidence : {0.9, 0.95}) {
    const double pivot = draws[static_cast<std::size_t>(confidence * 60000)];
    EXPECT_NEAR(std::log(lognormal_mean_upper(exactly(values), confidence)), pivot, 0.015) << confidence;
  }
  // Student: t(11) at 95 % is 1.795885, at 90 % 1.363430.
  EXPECT_NEAR(std::log(lognormal_mean_lower(exactly(values), 0.95)), 2 - 1.795885 * s / std::sqrt(n), 1e-5);
  EXPECT_NEAR(std::log(lognormal_mean_lower(exactly(values), 0.90)), 2 - 1.363430 * s / std::sqrt(n), 1e-5);
}

TEST(TruthOfRepairTimes, WhatTouchesZeroOrNeverEndedBoundsNoMean) {
  for (const Repairs& repairs :
       {Repairs{{1, 2}, {1, 2}}, Repairs{{0, 1}, {1, 2}, {1, 2}}, Repairs{{1, 2}, {1, 2}, {1, INFINITY}}}) {
    EXPECT_TRUE(std::isinf(lognormal_mean_upper(repairs, 0.95)));
    EXPECT_EQ(lognormal_mean_lower(repairs, 0.95), 0);
  }
}

}  // namespace
}  // namespace shakedown
