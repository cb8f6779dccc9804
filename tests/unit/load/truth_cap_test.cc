// The derived cap of outstanding requests only guards memory: chance must not reach it.
#include <cmath>

#include <gtest/gtest.h>

#include "agent/load/schedule/open_loop.h"

namespace shakedown {
namespace {

// P(X > count) of a Poisson, summed term by term.
double exceeds(uint64_t count, double mean) {
  double sum = 0;
  for (uint64_t k = count + 1; k < count + 2000; ++k) {
    sum += std::exp(static_cast<double>(k) * std::log(mean) - mean - std::lgamma(static_cast<double>(k) + 1));
  }
  return sum;
}

TEST(TruthCap, IsTheSmallestCountThatChanceExceedsLessThanOnceInABillion) {
  for (const double mean : {0.01, 1.0, 4.0, 20.0, 100.0, 1000.0}) {
    const uint64_t cap = poisson_cap(mean);
    EXPECT_LT(exceeds(cap, mean), 1e-9) << mean;
    EXPECT_GE(exceeds(cap - 1, mean), 1e-9) << mean;
  }
}

TEST(TruthCap, ThereIsAlwaysRoomForOne) {
  EXPECT_EQ(poisson_cap(0), 1u);
  EXPECT_GE(poisson_cap(1e-12), 1u);
  EXPECT_LT(poisson_cap(1e6), 1'010'000u);
}

}  // namespace
}  // namespace shakedown
