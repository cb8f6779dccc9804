// The bounds of shares and the trials that they need, against the terms of the binomial distribution added up.
#include <gtest/gtest.h>

#include <cmath>

#include "controller/measure/bounds/intervals.h"

namespace shakedown::reference {
namespace {

// P(X <= k) by its terms.
double at_most(uint64_t k, uint64_t n, double p) {
  double sum = 0;
  const auto log_factorial = [](uint64_t i) { return std::lgamma(static_cast<double>(i) + 1); };
  for (uint64_t i = 0; i <= k; ++i) {
    sum += std::exp(log_factorial(n) - log_factorial(i) - log_factorial(n - i) + static_cast<double>(i) * std::log(p) +
                    static_cast<double>(n - i) * std::log1p(-p));
  }
  return sum;
}

TEST(Reference, ClopperPearson) {
  for (const uint64_t n : {1U, 2U, 7U, 40U, 300U}) {
    for (const double confidence : {0.8, 0.95, 0.99}) {
      for (uint64_t x = 0; x <= n; x += 1 + n / 9) {
        const Bounds b = clopper_pearson(static_cast<double>(x), static_cast<double>(n), confidence);
        if (x > 0) {
          EXPECT_NEAR(1 - at_most(x - 1, n, b.lower), 1 - confidence, 1e-9) << x << " of " << n;
        }
        if (x < n) {
          EXPECT_NEAR(at_most(x, n, b.upper), 1 - confidence, 1e-9) << x << " of " << n;
        }
        if (x == 0) {
          EXPECT_EQ(b.lower, 0);
        }
        if (x == n) {
          EXPECT_EQ(b.upper, 1);
        }
      }
    }
  }
}

TEST(Reference, TrialsNeeded) {
  for (const uint64_t k : {0U, 1U, 2U, 5U}) {
    for (const double p : {0.9, 0.5, 0.2, 0.03}) {
      const uint64_t n = trials_needed(k, p, 0.95);
      ASSERT_GT(n, k);
      EXPECT_LE(at_most(k, n, p), 0.05) << k << " " << p;
      if (n > k + 1) {
        EXPECT_GT(at_most(k, n - 1, p), 0.05) << k << " " << p;
      }
    }
  }
}

TEST(Reference, CleanTrials) {
  for (const double share : {0.001, 0.3, 0.5, 0.9, 0.95, 0.999}) {
    const uint64_t n = clean_trials_needed(share, 0.95);
    EXPECT_LE(std::pow(share, n), 0.05 * (1 + 1e-9));
    if (n > 1) {
      EXPECT_GT(std::pow(share, n - 1), 0.05);
    }
    EXPECT_NEAR(std::pow(clopper_pearson(static_cast<double>(n), static_cast<double>(n), 0.95).lower, n), 0.05, 1e-9);
  }
  EXPECT_EQ(clean_trials_needed(0, 0.95), 1U);
  EXPECT_EQ(clean_trials_needed(1, 0.95), UINT64_MAX);
}

}  // namespace
}  // namespace shakedown::reference
