// Written a second time from the definitions in the headers, plainly and slowly, and compared over random data: the
// trend, the batch means and the design effect.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/poisson.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "controller/measure/bounds/batch_means.h"
#include "controller/measure/bounds/dispersion.h"
#include "controller/measure/bounds/trend.h"
#include "core/base/rng.h"
#include "tests/support/draws.h"

namespace shakedown::reference {
namespace {

namespace bm = boost::math;

double mean_of(const std::vector<double>& v) {
  double sum = 0;
  for (const double x : v) sum += x;
  return sum / static_cast<double>(v.size());
}

double median_of(std::vector<double> v) {
  std::sort(v.begin(), v.end());
  return (v[(v.size() - 1) / 2] + v[v.size() / 2]) / 2;
}

double neighbours(const std::vector<double>& v) {
  const double mean = mean_of(v);
  double square = 0, product = 0;
  for (std::size_t i = 0; i < v.size(); ++i) {
    square += std::pow(v[i] - mean, 2);
    if (i + 1 < v.size()) product += (v[i] - mean) * (v[i + 1] - mean);
  }
  return square > 0 ? product / square : 0;
}

// Noise whose neighbours correlate by phi.
std::vector<double> noise(Rng& rng, std::size_t n, double phi) {
  std::vector<double> out = {normal(rng)};
  while (out.size() < n) out.push_back(phi * out.back() + std::sqrt(1 - phi * phi) * normal(rng));
  return out;
}

void expect_same(double found, double expected, double scale) {
  if (std::isinf(expected)) {
    EXPECT_EQ(found, expected);
  } else {
    EXPECT_NEAR(found, expected, 1e-9 * std::max(scale, std::abs(expected)));
  }
}

// --- Trend

struct ReferenceTrend {
  double slope, lower, upper, start, left;
  std::size_t blocks;
};

struct Blocks {
  std::vector<double> time, value;
};

Blocks blocks_of(const std::vector<TrendPoint>& points, std::size_t m) {
  Blocks out;
  for (std::size_t b = 0; b < m; ++b) {
    std::vector<double> time, value;
    for (std::size_t i = b * points.size() / m; i < (b + 1) * points.size() / m; ++i) {
      time.push_back(points[i].seconds);
      value.push_back(points[i].value);
    }
    out.time.push_back(mean_of(time));
    out.value.push_back(mean_of(value));
  }
  return out;
}

std::vector<double> slopes_of(const Blocks& blocks) {
  std::vector<double> slopes;
  for (std::size_t i = 0; i < blocks.time.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      slopes.push_back((blocks.value[i] - blocks.value[j]) / (blocks.time[i] - blocks.time[j]));
    }
  }
  std::sort(slopes.begin(), slopes.end());
  return slopes;
}

std::optional<ReferenceTrend> reference_trend(const std::vector<TrendPoint>& points, double confidence) {
  double left = 0;
  for (std::size_t m = std::min<std::size_t>(64, points.size()); m >= 8; m /= 2) {
    const Blocks blocks = blocks_of(points, m);
    const std::vector<double> slopes = slopes_of(blocks);
    const double slope = median_of(slopes), size = static_cast<double>(m);
    std::vector<double> residuals;
    for (std::size_t b = 0; b < m; ++b) residuals.push_back(blocks.value[b] - slope * blocks.time[b]);
    const double correlation = neighbours(residuals);
    const double unbiased = std::min(0.95, (correlation * size + 2) / (size - 4));
    left = std::max({0.0, unbiased, left * (1 + left) / 2});
    if (correlation + 2 / size > 1.645 / std::sqrt(size)) continue;
    const double kendall = std::sqrt((1 + left) / (1 - left) * size * (size - 1) * (2 * size + 5) / 18);
    const double n = static_cast<double>(slopes.size());
    const double rank = std::floor((n - bm::quantile(bm::normal(), confidence) * kendall) / 2);
    const bool bounded = rank >= 1;
    return ReferenceTrend{slope,
                          bounded ? slopes[static_cast<std::size_t>(rank) - 1] : -INFINITY,
                          bounded ? slopes[slopes.size() - static_cast<std::size_t>(rank)] : INFINITY,
                          median_of(residuals) + slope * points[0].seconds,
                          left,
                          m};
  }
  return std::nullopt;
}

TEST(Reference, Trend) {
  Rng rng(stream_seed(31, "reference trend"));
  int none = 0, halved = 0, infinite = 0;
  for (int run = 0; run < 400; ++run) {
    const std::size_t n = run % 3 == 0 ? 8 + static_cast<std::size_t>(run) % 9 : 8 + static_cast<std::size_t>(run);
    const std::vector<double> e = noise(rng, n, run % 2 == 0 ? 0 : 0.3 + 0.2 * (run % 4));
    const double slope = 0.02 * normal(rng), level = run % 5 == 0 ? -3 : 40, confidence = run % 7 == 0 ? 0.9999 : 0.95;
    std::vector<TrendPoint> points;
    for (std::size_t i = 0; i < n; ++i) {
      const double t = 5 + static_cast<double>(i) + 0.5 * rng.uniform();
      points.push_back({t, level + slope * t + e[i]});
    }
    const auto expected = reference_trend(points, confidence);
    const auto found = trend(points, confidence);
    ASSERT_EQ(found.has_value(), expected.has_value()) << run;
    none += found ? 0 : 1;
    if (!found) continue;
    EXPECT_EQ(found->blocks, expected->blocks);
    halved += found->blocks < std::min<std::size_t>(64, n) ? 1 : 0;
    infinite += std::isinf(found->bounds.lower) ? 1 : 0;
    expect_same(found->slope, expected->slope, 1);
    expect_same(found->bounds.lower, expected->lower, 1);
    expect_same(found->bounds.upper, expected->upper, 1);
    expect_same(found->start, expected->start, 1);
    expect_same(found->autocorrelation, expected->left, 1);
    ASSERT_EQ(found->relative_per_hour.has_value(), expected->start > 0);
    if (!(expected->start > 0)) continue;
    expect_same(*found->relative_per_hour, expected->slope * 3600 / expected->start, 1);
    expect_same(found->relative_bounds->lower, expected->lower * 3600 / expected->start, 1);
    expect_same(found->relative_bounds->upper, expected->upper * 3600 / expected->start, 1);
  }
  EXPECT_GT(none, 3);
  EXPECT_GT(halved, 30);
  EXPECT_GT(infinite, 3);
}

// --- Batch means

// Of sums of `length` values of an autoregressive process: from the covariances of each pair.
double correlation_of_sums(double one, std::size_t length) {
  if (one <= 0) return 0;
  double within = 0, across = 0;
  for (std::size_t i = 0; i < length; ++i) {
    for (std::size_t j = 0; j < length; ++j) {
      within += std::pow(one, i > j ? i - j : j - i);
      across += std::pow(one, length + j - i);
    }
  }
  return across / within;
}

std::optional<Bounds> reference_batch_means(const std::vector<double>& values, double confidence) {
  const double mean = mean_of(values);
  double below = 0, above = 0, widest = -1, worth_of_widest = 0;
  std::vector<std::pair<double, std::size_t>> found;
  for (std::size_t length = 1; values.size() / length >= 8; length *= 2) {
    std::vector<double> batches;
    for (std::size_t b = 0; b < values.size() / length; ++b) {
      const auto from = values.begin() + static_cast<std::ptrdiff_t>(b * length);
      batches.push_back(mean_of({from, from + static_cast<std::ptrdiff_t>(length)}));
    }
    const double n = static_cast<double>(batches.size()), middle = mean_of(batches), r = neighbours(batches);
    double square = 0, cube = 0;
    for (const double b : batches) square += std::pow(b - middle, 2) / (n - 1), cube += std::pow(b - middle, 3) / n;
    const bool chance = r + 1 / n < (length == 1 ? 1.645 : 1) / std::sqrt(n);
    found.emplace_back(chance ? 0 : std::min(0.98, (r * n + 1) / (n - 3)), length);
    double left = 0;
    for (const auto& [one, of] : found) left = std::max(left, correlation_of_sums(one, length / of));
    const double worth = n * (1 - left) / (1 + left), counted = std::max(worth, 2.0);
    const double t = bm::quantile(bm::students_t(counted - 1), confidence);
    const double reach = t * std::sqrt(square / counted);
    const double skew = cube * (1 + 2 * t * t) / (6 * square * counted);
    if (reach > widest) widest = reach, worth_of_widest = worth;
    below = std::max(below, reach + std::max(0.0, -skew));
    above = std::max(above, reach + std::max(0.0, skew));
  }
  if (worth_of_widest < 6) return std::nullopt;
  return Bounds{std::max(0.0, mean - below), mean + above};
}

TEST(Reference, BatchMeans) {
  Rng rng(stream_seed(32, "reference batches"));
  int none = 0, cut = 0;
  for (int run = 0; run < 400; ++run) {
    const std::size_t n = 8 + static_cast<std::size_t>(run) % 200;
    const double phi = std::vector<double>{0, 0.3, 0.6, 0.9, 0.98}[static_cast<std::size_t>(run) % 5];
    std::vector<double> values = noise(rng, n, phi);
    for (double& v : values) v = run % 3 == 0 ? 5 * std::exp(2 * v) : 100 + 10 * v;
    if (run % 4 == 0) values[n / 2] = run % 8 == 0 ? 0 : 1000;
    const auto expected = reference_batch_means(values, run % 2 == 0 ? 0.95 : 0.9);
    const auto found = batch_means(values, run % 2 == 0 ? 0.95 : 0.9);
    ASSERT_EQ(found.has_value(), expected.has_value()) << run;
    none += found ? 0 : 1;
    if (!found) continue;
    cut += found->lower == 0 ? 1 : 0;
    expect_same(found->lower, expected->lower, 100);
    expect_same(found->upper, expected->upper, 100);
  }
  EXPECT_GT(none, 3);
  EXPECT_GT(cut, 0);
  EXPECT_FALSE(batch_means({1, 2, 3, 4, 5, 6, 7}, 0.95));
  EXPECT_TRUE(batch_means({3, 1, 2, 3, 1, 2, 3, 1}, 0.95));
}

// --- Design effect

struct Pooled {
  double bad = 0, total = 0;
};

DesignEffect reference_effect(const std::vector<SecondCount>& seconds) {
  DesignEffect out;
  Pooled all;
  for (const SecondCount& s : seconds) all.bad += static_cast<double>(s.bad), all.total += static_cast<double>(s.total);
  const double rare = std::min(all.bad, all.total - all.bad), p = all.bad / all.total;
  if (all.bad < 2 || all.bad >= all.total) return out;
  double least = 1, looks = 0;
  for (std::size_t length = 1; seconds.size() / length >= 8; length *= 2) {
    std::vector<Pooled> blocks;
    for (std::size_t i = 0; i < seconds.size(); i += length) {
      Pooled block;
      for (std::size_t k = i; k < std::min(seconds.size(), i + length); ++k) {
        block.bad += static_cast<double>(seconds[k].bad);
        block.total += static_cast<double>(seconds[k].total);
      }
      if (block.total > 0) blocks.push_back(block);
    }
    if (blocks.size() < 8) break;
    double chi = 0, pairs = 0, together = 0;
    for (const Pooled& b : blocks) {
      chi += std::pow(b.bad - b.total * p, 2) / (b.total * p * (1 - p));
      const double events = p <= 0.5 ? b.bad : b.total - b.bad;
      pairs += events * (events - 1) / 2;
      together += std::pow(b.total / all.total, 2);
    }
    const double degrees = static_cast<double>(blocks.size() - 1);
    double value = bm::cdf(bm::complement(bm::chi_squared(degrees), chi));
    const double expected = rare * (rare - 1) / 2 * together;
    if (rare < 5 * (degrees + 1)) {
      value = std::max(value, pairs < 1 ? 1 : bm::cdf(bm::complement(bm::poisson(expected), pairs - 1)));
    }
    least = std::min(least, value);
    ++looks;
    if (chi / degrees > out.deff) out.deff = chi / degrees, out.block_seconds = static_cast<uint32_t>(length);
  }
  out.rejected = least < 0.01 / std::max(1.0, looks);
  if (!out.rejected) return {};
  out.deff_pass = out.deff * (1 + 2 / (rare / out.deff) + 3 / std::pow(rare / out.deff, 2));
  return out;
}

TEST(Reference, DesignEffect) {
  Rng rng(stream_seed(33, "reference effect"));
  int rejected = 0;
  for (int run = 0; run < 1500; ++run) {
    std::vector<SecondCount> seconds;
    const int n = 6 + run % 70;
    const double base = std::vector<double>{0.002, 0.02, 0.2, 0.6, 0.97}[static_cast<std::size_t>(run) % 5];
    const int from = static_cast<int>(rng.uniform() * n), length = run % 6;
    for (int s = 0; s < n; ++s) {
      SecondCount one{.second = s, .bad = 0, .total = run % 4 == 0 ? static_cast<uint64_t>(rng.uniform() * 4) * 5 : 20};
      const double p = s >= from && s < from + length ? std::fmod(base + 0.3, 1.0) : base;
      for (uint64_t i = 0; i < one.total; ++i) one.bad += rng.uniform() < p ? 1 : 0;
      seconds.push_back(one);
    }
    const DesignEffect expected = reference_effect(seconds), found = design_effect(seconds);
    ASSERT_EQ(found.rejected, expected.rejected) << run;
    rejected += found.rejected ? 1 : 0;
    expect_same(found.deff, expected.deff, 1);
    expect_same(found.deff_pass, expected.deff_pass, 1);
    EXPECT_EQ(found.block_seconds, expected.block_seconds);
  }
  EXPECT_GT(rejected, 100);
}

}  // namespace
}  // namespace shakedown::reference
