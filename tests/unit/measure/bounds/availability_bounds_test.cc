#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "controller/measure/bounds/intervals.h"
#include "core/base/rng.h"

namespace shakedown {
namespace {

// chaos-and-dr 10.6, both vectors.
TEST(AvailabilityFromOutages, PublishedVectors) {
  EXPECT_NEAR(availability_from_outages(995, 5, 5, 0, 0.95).lower, .985255, 5e-7);
  EXPECT_NEAR(availability_from_outages(9990, 10, 10, 0, 0.95).lower, .997878, 5e-7);
}

TEST(AvailabilityFromOutages, BoundsEncloseTheValue) {
  for (uint64_t r = 1; r < 50; r += 7) {
    const Bounds bounds = availability_from_outages(999, 1, r, 0, 0.95);
    EXPECT_LT(bounds.lower, 0.999);
    EXPECT_GT(bounds.upper, 0.999);
    EXPECT_LT(bounds.upper, 1);
  }
}

// chaos-and-dr 10.2: 99.99 % with an MTTR of 5 min needs an MTBF of 49995 min, hence about 104 d without failure.
TEST(AvailabilityFromOutages, NoneSeen) {
  const double minutes = 49995 * 2.995732;
  const Bounds bounds = availability_from_outages(minutes, 0, 0, 5, 0.95);
  EXPECT_NEAR(bounds.lower, 0.9999, 1e-9);
  EXPECT_EQ(bounds.upper, 1);
  EXPECT_NEAR(minutes / 1440, 104, 0.05);
}

TEST(AvailabilityFromOutages, NothingKnown) {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const Bounds& bounds :
       {availability_from_outages(0, 5, 1, 0, 0.95), availability_from_outages(100, 0, 2, 0, 0.95),
        availability_from_outages(100, 0, 0, infinity, 0.95), availability_from_outages(100, 0, 0, -1, 0.95),
        availability_from_outages(100, 0, 0, std::nan(""), 0.95)}) {
    EXPECT_EQ(bounds.lower, 0);
    EXPECT_EQ(bounds.upper, 1);
  }
}

// Property: over alternating exponential up and down times the lower bound exceeds the truth in about 5 %.
TEST(AvailabilityFromOutages, CoverageOfAnAlternatingProcess) {
  Rng rng(12);
  int above = 0, below = 0;
  constexpr int kTrials = 4000;
  for (int trial = 0; trial < kTrials; ++trial) {
    double up = 0, down = 0;
    for (int i = 0; i < 6; ++i) {
      up += 99 * rng.exponential();
      down += rng.exponential();
    }
    const Bounds bounds = availability_from_outages(up, down, 6, 0, 0.95);
    above += bounds.lower > 0.99 ? 1 : 0;
    below += bounds.upper < 0.99 ? 1 : 0;
  }
  EXPECT_NEAR(above, kTrials * 0.05, 60);
  EXPECT_NEAR(below, kTrials * 0.05, 60);
}

}  // namespace
}  // namespace shakedown
