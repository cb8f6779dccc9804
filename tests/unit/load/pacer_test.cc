#include "agent/load/schedule/pacer.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

namespace shakedown {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::vector<Arrival> all(const OpenLoad& load, Duration length, uint64_t seed, Lane lane) {
  Pacer pacer(load, length, seed, lane);
  std::vector<Arrival> arrivals;
  while (const auto next = pacer.next()) arrivals.push_back(*next);
  return arrivals;
}

std::vector<OpenLoad> shapes() {
  std::vector<OpenLoad> loads;
  for (const Arrivals arrivals : {Arrivals::uniform, Arrivals::poisson}) {
    loads.push_back({ConstantRate{{500}}, arrivals});
    loads.push_back({RampRate{{10}, {900}}, arrivals});
    loads.push_back({RampRate{{900}, {0}}, arrivals});
    loads.push_back({StepRate{{{100}, {0}, {300}}, milliseconds(700)}, arrivals});
    loads.push_back({SpikeRate{{50}, {2000}, milliseconds(500), milliseconds(250)}, arrivals});
  }
  return loads;
}

TEST(Pacer, UnionOverAgentsAndWorkersIsOneSequence) {
  for (const OpenLoad& load : shapes()) {
    const std::vector<Arrival> whole = all(load, seconds(3), 7, {0, 1});
    ASSERT_GT(whole.size(), 100u);
    for (const uint32_t agents : {1u, 2u, 5u}) {
      std::vector<Arrival> together;
      for (uint32_t agent = 0; agent < agents; ++agent) {
        const uint32_t workers = 1 + agent % 3;  // agents need not be alike
        for (uint32_t worker = 0; worker < workers; ++worker) {
          const auto part = all(load, seconds(3), 7, worker_lane({agent, agents}, worker, workers));
          together.insert(together.end(), part.begin(), part.end());
        }
      }
      std::sort(together.begin(), together.end(), [](const Arrival& a, const Arrival& b) { return a.index < b.index; });
      ASSERT_EQ(together.size(), whole.size());
      for (std::size_t i = 0; i < whole.size(); ++i) {
        ASSERT_EQ(together[i].index, i);
        ASSERT_EQ(together[i].offset, whole[i].offset);
      }
    }
  }
}

TEST(Pacer, UniformArrivalsFollowTheIntegratedRate) {
  for (const OpenLoad& load : shapes()) {
    if (load.arrivals == Arrivals::poisson) continue;
    const std::vector<Arrival> arrivals = all(load, seconds(3), 1, {0, 1});
    EXPECT_NEAR(static_cast<double>(arrivals.size()), arrivals_until(load.shape, seconds(3), seconds(3)), 0.501);
    for (const Arrival& a : arrivals) {
      ASSERT_NEAR(arrivals_until(load.shape, a.offset, seconds(3)), static_cast<double>(a.index) + 0.5, 1e-4);
    }
  }
}

TEST(Pacer, ConstantRateIsExact) {
  const auto arrivals = all({ConstantRate{{500}}, Arrivals::uniform}, seconds(30), 1, {0, 1});
  ASSERT_EQ(arrivals.size(), 15000u);
  for (const Arrival& a : arrivals) ASSERT_EQ(a.offset.count(), 1'000'000 + static_cast<int64_t>(a.index) * 2'000'000);
}

TEST(Pacer, PoissonGapsAreExponential) {
  const auto arrivals = all({ConstantRate{{1000}}, Arrivals::poisson}, seconds(100), 3, {0, 1});
  const double n = static_cast<double>(arrivals.size());
  EXPECT_NEAR(n, 100'000, 5 * std::sqrt(100'000.0));
  double sum = 0, squares = 0;
  uint64_t over_mean = 0;
  for (std::size_t i = 1; i < arrivals.size(); ++i) {
    const double gap = shakedown::seconds(arrivals[i].offset - arrivals[i - 1].offset) * 1000;
    ASSERT_GE(gap, 0);
    sum += gap;
    squares += gap * gap;
    over_mean += gap > 1;
  }
  EXPECT_NEAR(sum / n, 1, 0.02);
  EXPECT_NEAR(squares / n, 2, 0.1);
  EXPECT_NEAR(static_cast<double>(over_mean) / n, std::exp(-1), 0.01);
}

TEST(Pacer, PoissonFollowsARampInEachQuarter) {
  const OpenLoad load{RampRate{{0}, {8000}}, Arrivals::poisson};
  const auto arrivals = all(load, seconds(8), 11, {0, 1});
  for (int quarter = 0; quarter < 4; ++quarter) {
    const Duration from = seconds(2 * quarter), to = seconds(2 * quarter + 2);
    const double expected = arrivals_until(load.shape, to, seconds(8)) - arrivals_until(load.shape, from, seconds(8));
    const auto in =
        std::count_if(arrivals.begin(), arrivals.end(), [&](const Arrival& a) { return a.offset >= from && a.offset < to; });
    EXPECT_NEAR(static_cast<double>(in), expected, 5 * std::sqrt(expected)) << quarter;
  }
}

TEST(Pacer, SeedAndStageDecideTheSequence) {
  const OpenLoad load{ConstantRate{{100}}, Arrivals::poisson};
  const auto one = all(load, seconds(5), stage_seed(1, StageId(0)), {0, 1});
  const auto again = all(load, seconds(5), stage_seed(1, StageId(0)), {0, 1});
  const auto next_stage = all(load, seconds(5), stage_seed(1, StageId(1)), {0, 1});
  ASSERT_EQ(one.size(), again.size());
  EXPECT_EQ(one.front().offset, again.front().offset);
  EXPECT_NE(one.front().offset, next_stage.front().offset);
}

TEST(Pacer, LaneSharesSumToTheTotal) {
  for (const uint64_t total : {1u, 7u, 64u, 501u}) {
    for (const uint32_t count : {1u, 2u, 5u, 9u}) {
      uint64_t sum = 0;
      for (uint32_t i = 0; i < count; ++i) sum += lane_share(total, {i, count});
      EXPECT_EQ(sum, total);
    }
  }
}

}  // namespace
}  // namespace shakedown
