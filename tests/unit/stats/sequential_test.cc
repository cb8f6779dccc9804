#include "core/stats/sequential.h"

#include <gtest/gtest.h>

#include <limits>

#include "core/base/rng.h"

namespace shakedown {
namespace {

TEST(Sequential, TheErrorIsSplitEqually) {
  EXPECT_DOUBLE_EQ(look_confidence(0.95, 1), 0.95);
  EXPECT_DOUBLE_EQ(look_confidence(0.95, 5), 0.99);
  EXPECT_DOUBLE_EQ(look_confidence(0.9, 4), 0.975);
  EXPECT_DOUBLE_EQ(look_confidence(0.95, 0), 0.95);
}

TEST(Sequential, StatesOfOneLook) {
  EXPECT_EQ(look_at_most({0, 1}, 1, 1, 3), LookState::holds);
  EXPECT_EQ(look_at_most({1, 2}, 1, 1, 3), LookState::more);
  EXPECT_EQ(look_at_most({1, 2}, 1, 3, 3), LookState::undecided);
  EXPECT_EQ(look_at_most({1.5, 2}, 1, 1, 3), LookState::breaches);
  EXPECT_EQ(look_at_least({1, 2}, 1, 1, 3), LookState::holds);
  EXPECT_EQ(look_at_least({0, 1}, 1, 2, 3), LookState::more);
  EXPECT_EQ(look_at_least({0, 1}, 1, 3, 3), LookState::undecided);
  EXPECT_EQ(look_at_least({0, 0.5}, 1, 1, 3), LookState::breaches);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(look_at_most({nan, nan}, 1, 1, 3), LookState::more);
  EXPECT_EQ(look_at_least({nan, nan}, 1, 3, 3), LookState::undecided);
}

TEST(Sequential, AllOfAStep) {
  using enum LookState;
  EXPECT_EQ(all_of({holds, holds}), holds);
  EXPECT_EQ(all_of({holds, more}), more);
  EXPECT_EQ(all_of({holds, undecided}), undecided);
  EXPECT_EQ(all_of({undecided, more}), more);
  EXPECT_EQ(all_of({more, breaches, holds}), breaches);
  EXPECT_EQ(all_of({}), undecided);
}

// One step over a share of slow requests: up to `looks` windows of 200 requests, each slow with probability p.
LookState step(Rng& rng, double p, double limit, uint32_t looks, double confidence) {
  double bad = 0, total = 0;
  for (uint32_t look = 1;; ++look) {
    for (int i = 0; i < 200; ++i) bad += rng.uniform() < p ? 1 : 0;
    total += 200;
    const LookState state = look_at_most(clopper_pearson(bad, total, confidence), limit, look, looks);
    if (state != LookState::more) return state;
  }
}

int count(double p, double limit, double confidence, LookState wanted, int trials = 1000) {
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
  EXPECT_LE(count(kLimit, kLimit, each, LookState::breaches), 50);
  EXPECT_LE(count(kLimit + 1e-9, kLimit, each, LookState::holds), 50);
  EXPECT_GT(count(kLimit, kLimit, 0.95, LookState::breaches), 71);
  EXPECT_GT(count(kLimit + 1e-9, kLimit, 0.95, LookState::holds), 71);
}

TEST(Sequential, ClearCasesAreDecided) {
  const double each = look_confidence(0.95, 5);
  EXPECT_GE(count(0.01, 0.05, each, LookState::holds, 200), 195);
  EXPECT_GE(count(0.12, 0.05, each, LookState::breaches, 200), 195);
}

}  // namespace
}  // namespace shakedown
