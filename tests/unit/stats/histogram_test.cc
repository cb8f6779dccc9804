#include "core/stats/histogram.h"

#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <cmath>
#include <vector>

#include "core/base/rng.h"

namespace shakedown {
namespace {

using boost::multiprecision::cpp_int;

SparseHistogram random_histogram(uint64_t seed, int samples) {
  Rng rng(seed);
  SparseHistogram out;
  for (int i = 0; i < samples; ++i) {
    out.add(Duration(static_cast<int64_t>(std::exp(rng.uniform() * 29))), 1 + rng.below(3));
  }
  return out;
}

SparseHistogram merged(SparseHistogram a, const SparseHistogram& b) {
  a.merge(b);
  return a;
}

// d <= 2^(10 + b/128) ns in whole numbers: d^128 <= 2^(1280 + b).
bool at_most_border(int64_t d, uint32_t bucket) {
  return boost::multiprecision::pow(cpp_int(d), 128) <= (cpp_int(1) << (1280 + bucket));
}

TEST(HistogramBucket, EveryBorderIsExact) {
  for (uint32_t b = 0; b < kHistogramBuckets; ++b) {
    const Duration upper = histogram_upper(b);
    ASSERT_TRUE(at_most_border(upper.count(), b)) << b;
    ASSERT_FALSE(at_most_border(upper.count() + 1, b)) << b;
    ASSERT_EQ(histogram_bucket(upper), b);
    if (b + 1 < kHistogramBuckets) {
      ASSERT_EQ(histogram_bucket(upper + Duration(1)), b + 1);
    }
  }
}

TEST(HistogramBucket, EndsAreOpen) {
  EXPECT_EQ(histogram_bucket(Duration(-5)), 0U);
  EXPECT_EQ(histogram_bucket(Duration(0)), 0U);
  EXPECT_EQ(histogram_bucket(Duration(1024)), 0U);
  EXPECT_EQ(histogram_bucket(Duration(1025)), 1U);
  EXPECT_EQ(histogram_bucket(Duration(int64_t{1} << 41)), kHistogramBuckets - 1);
  EXPECT_EQ(histogram_bucket(Duration((int64_t{1} << 41) + 1)), kHistogramBuckets - 1);
  EXPECT_EQ(histogram_bucket(Duration::max()), kHistogramBuckets - 1);
  EXPECT_EQ(histogram_bucket(Duration::min()), 0U);
}

TEST(HistogramBucket, IsMonotonic) {
  Rng rng(5);
  for (int i = 0; i < 100'000; ++i) {
    const int64_t d = static_cast<int64_t>(std::exp(rng.uniform() * 28));
    const uint32_t bucket = histogram_bucket(Duration(d));
    ASSERT_LE(d, histogram_upper(bucket).count());
    if (bucket > 0) {
      ASSERT_GT(d, histogram_upper(bucket - 1).count());
    }
  }
}

TEST(SparseHistogram, RelativeErrorIsBelowTheClaim) {
  Rng rng(6);
  for (int i = 0; i < 20'000; ++i) {
    const double lowest = std::log(1100.0), highest = std::log(1.8e12);  // 1.1 us to 30 min
    const Duration d(static_cast<int64_t>(std::exp(lowest + rng.uniform() * (highest - lowest))));
    SparseHistogram h;
    h.add(d);
    const double value = static_cast<double>(h.quantile(0.5).count());
    const double rounding = 0.5;  // half a nanosecond
    ASSERT_LE(std::fabs(value - static_cast<double>(d.count())), 0.0028 * static_cast<double>(d.count()) + rounding);
  }
}

TEST(SparseHistogram, MergeIsCommutativeAssociativeAndKeepsCounts) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const SparseHistogram a = random_histogram(seed, 200), b = random_histogram(seed + 1000, 50),
                          c = random_histogram(seed + 2000, static_cast<int>(seed));
    EXPECT_EQ(merged(a, b), merged(b, a));
    EXPECT_EQ(merged(merged(a, b), c), merged(a, merged(b, c)));
    EXPECT_EQ(merged(a, b).count(), a.count() + b.count());
    EXPECT_EQ(merged(a, SparseHistogram()), a);
    EXPECT_EQ(merged(SparseHistogram(), a), a);
  }
}

TEST(SparseHistogram, MergeEqualsAddingEverything) {
  Rng rng(9);
  SparseHistogram whole, left, right;
  for (int i = 0; i < 5000; ++i) {
    const Duration d(static_cast<int64_t>(rng.exponential() * 1e6));
    whole.add(d);
    (rng.below(2) == 0 ? left : right).add(d);
  }
  EXPECT_EQ(merged(left, right), whole);
}

TEST(SparseHistogram, QuantilesAreRanks) {
  SparseHistogram h;
  for (int i = 1; i <= 100; ++i) h.add(std::chrono::milliseconds(i));
  const auto near = [](Duration d, double ms) { return std::fabs(seconds(d) * 1e3 - ms) <= 0.0028 * ms; };
  EXPECT_TRUE(near(h.quantile(0), 1));
  EXPECT_TRUE(near(h.quantile(0.07), 7));
  EXPECT_TRUE(near(h.quantile(0.5), 50));
  EXPECT_TRUE(near(h.quantile(0.501), 51));
  EXPECT_TRUE(near(h.quantile(0.99), 99));
  EXPECT_TRUE(near(h.quantile(1), 100));
  EXPECT_TRUE(near(h.rank(1), 1));
  EXPECT_TRUE(near(h.rank(100), 100));
  EXPECT_TRUE(near(h.rank(1000), 100));
  EXPECT_EQ(SparseHistogram().quantile(0.5), Duration::zero());
  EXPECT_EQ(SparseHistogram().max(), Duration::zero());
}

TEST(SparseHistogram, MaxSumAndCountAbove) {
  SparseHistogram h;
  h.add(std::chrono::milliseconds(10), 3);
  h.add(std::chrono::milliseconds(20), 2);
  EXPECT_GE(h.max(), std::chrono::milliseconds(20));
  EXPECT_LE(seconds(h.max()), 0.020 * 1.0055);
  EXPECT_NEAR(h.sum_seconds(), 0.070, 0.070 * 0.0028);
  EXPECT_EQ(h.above(std::chrono::milliseconds(15)).surely, 2U);
  EXPECT_EQ(h.above(std::chrono::milliseconds(5)).surely, 5U);
  EXPECT_EQ(h.above(std::chrono::milliseconds(20)).surely, 0U);
}

TEST(SparseHistogram, BucketsFromAPeerAreBroughtIntoOrder) {
  const SparseHistogram h = SparseHistogram::from_buckets({{900, 1}, {7, 2}, {900, 3}, {8, 0}, {UINT32_MAX, 5}});
  const std::vector<BucketCount> expected = {{7, 2}, {900, 4}, {kHistogramBuckets - 1, 5}};
  EXPECT_EQ(std::vector<BucketCount>(h.buckets().begin(), h.buckets().end()), expected);
}

// Every width of code, and every place at which one may stand in its byte.
TEST(SparseHistogram, PackedBitsHoldTheSame) {
  Rng rng(8);
  for (int round = 0; round < 2000; ++round) {
    std::vector<BucketCount> buckets;
    for (uint64_t n = rng.below(12); n > 0; --n) {
      const auto bucket = static_cast<uint32_t>(rng.below(1 + rng.below(kHistogramBuckets)));
      buckets.push_back({bucket, 1 + (rng.next() >> rng.below(64)) / 16});
    }
    const SparseHistogram one = SparseHistogram::from_buckets(buckets);
    ASSERT_EQ(SparseHistogram::unpacked(one.packed()), one);
  }
  const SparseHistogram ends = SparseHistogram::from_buckets({{0, UINT64_MAX}, {kHistogramBuckets - 1, UINT64_MAX}});
  EXPECT_EQ(SparseHistogram::unpacked(ends.packed()), ends);
}

TEST(HistogramSum, IsTheMergeOfAll) {
  HistogramSum sum;
  for (uint64_t round = 0; round < 3; ++round) {
    SparseHistogram expected;
    for (uint64_t i = 0; i < 20; ++i) {
      const SparseHistogram one = random_histogram(20 * round + i, static_cast<int>(3 * i));
      expected.merge(one);
      sum.add(one);
    }
    EXPECT_EQ(sum.sparse(), expected);
    sum.clear();
    EXPECT_TRUE(sum.sparse().empty());
  }
}

TEST(DenseHistogram, SparseHoldsTheSame) {
  DenseHistogram dense;
  SparseHistogram sparse;
  Rng rng(11);
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 1000; ++i) {
      const Duration d(static_cast<int64_t>(std::exp(rng.uniform() * 32)) - 5);
      dense.add(d);
      sparse.add(d);
    }
    EXPECT_EQ(dense.sparse(), sparse);
    EXPECT_EQ(dense.count(), 1000U);
    dense.clear();
    EXPECT_EQ(dense.count(), 0U);
    EXPECT_TRUE(dense.sparse().empty());
    sparse = SparseHistogram();
  }
}

}  // namespace
}  // namespace shakedown
