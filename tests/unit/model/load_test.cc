#include "core/model/load.h"

#include <gtest/gtest.h>

namespace shakedown {
namespace {

using std::chrono::milliseconds;

const ConstantRate kConstant{{500}};
const RampRate kRamp{{100}, {300}};
const StepRate kSteps{{{10}, {20}, {40}}, std::chrono::seconds(5)};
const SpikeRate kSpike{{10}, {100}, std::chrono::seconds(4), std::chrono::seconds(2)};

TEST(RateAt, FollowsTheShape) {
  const Duration length = std::chrono::seconds(20);
  EXPECT_DOUBLE_EQ(rate_at(kConstant, std::chrono::seconds(7), length), 500);
  EXPECT_DOUBLE_EQ(rate_at(kRamp, std::chrono::seconds(0), length), 100);
  EXPECT_DOUBLE_EQ(rate_at(kRamp, std::chrono::seconds(5), length), 150);
  EXPECT_DOUBLE_EQ(rate_at(kSteps, milliseconds(4999), length), 10);
  EXPECT_DOUBLE_EQ(rate_at(kSteps, std::chrono::seconds(5), length), 20);
  EXPECT_DOUBLE_EQ(rate_at(kSpike, milliseconds(3999), length), 10);
  EXPECT_DOUBLE_EQ(rate_at(kSpike, std::chrono::seconds(4), length), 100);
  EXPECT_DOUBLE_EQ(rate_at(kSpike, std::chrono::seconds(6), length), 10);
}

TEST(RateAt, TheLastStepHoldsToTheEnd) {
  EXPECT_DOUBLE_EQ(rate_at(kSteps, std::chrono::seconds(19), std::chrono::seconds(20)), 40);
  EXPECT_DOUBLE_EQ(arrivals_until(kSteps, std::chrono::seconds(20), std::chrono::seconds(20)), 50 + 100 + 400);
}

TEST(RateAt, IsZeroOutsideThePhase) {
  for (const RateShape& shape : {RateShape(kConstant), RateShape(kRamp), RateShape(kSteps), RateShape(kSpike)}) {
    EXPECT_EQ(rate_at(shape, Duration(-1), std::chrono::seconds(10)), 0);
    EXPECT_EQ(rate_at(shape, std::chrono::seconds(10), std::chrono::seconds(10)), 0);
    EXPECT_GT(rate_at(shape, std::chrono::seconds(10) - Duration(1), std::chrono::seconds(10)), 0);
  }
}

TEST(ArrivalsUntil, ExactIntegrals) {
  const Duration length = std::chrono::seconds(20);
  EXPECT_DOUBLE_EQ(arrivals_until(kConstant, milliseconds(1500), length), 750);
  EXPECT_DOUBLE_EQ(arrivals_until(kRamp, std::chrono::seconds(10), length), 1500);
  EXPECT_DOUBLE_EQ(arrivals_until(kRamp, std::chrono::seconds(20), length), 4000);
  EXPECT_DOUBLE_EQ(arrivals_until(kSteps, std::chrono::seconds(7), length), 50 + 40);
  EXPECT_DOUBLE_EQ(arrivals_until(kSpike, std::chrono::seconds(5), length), 50 + 90);
  EXPECT_DOUBLE_EQ(arrivals_until(kSpike, std::chrono::seconds(20), length), 200 + 180);
}

TEST(ArrivalsUntil, IsClampedToThePhase) {
  for (const RateShape& shape : {RateShape(kConstant), RateShape(kRamp), RateShape(kSteps), RateShape(kSpike)}) {
    EXPECT_EQ(arrivals_until(shape, std::chrono::seconds(-3), std::chrono::seconds(10)), 0);
    EXPECT_EQ(arrivals_until(shape, std::chrono::seconds(30), std::chrono::seconds(10)),
              arrivals_until(shape, std::chrono::seconds(10), std::chrono::seconds(10)));
    EXPECT_EQ(arrivals_until(shape, std::chrono::seconds(3), Duration::zero()), 0);
  }
}

TEST(ArrivalsUntil, IsTheSumOfTheRate) {
  const Duration length = std::chrono::seconds(12), step = milliseconds(1);
  for (const RateShape& shape : {RateShape(kConstant), RateShape(kRamp), RateShape(kSteps), RateShape(kSpike)}) {
    double sum = 0;
    for (Duration t{}; t < length; t += step) {
      EXPECT_NEAR(arrivals_until(shape, t, length), sum, 0.2);
      sum += rate_at(shape, t + step / 2, length) * shakedown::seconds(step);
    }
    EXPECT_NEAR(arrivals_until(shape, length, length), sum, 1e-6);
  }
}

TEST(ArrivalsUntil, ASpikeMayReachOverTheEnd) {
  EXPECT_DOUBLE_EQ(arrivals_until(kSpike, std::chrono::seconds(5), std::chrono::seconds(5)), 50 + 90);
}

TEST(PeakRate, IsTheHighest) {
  EXPECT_DOUBLE_EQ(peak_rate(kConstant), 500);
  EXPECT_DOUBLE_EQ(peak_rate(kRamp), 300);
  EXPECT_DOUBLE_EQ(peak_rate(RampRate{{300}, {100}}), 300);
  EXPECT_DOUBLE_EQ(peak_rate(kSteps), 40);
  EXPECT_DOUBLE_EQ(peak_rate(kSpike), 100);
  EXPECT_DOUBLE_EQ(peak_rate(SpikeRate{{100}, {10}, std::chrono::seconds(1), std::chrono::seconds(1)}), 100);
}

}  // namespace
}  // namespace shakedown
