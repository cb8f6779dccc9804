// A few cells of the calibration table, with few runs: a verdict at the edge of its objective is false in far more than 5 %
// of the runs only when something broke. The whole table: `make calibration`.
#include <gtest/gtest.h>

#include <algorithm>

#include <boost/math/special_functions/beta.hpp>

#include "tests/bench/calibration/trial.h"

namespace shakedown::calibration {
namespace {

constexpr uint64_t kRuns = 120;
constexpr double kFalseAlarm = 7e-8;  // of one of the fourteen counts: below 1e-6 together

// P(at least k of kRuns), each with 5 %.
double chance_of(uint64_t k) {
  return k == 0 ? 1 : boost::math::ibeta(static_cast<double>(k), static_cast<double>(kRuns - k) + 1, 0.05);
}

class TruthCalibration : public ::testing::TestWithParam<const char*> {};

TEST_P(TruthCalibration, AVerdictAtTheEdgeIsSeldomFalse) {
  static const std::vector<Case> cases = all_cases();
  const auto one = std::find_if(cases.begin(), cases.end(), [](const Case& c) { return c.sli + ", " + c.what == GetParam(); });
  ASSERT_NE(one, cases.end());
  uint64_t passed = 0, failed = 0;
  for (uint64_t run = 0; run < kRuns; ++run) {
    Rng rng = rng_of(*one, 1, run);
    const Answers answers = one->trial(rng);
    passed += answers.outside == VerdictState::pass ? 1 : 0;
    failed += answers.on == VerdictState::fail ? 1 : 0;
  }
  EXPECT_GT(chance_of(passed), kFalseAlarm) << passed << " of " << kRuns << " pass though the truth misses the objective";
  EXPECT_GT(chance_of(failed), kFalseAlarm) << failed << " of " << kRuns << " fail though the truth keeps the objective";
}

INSTANTIATE_TEST_SUITE_P(Cells, TruthCalibration,
                         ::testing::Values("availability {operations}, 1 000 independent, 1 % bad",
                                           "latency, p90 of 400 independent", "throughput, 60 s, independent",
                                           "mttr, median, 5 log-normal, sigma 0.8", "rto, 3, away for 0.5 to 5 s",
                                           "rpo, time, 3 crashes, the last 0 to 3 s lost", "efficiency, 10 steps, 2 % noise"));

}  // namespace
}  // namespace shakedown::calibration
