#include "controller/measure/bounds/sequential.h"

#include <gtest/gtest.h>

#include "controller/measure/bounds/intervals.h"
#include "core/base/rng.h"

namespace shakedown {
namespace {

TEST(Sequential, TheErrorIsSplitEqually) {
  EXPECT_DOUBLE_EQ(look_confidence(0.95, 1), 0.95);
  EXPECT_DOUBLE_EQ(look_confidence(0.95, 5), 0.99);
  EXPECT_DOUBLE_EQ(look_confidence(0.9, 4), 0.975);
  EXPECT_DOUBLE_EQ(look_confidence(0.95, 0), 0.95);
}

enum class Claim { holds, breaches, none };

// One step over a share of slow requests: up to `looks` windows of 200 requests, each slow with probability p.
Claim step(Rng& rng, double p, double limit, uint32_t looks, double confidence) {
  double bad = 0, total = 0;
  for (uint32_t look = 1;; ++look) {
    for (int i = 0; i < 200; ++i) bad += rng.uniform() < p ? 1 : 0;
    total += 200;
    const Bounds bounds = clopper_pearson(bad, total, confidence);
    if (bounds.upper <= limit) return Claim::holds;
    if (bounds.lower > limit) return Claim::breaches;
    if (look == looks) return Claim::none;
  }
}

int count(double p, double limit, double confidence, Claim wanted, int trials = 1000) {
  Rng rng(stream_seed(11, "looks"));
  int found = 0;
  for (int i = 0; i < trials; ++i) found += step(rng, p, limit, 5, confidence) == wanted ? 1 : 0;
  return found;
}

// The truth lies on the limit, where a wrong claim is most likely. 5 % of 1 000 trials are 50, three standard
// deviations more are 71: five looks at 95 % each exceed even that.
TEST(Sequential, FiveLooksClaimWronglyNoMoreThanOne) {
  constexpr double kLimit = 0.05;
  const double each = look_confidence(0.95, 5);
  EXPECT_LE(count(kLimit, kLimit, each, Claim::breaches), 50);
  EXPECT_LE(count(kLimit + 1e-9, kLimit, each, Claim::holds), 50);
  EXPECT_GT(count(kLimit, kLimit, 0.95, Claim::breaches), 71);
  EXPECT_GT(count(kLimit + 1e-9, kLimit, 0.95, Claim::holds), 71);
}

TEST(Sequential, ClearCasesAreDecided) {
  const double each = look_confidence(0.95, 5);
  EXPECT_GE(count(0.01, 0.05, each, Claim::holds, 200), 195);
  EXPECT_GE(count(0.12, 0.05, each, Claim::breaches, 200), 195);
}

}  // namespace
}  // namespace shakedown
