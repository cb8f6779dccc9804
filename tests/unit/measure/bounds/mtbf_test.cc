// NIST/SEMATECH e-Handbook 8.4.5.1 and MIL-HDBK-781A.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "controller/measure/bounds/intervals.h"

namespace shakedown {
namespace {

// chaos-and-dr 10.1, first bullet: T = 800, r = 2, 90 % two-sided.
TEST(Mtbf, HandbookExample) {
  const Bounds bounds = mtbf(800, 2, 0.95);
  EXPECT_NEAR(bounds.lower, 127.06897, 5e-6);
  EXPECT_NEAR(bounds.upper, 2251.2286, 5e-5);
}

// chaos-and-dr 10.1, second bullet: T = 1000, r = 3, 95 % two-sided; failure-terminated uses one event less.
TEST(Mtbf, ThreeEvents) {
  const Bounds bounds = mtbf(1000, 3, 0.975);
  EXPECT_NEAR(bounds.lower, 114.06055, 5e-6);
  EXPECT_NEAR(bounds.upper, 1616.3651, 5e-5);
  EXPECT_NEAR(mtbf(1000, 2, 0.975).lower, 138.41429, 5e-6);
}

// chaos-and-dr 10.1, third bullet.
TEST(Mtbf, OneSidedLower) {
  EXPECT_NEAR(mtbf(1000, 0, 0.95).lower, 333.8082, 5e-5);
  EXPECT_NEAR(mtbf(1000, 1, 0.95).lower, 210.7986, 5e-5);
  EXPECT_NEAR(mtbf(1000, 2, 0.95).lower, 158.83621, 5e-6);
  EXPECT_NEAR(mtbf(1000, 3, 0.95).lower, 128.97141, 5e-6);
}

// chaos-and-dr 10.1, table: rows r = 0..5, columns 80 90 95 99 %.
TEST(Mtbf, Table) {
  const std::vector<double> confidence = {.80, .90, .95, .99};
  const std::vector<std::vector<double>> rows = {
      {.6213349, .4342945, .3338082, .2171472}, {.3339669, .2570879, .2107986, .1506398},
      {.2336978, .1878880, .1588362, .1189634}, {.1813222, .1496831, .1289714, .0995509},
      {.1487879, .1251002, .1092476, .0861725}, {.1264863, .1078205, .0951200, .0762865}};
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::size_t c = 0; c < confidence.size(); ++c) {
      EXPECT_NEAR(mtbf(1, r, confidence[c]).lower, rows[r][c], 5.1e-8) << r << " " << confidence[c];
    }
  }
}

// chaos-and-dr 10.1, last line, and slo-and-scorecards 2: test time needed / required MTBF.
TEST(Mtbf, TestTimeNeeded) {
  const std::vector<double> at_95 = {2.995732, 4.743865, 6.295794, 7.753657, 9.153519, 10.51303};
  const std::vector<double> at_90 = {2.302585, 3.889720, 5.322320, 6.680783, 7.993590, 9.274674};
  for (uint64_t r = 0; r < 6; ++r) {
    EXPECT_NEAR(1 / mtbf(1, r, 0.95).lower, at_95[r], 5.1e-6);
    EXPECT_NEAR(1 / mtbf(1, r, 0.90).lower, at_90[r], 5.1e-6);
  }
}

TEST(Mtbf, Extremes) {
  EXPECT_TRUE(std::isinf(mtbf(1000, 0, 0.95).upper));
  EXPECT_EQ(mtbf(0, 0, 0.95).lower, 0);
  EXPECT_TRUE(std::isinf(mtbf(0, 3, 0.95).upper));
}

// chaos-and-dr 10.4: a plan that accepts with at most c failures in T has consumer's risk beta at theta1 and
// producer's risk alpha at theta0 = d theta1. So c failures prove theta1 at 1 - beta, and c + 1 disprove theta0 at 1 - alpha.
TEST(Mtbf, FixedDurationPlans) {
  struct Plan {
    const char* name;
    double d, time;
    uint64_t c;
    double beta, alpha;
  };
  const std::vector<Plan> plans = {
      {"IX-D", 1.5, 45.0, 36, .0994, .1196}, {"X-D", 1.5, 29.9, 25, .2135, .1092}, {"XI-D", 1.5, 21.5, 17, .1965, .1974},
      {"XII-D", 2, 18.8, 13, .1062, .0958},  {"XIII-D", 2, 12.4, 9, .2092, .0984}, {"XIV-D", 2, 7.8, 5, .2103, .1994},
      {"XV-D", 3, 9.3, 5, .0986, .0943},     {"XVI-D", 3, 5.4, 3, .2133, .1087},   {"XVII-D", 3, 4.3, 2, .1974, .1746},
      {"XIX-D", 1.5, 8.1, 6, .3013, .2983},  {"XX-D", 2, 3.7, 2, .2854, .2828},    {"XXI-D", 3, 1.1, 0, .3329, .3070}};
  for (const Plan& plan : plans) {
    SCOPED_TRACE(plan.name);
    constexpr double kHalfDigit = 5.1e-5;
    EXPECT_LE(mtbf(plan.time, plan.c, 1 - (plan.beta - kHalfDigit)).lower, 1);
    EXPECT_GE(mtbf(plan.time, plan.c, 1 - (plan.beta + kHalfDigit)).lower, 1);
    EXPECT_GE(mtbf(plan.time, plan.c + 1, 1 - (plan.alpha - kHalfDigit)).upper, plan.d);
    EXPECT_LE(mtbf(plan.time, plan.c + 1, 1 - (plan.alpha + kHalfDigit)).upper, plan.d);
  }
}

}  // namespace
}  // namespace shakedown
