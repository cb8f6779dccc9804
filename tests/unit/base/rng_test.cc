#include "core/base/rng.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace shakedown {
namespace {

// The reference sequence of SplitMix64 from state 0 (Steele, Lea, Flood 2014).
TEST(Rng, Mix64IsSplitMix64) {
  EXPECT_EQ(mix64(0), 0xe220a8397b1dcdafULL);
  EXPECT_EQ(mix64(0x9e3779b97f4a7c15ULL), 0x6e789e6aa1b965f4ULL);
}

TEST(Rng, TheSameSeedGivesTheSameNumbers) {
  Rng a(42), b(42), c(43);
  bool differs = false;
  for (int i = 0; i < 1000; ++i) {
    const uint64_t x = a.next();
    EXPECT_EQ(x, b.next());
    differs |= x != c.next();
  }
  EXPECT_TRUE(differs);
}

TEST(Rng, StreamsOfOnePurposeAndIndexAreTheirOwn) {
  std::set<uint64_t> seeds;
  for (uint64_t index = 0; index < 100; ++index) {
    seeds.insert(stream_seed(1, "arrivals", index));
    seeds.insert(stream_seed(1, "keys", index));
    seeds.insert(stream_seed(2, "arrivals", index));
  }
  EXPECT_EQ(seeds.size(), 300U);
  EXPECT_EQ(stream_seed(1, "keys", 3), stream_seed(1, "keys", 3));
}

TEST(Rng, UniformIsFlat) {
  Rng rng(1);
  std::map<int, int> cells;
  constexpr int kDraws = 200'000;
  for (int i = 0; i < kDraws; ++i) {
    const double u = rng.uniform();
    ASSERT_GE(u, 0);
    ASSERT_LT(u, 1);
    ++cells[static_cast<int>(u * 100)];
  }
  double chi_square = 0;
  for (const auto& [cell, n] : cells) chi_square += (n - 2000.0) * (n - 2000.0) / 2000.0;
  EXPECT_LT(chi_square, 148.2);  // 99 degrees of freedom, 0.1 %
  EXPECT_GT(chi_square, 60);
}

TEST(Rng, BelowStaysBelowAndReachesEverything) {
  Rng rng(2);
  std::set<uint64_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(rng.below(10));
  EXPECT_EQ(seen.size(), 10U);
  EXPECT_EQ(*seen.rbegin(), 9U);
}

TEST(Rng, ExponentialHasMeanAndVarianceOne) {
  Rng rng(3);
  constexpr int kDraws = 200'000;
  double sum = 0, squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double x = rng.exponential();
    ASSERT_GE(x, 0);
    sum += x;
    squares += x * x;
  }
  const double mean = sum / kDraws;
  EXPECT_NEAR(mean, 1, 0.01);
  EXPECT_NEAR(squares / kDraws - mean * mean, 1, 0.03);
}

}  // namespace
}  // namespace shakedown
