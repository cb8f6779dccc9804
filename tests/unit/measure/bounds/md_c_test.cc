// The test kit's own truth: M/D/c against the closed form of one server, known means, and a simulation.
#include "tests/support/md_c.h"

#include <gtest/gtest.h>

#include <functional>
#include <queue>

#include "core/base/rng.h"

namespace shakedown::testing {
namespace {

// Erlang 1909: M/D/1, with alternating terms, hence for few service times only.
double md1_waiting_cdf(double load, double x) {
  double sum = 0;
  for (int j = 0; j <= static_cast<int>(x); ++j) {
    const double a = load * (x - j);
    sum += std::pow(-a, j) / std::tgamma(j + 1.0) * std::exp(a);
  }
  return (1 - load) * sum;
}

TEST(Mdc, OneServerHasAClosedForm) {
  for (const double load : {0.1, 0.5, 0.8, 0.95}) {
    const MdcQueue queue(1, 0.01, load / 0.01);
    for (const double x : {0.0, 0.3, 0.999, 1.0, 1.5, 2.7, 5.2, 9.9}) {
      EXPECT_NEAR(queue.waiting_cdf(x * 0.01), md1_waiting_cdf(load, x), 1e-9) << load << " " << x;
    }
    EXPECT_EQ(queue.waiting_cdf(-0.001), 0);
  }
}

// Pollaczek and Khinchine: the mean wait of M/D/1 is load / (2 (1 - load)) service times.
TEST(Mdc, OneServerHasTheKnownMean) {
  for (const double load : {0.3, 0.9, 0.97}) {
    const MdcQueue queue(1, 1, load);
    double mean = 0;
    for (double x = 0.005; queue.waiting_cdf(x) < 1 - 1e-12 && x < 2000; x += 0.01) {
      mean += (1 - queue.waiting_cdf(x)) * 0.01;
    }
    EXPECT_NEAR(mean, load / (2 * (1 - load)), 2e-3 * mean) << load;
  }
}

// c servers in order of arrival, each customer to the one that is free first.
std::vector<double> simulated_responses(int servers, double service, double rate, int customers, uint64_t seed) {
  Rng rng(seed);
  std::priority_queue<double, std::vector<double>, std::greater<>> free_at;
  for (int i = 0; i < servers; ++i) free_at.push(0);
  std::vector<double> responses;
  double now = 0;
  for (int i = 0; i < customers; ++i) {
    now += rng.exponential() / rate;
    const double done = std::max(now, free_at.top()) + service;
    free_at.pop();
    free_at.push(done);
    if (i >= customers / 10) responses.push_back(done - now);
  }
  return responses;
}

struct Shape {
  int servers;
  double load;
};

class Simulated : public ::testing::TestWithParam<Shape> {};

// 360 000 customers after a tenth of warm-up. Their delays depend on each other, roughly as 1 / (1 - load)^2 of them
// together: five deviations of a share.
TEST_P(Simulated, AgreesWithTheFormula) {
  const auto [servers, load] = GetParam();
  const double service = 0.02, rate = load * servers / service;
  const MdcQueue queue(servers, service, rate);
  std::vector<double> responses = simulated_responses(servers, service, rate, 400000, 31);
  std::sort(responses.begin(), responses.end());
  for (const double q : {0.5, 0.9, 0.99}) {
    const double x = queue.response_quantile(q);
    const auto below = std::upper_bound(responses.begin(), responses.end(), x * (1 + 1e-9)) - responses.begin();
    const double share = static_cast<double>(below) / static_cast<double>(responses.size());
    const double expected = queue.response_cdf(x * (1 + 1e-9));
    const double independent = static_cast<double>(responses.size()) * (1 - load) * (1 - load);
    EXPECT_NEAR(share, expected, 5 * std::sqrt(expected * (1 - expected) / independent) + 1e-9) << q;
    EXPECT_GE(expected, q - 1e-9);
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, Simulated,
                         ::testing::Values(Shape{1, 0.7}, Shape{2, 0.5}, Shape{4, 0.8}, Shape{8, 0.9}, Shape{16, 0.6},
                                           Shape{3, 0.95}));

TEST(Mdc, QuantileInvertsTheDistribution) {
  const MdcQueue queue(4, 0.01, 360);
  for (const double q : {0.6, 0.9, 0.99, 0.999}) EXPECT_NEAR(queue.response_cdf(queue.response_quantile(q)), q, 1e-9);
  EXPECT_EQ(MdcQueue(4, 0.01, 4).response_quantile(0.9), 0.01);
}

TEST(Mdc, CapacityIsWhereTheQuantileMeetsTheLimit) {
  for (const int servers : {1, 4, 8}) {
    const double most = servers / 0.02;
    const double capacity = capacity_md_c(servers, 0.02, 0.99, 0.05);
    EXPECT_GT(capacity, 0.1 * most);
    EXPECT_LT(capacity, most);
    EXPECT_LE(MdcQueue(servers, 0.02, capacity).response_quantile(0.99), 0.05 + 1e-9);
    EXPECT_GT(MdcQueue(servers, 0.02, capacity + 2e-6 * most).response_quantile(0.99), 0.05);
  }
}

// By the closed form, P(W <= D) = (1 - load) e^load: 0.9 at a load of about 0.392.
TEST(Mdc, CapacityOfOneServerIsKnown) {
  double low = 0, high = 1;
  for (int i = 0; i < 60; ++i) {
    const double load = (low + high) / 2;
    (md1_waiting_cdf(load, 1 - 1e-12) >= 0.9 ? low : high) = load;
  }
  EXPECT_NEAR(low, 0.392, 5e-4);
  EXPECT_NEAR(capacity_md_c(1, 0.01, 0.9, 0.02 - 1e-14), low / 0.01, 2e-4);
}

TEST(Mdc, CapacityAtTheEnds) {
  EXPECT_EQ(capacity_md_c(4, 0.02, 0.99, 0.019), 0);
  EXPECT_NEAR(capacity_md_c(4, 0.02, 0.5, 100), 0.999 * 200, 1e-3);
}

}  // namespace
}  // namespace shakedown::testing
