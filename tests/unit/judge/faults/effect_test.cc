// The bounds must keep their promise: at 95 %, at most 6 % of seeded runs may prove or disprove what is not so, for
// independent errors and for errors that come as outages.
#include <gtest/gtest.h>

#include "controller/judge/ratio.h"
#include "core/base/rng.h"

namespace shakedown::judging {
namespace {

constexpr int kRuns = 2000;
constexpr double kConfidence = 0.95, kAllowed = 0.06;

struct Errors {
  int false_pass = 0, false_fail = 0;
};

// truth: the true bad share. A pass of "bad share below truth" is false, and so is a fail of "at most truth".
void judge_run(const std::vector<SecondCount>& seconds, double truth, Errors& errors) {
  const ShareBounds share = bad_share({seconds, seconds}, kConfidence);
  errors.false_pass += share.upper < truth ? 1 : 0;
  errors.false_fail += share.lower > truth ? 1 : 0;
}

std::vector<SecondCount> independent(Rng& rng, int length, int rate, double p) {
  std::vector<SecondCount> out;
  for (int s = 0; s < length; ++s) {
    SecondCount count{s, 0, static_cast<uint64_t>(rate)};
    for (int i = 0; i < rate; ++i) count.bad += rng.uniform() < p ? 1 : 0;
    out.push_back(count);
  }
  return out;
}

// A service that is up for exponential times of mean `up` and down for exponential times of mean `down`.
std::vector<SecondCount> outages(Rng& rng, int length, int rate, double up, double down) {
  std::vector<SecondCount> out;
  bool is_down = rng.uniform() < down / (up + down);
  double until = rng.exponential() * (is_down ? down : up);
  for (int s = 0; s < length; ++s) {
    SecondCount count{s, 0, static_cast<uint64_t>(rate)};
    for (int i = 0; i < rate; ++i) {
      const double t = s + static_cast<double>(i) / rate;
      while (t >= until) {
        is_down = !is_down;
        until += rng.exponential() * (is_down ? down : up);
      }
      count.bad += is_down ? 1 : 0;
    }
    out.push_back(count);
  }
  return out;
}

void expect_promise_kept(const Errors& errors) {
  EXPECT_LE(errors.false_pass, kAllowed * kRuns);
  EXPECT_LE(errors.false_fail, kAllowed * kRuns);
  ::testing::Test::RecordProperty("false_pass", errors.false_pass);
  ::testing::Test::RecordProperty("false_fail", errors.false_fail);
}

TEST(DesignEffect, IndependentErrors) {
  Errors errors;
  for (int run = 0; run < kRuns; ++run) {
    Rng rng(stream_seed(1, "independent", static_cast<uint64_t>(run)));
    judge_run(independent(rng, 200, 20, 0.02), 0.02, errors);
  }
  expect_promise_kept(errors);
}

class OutageEffect : public ::testing::TestWithParam<std::tuple<int, double, double>> {};

TEST_P(OutageEffect, Outages) {
  const auto [length, up, down] = GetParam();
  Errors errors;
  for (int run = 0; run < kRuns; ++run) {
    Rng rng(stream_seed(2, "outages", static_cast<uint64_t>(run)));
    judge_run(outages(rng, length, 10, up, down), down / (up + down), errors);
  }
  expect_promise_kept(errors);
}

INSTANTIATE_TEST_SUITE_P(Lengths, OutageEffect,
                         ::testing::Values(std::tuple{600, 10.0, 1.0}, std::tuple{600, 5.0, 2.0}, std::tuple{1200, 20.0, 2.0},
                                           std::tuple{300, 5.0, 0.5}, std::tuple{300, 60.0, 2.0}, std::tuple{600, 60.0, 5.0}));

TEST(DesignEffect, WithoutItOutagesWouldBeMisjudged) {
  // What the test above would see if the bounds took requests for independent: far more than 6 %.
  Errors errors;
  for (int run = 0; run < 200; ++run) {
    Rng rng(stream_seed(2, "outages", static_cast<uint64_t>(run)));
    std::vector<SecondCount> seconds = outages(rng, 600, 10, 10, 1);
    SecondCount all;
    for (const SecondCount& s : seconds) {
      all.bad += s.bad;
      all.total += s.total;
    }
    judge_run({all}, 1.0 / 11, errors);
  }
  EXPECT_GT(errors.false_pass + errors.false_fail, 40);
}

}  // namespace
}  // namespace shakedown::judging
