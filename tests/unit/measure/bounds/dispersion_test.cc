#include "controller/measure/bounds/dispersion.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "controller/measure/bounds/intervals.h"
#include "core/base/rng.h"

namespace shakedown {
namespace {

std::vector<SecondCount> independent(Rng& rng, int seconds, uint64_t rate, double p) {
  std::vector<SecondCount> out;
  for (int s = 0; s < seconds; ++s) {
    SecondCount count{.second = s, .bad = 0, .total = rate};
    for (uint64_t i = 0; i < rate; ++i) count.bad += rng.uniform() < p ? 1 : 0;
    out.push_back(count);
  }
  return out;
}

struct Shape {
  int seconds;
  uint64_t rate;
  double p;
};

class IndependentData : public ::testing::TestWithParam<Shape> {};

// 99 % keep deff 1; 5 standard deviations of 1 000 trials above 1 % is 2.6 %.
TEST_P(IndependentData, KeepsDeffOne) {
  const Shape shape = GetParam();
  Rng rng(stream_seed(1, "dispersion", static_cast<uint64_t>(shape.seconds) * 1000 + shape.rate));
  int rejected = 0;
  constexpr int kTrials = 1000;
  for (int trial = 0; trial < kTrials; ++trial) {
    const DesignEffect effect = design_effect(independent(rng, shape.seconds, shape.rate, shape.p));
    EXPECT_EQ(effect.rejected, effect.deff > 1);
    EXPECT_EQ(effect.rejected, effect.deff_pass > 1);
    rejected += effect.rejected ? 1 : 0;
  }
  EXPECT_LE(rejected, 26);
}

INSTANTIATE_TEST_SUITE_P(Shapes, IndependentData,
                         ::testing::Values(Shape{30, 50, 0.001}, Shape{30, 50, 0.004}, Shape{30, 50, 0.02}, Shape{30, 50, 0.1},
                                           Shape{30, 50, 0.5}, Shape{30, 50, 0.98}, Shape{300, 20, 0.002}, Shape{300, 20, 0.05},
                                           Shape{12, 20, 0.02}, Shape{9, 5, 0.3}));

TEST(DesignEffect, AnOutageRaisesIt) {
  Rng rng(2);
  std::vector<SecondCount> seconds = independent(rng, 60, 100, 0.001);
  for (int s = 20; s < 24; ++s) seconds[static_cast<std::size_t>(s)].bad = 100;
  const DesignEffect effect = design_effect(seconds);
  EXPECT_TRUE(effect.rejected);
  EXPECT_GT(effect.deff, 100);
  EXPECT_GE(effect.block_seconds, 2U);
}

TEST(DesignEffect, AShortBurstWithinOneSecondRaisesIt) {
  std::vector<SecondCount> seconds;
  for (int s = 0; s < 30; ++s) seconds.push_back({s, s == 7 ? 20U : 0U, 500});
  const DesignEffect effect = design_effect(seconds);
  EXPECT_TRUE(effect.rejected);
  EXPECT_NEAR(effect.deff, 20, 1);
  EXPECT_EQ(effect.block_seconds, 1U);
}

// Alternating good and bad spells of mean length 5 s: nearly every window must be found out.
TEST(DesignEffect, CorrelatedSpellsAreFoundOut) {
  Rng rng(3);
  int rejected = 0;
  double deff = 0;
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<SecondCount> seconds;
    bool bad_spell = false;
    for (int s = 0; s < 120; ++s) {
      if (rng.uniform() < (bad_spell ? 0.2 : 0.05)) bad_spell = !bad_spell;
      SecondCount count{.second = s, .bad = 0, .total = 50};
      for (int i = 0; i < 50; ++i) count.bad += rng.uniform() < (bad_spell ? 0.4 : 0.02) ? 1 : 0;
      seconds.push_back(count);
    }
    const DesignEffect effect = design_effect(seconds);
    rejected += effect.rejected ? 1 : 0;
    deff += effect.deff / 200;
  }
  EXPECT_GE(rejected, 190);
  EXPECT_GT(deff, 8);
}

// A service that is up for exponential times of mean `up` seconds and down for exponential ones of mean `down`.
std::vector<SecondCount> outages(Rng& rng, int seconds, int rate, double up, double down) {
  std::vector<SecondCount> out;
  bool is_down = rng.uniform() < down / (up + down);
  double change = rng.exponential() * (is_down ? down : up);
  for (int s = 0; s < seconds; ++s) {
    SecondCount count{.second = s, .bad = 0, .total = static_cast<uint64_t>(rate)};
    for (int i = 0; i < rate; ++i) {
      for (; s + static_cast<double>(i) / rate >= change; is_down = !is_down) {
        change += rng.exponential() * (is_down ? up : down);
      }
      count.bad += is_down ? 1 : 0;
    }
    out.push_back(count);
  }
  return out;
}

// Windows with 6 to 10 expected outages, at 95 %: a false pass in at most 6 % (plus 2 standard deviations of 1 000
// trials) with deff_pass, and clearly more without it.
TEST(DesignEffect, FewOutagesDoNotPassTooEasily) {
  struct Shape {
    int seconds;
    double up, down;
  };
  int with_deff = 0;
  for (const Shape& shape : {Shape{300, 29.7, 0.3}, Shape{60, 9.7, 0.3}, Shape{300, 29.1, 0.9}}) {
    Rng rng(stream_seed(5, "few outages", static_cast<uint64_t>(shape.up * 10)));
    int false_pass = 0;
    const double truth = shape.down / (shape.up + shape.down);
    for (int trial = 0; trial < 1000; ++trial) {
      const std::vector<SecondCount> seconds = outages(rng, shape.seconds, 20, shape.up, shape.down);
      double bad = 0;
      for (const SecondCount& s : seconds) bad += static_cast<double>(s.bad);
      const double total = shape.seconds * 20.0;
      const DesignEffect effect = design_effect(seconds);
      const auto upper = [&](double deff) { return clopper_pearson(bad / deff, total / deff, 0.95).upper; };
      false_pass += upper(effect.deff_pass) < truth ? 1 : 0;
      with_deff += upper(effect.deff) < truth ? 1 : 0;
    }
    EXPECT_LE(false_pass, 75) << shape.seconds << " " << shape.up;
  }
  EXPECT_GT(with_deff, 3 * 75);
}

TEST(DesignEffect, SlowWavesShowInLongBlocks) {
  std::vector<SecondCount> seconds;
  for (int s = 0; s < 256; ++s) seconds.push_back({s, (s / 32) % 2 == 0 ? 3U : 0U, 100});
  const DesignEffect effect = design_effect(seconds);
  EXPECT_TRUE(effect.rejected);
  EXPECT_EQ(effect.block_seconds, 32U);
}

TEST(DesignEffect, TheOrderOfTheListDoesNotMatter) {
  Rng rng(4);
  std::vector<SecondCount> seconds = independent(rng, 60, 50, 0.05);
  for (int s = 10; s < 14; ++s) seconds[static_cast<std::size_t>(s)].bad = 40;
  const double deff = design_effect(seconds).deff;
  std::reverse(seconds.begin(), seconds.end());
  EXPECT_DOUBLE_EQ(design_effect(seconds).deff, deff);
}

TEST(DesignEffect, NothingToMeasure) {
  EXPECT_EQ(design_effect({}).deff, 1);
  std::vector<SecondCount> seconds;
  for (int s = 0; s < 30; ++s) seconds.push_back({s, 0, 100});
  EXPECT_EQ(design_effect(seconds).deff, 1);
  seconds[3].bad = 1;
  EXPECT_EQ(design_effect(seconds).deff, 1);
  for (SecondCount& s : seconds) s.bad = s.total;
  EXPECT_EQ(design_effect(seconds).deff, 1);
  for (SecondCount& s : seconds) s = {s.second, 0, 0};
  EXPECT_EQ(design_effect(seconds).deff, 1);
  EXPECT_EQ(design_effect({{0, 50, 100}, {1, 0, 100}}).deff, 1);
}

}  // namespace
}  // namespace shakedown
