#include "controller/measure/outages.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/base/rng.h"

#include "tests/support/instants.h"

namespace shakedown {
namespace {

using std::chrono::milliseconds;

const TimeRange kAlways{RunTime::min(), RunTime::max()};

Probe probe(uint32_t down_after = 3, uint32_t up_after = 10) {
  Probe out;
  out.every = milliseconds(100);
  out.timeout = milliseconds(1000);
  out.down_after = down_after;
  out.up_after = up_after;
  return out;
}

// One check every 100 ms: 'g' good, 'f' failed, '.' not made. Each takes 5 ms.
std::vector<ProbeResult> checks(std::string_view pattern, double from = 0) {
  std::vector<ProbeResult> out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const double t = from + 0.1 * static_cast<double>(i);
    if (pattern[i] != '.') out.push_back({at(t), at(t + 0.005), pattern[i] == 'g'});
  }
  return out;
}

std::string times(char what, int n) { return std::string(static_cast<std::size_t>(n), what); }

OutageReport report(const std::string& pattern, const Probe& p = probe(3, 4)) {
  return find_outages(checks(pattern), p, kAlways);
}

// chaos-and-dr 9, vector: good 9.900-9.905; fail 10.000-11.000, 10.100-10.105 ... 14.200-14.210; good from
// 14.300-14.320 on: lower 4.095, upper 4.420.
TEST(Outages, PublishedVector) {
  std::vector<ProbeResult> results = checks(times('g', 10), 9.0);
  results.back() = {at(9.9), at(9.905), true};
  results.push_back({at(10), at(11), false});
  for (int i = 1; i < 42; ++i) results.push_back({at(10 + 0.1 * i), at(10.005 + 0.1 * i), false});
  results.push_back({at(14.2), at(14.21), false});
  results.push_back({at(14.3), at(14.32), true});
  for (int i = 4; i < 30; ++i) results.push_back({at(14 + 0.1 * i), at(14.005 + 0.1 * i), true});
  const OutageReport found = find_outages(results, probe(), kAlways);
  ASSERT_EQ(found.outages.size(), 1U);
  const Outage& outage = found.outages[0];
  EXPECT_NEAR(outage.lower_seconds(), 4.095, 1e-9);
  EXPECT_NEAR(outage.upper_seconds(), 4.420, 1e-9);
  EXPECT_EQ(outage.begin(), at(10));
  EXPECT_EQ(outage.end(at(99)), at(14.32));
  EXPECT_NEAR(seconds(found.down), (4.095 + 4.420) / 2, 1e-8);
  EXPECT_EQ(found.up + found.down, found.last - found.first);
  EXPECT_EQ(found.longest_good, milliseconds(20));
}

TEST(Outages, FewerFailuresThanDeclaredAreNoOutage) {
  EXPECT_TRUE(report("ggggffggffgggg").outages.empty());
  EXPECT_EQ(report("ggggfffgggg").outages.size(), 1U);
  EXPECT_EQ(report("ggfgg", probe(1, 2)).outages.size(), 1U);
}

TEST(Outages, NoneInARowIsOneInARow) {
  for (const uint32_t few : {0U, 1U}) {
    const OutageReport found = report("ggfgfgg", probe(few, few));
    ASSERT_EQ(found.outages.size(), 2U) << few;
    EXPECT_EQ(found.outages[0].begin(), at(0.2));
    EXPECT_EQ(found.outages[0].good_end, at(0.305));
    EXPECT_EQ(found.outages[1].good_end, at(0.505));
  }
}

TEST(Outages, BeginsAtTheFirstFailureOfTheRun) {
  const OutageReport found = report("gggfgfffffgggggg");
  ASSERT_EQ(found.outages.size(), 1U);
  EXPECT_EQ(found.outages[0].begin(), at(0.5));
  EXPECT_EQ(found.outages[0].last_good_start, at(0.4));
}

TEST(Outages, FlapsShorterThanASustainedRecoveryBelongToIt) {
  const OutageReport found = report("ggggfffgggffgggfgggggggg");
  ASSERT_EQ(found.outages.size(), 1U);
  EXPECT_EQ(found.outages[0].last_failed_start, at(1.5));
  EXPECT_EQ(found.outages[0].good_end, at(1.605));
}

TEST(Outages, ASustainedRecoverySeparatesTwo) {
  const OutageReport found = report("ggggfffgggggfffgggg");
  ASSERT_EQ(found.outages.size(), 2U);
  EXPECT_EQ(found.outages[0].good_end, at(0.705));
  EXPECT_EQ(found.outages[1].last_good_start, at(1.1));
  EXPECT_EQ(found.outages[1].good_end, at(1.505));
}

TEST(Outages, TheUpperBoundTakesTheEarliestEndOfTheRecovery) {
  std::vector<ProbeResult> results = checks("ggggffffgggg");
  results[8].end = at(1.7);  // slow, but within the timeout
  const OutageReport found = find_outages(results, probe(3, 4), kAlways);
  EXPECT_EQ(found.outages.at(0).good_end, at(0.905));
  EXPECT_NEAR(seconds(found.longest_good), 0.9, 1e-9);
}

TEST(Outages, ACheckSlowerThanItsTimeoutHasFailed) {
  std::vector<ProbeResult> results = checks(times('g', 20));
  for (int i = 5; i < 9; ++i)
    results[static_cast<std::size_t>(i)].end = results[static_cast<std::size_t>(i)].start + milliseconds(1001);
  EXPECT_EQ(find_outages(results, probe(3, 4), kAlways).outages.size(), 1U);
}

TEST(Outages, OpenAtTheEnd) {
  const OutageReport found = report("gggggffff");
  ASSERT_EQ(found.outages.size(), 1U);
  EXPECT_FALSE(found.outages[0].good_end.has_value());
  EXPECT_TRUE(std::isinf(found.outages[0].upper_seconds()));
  EXPECT_NEAR(found.outages[0].lower_seconds(), 0.295, 1e-9);
  EXPECT_EQ(found.outages[0].end(at(7)), at(7));
}

TEST(Outages, OpenAtTheStart) {
  const OutageReport found = report("ffffgggg");
  ASSERT_EQ(found.outages.size(), 1U);
  EXPECT_FALSE(found.outages[0].last_good_start.has_value());
  EXPECT_TRUE(std::isinf(found.outages[0].upper_seconds()));
}

TEST(Outages, ARecoveryNotYetSustainedIsNone) { EXPECT_FALSE(report("ggggffffggg").outages.at(0).good_end.has_value()); }

TEST(Outages, NoResults) {
  const OutageReport found = report("");
  EXPECT_TRUE(found.outages.empty());
  EXPECT_EQ(found.first, found.last);
  EXPECT_EQ(found.up, Duration::zero());
}

TEST(Outages, OnlyChecksThatStartWithinTheRangeCount) {
  const OutageReport found = find_outages(checks("ggggffffgggggggg"), probe(3, 4), {at(0.5), at(1.0)});
  EXPECT_EQ(found.first, at(0.5));
  EXPECT_EQ(found.last, at(0.905));
  EXPECT_FALSE(found.outages.at(0).last_good_start.has_value());
  EXPECT_FALSE(found.outages.at(0).good_end.has_value());
}

// No check for more than max(5 x every, timeout) = 1 s.
TEST(Unobserved, AGapWhileUpIsNeitherUpNorDown) {
  const OutageReport found = report(times('g', 10) + times('.', 20) + times('g', 10));
  EXPECT_TRUE(found.outages.empty());
  ASSERT_EQ(found.unobserved.size(), 1U);
  EXPECT_EQ(found.unobserved[0], (TimeRange{at(0.905), at(3.0)}));
  EXPECT_EQ(found.dark, milliseconds(2095));
  EXPECT_EQ(found.down, Duration::zero());
  EXPECT_EQ(found.up + found.dark, found.last - found.first);
}

TEST(Unobserved, AShortPauseIsNoGap) { EXPECT_TRUE(report(times('g', 10) + times('.', 9) + times('g', 10)).unobserved.empty()); }

TEST(Unobserved, RunsOfChecksDoNotReachOverAGap) {
  EXPECT_TRUE(report("gggggff" + times('.', 20) + "ffgggggg").outages.empty());
  const OutageReport up = report("ggggffffggg" + times('.', 20) + "gfffgggg");
  ASSERT_EQ(up.outages.size(), 1U);
  EXPECT_EQ(up.outages[0].good_end, at(3.505));
}

TEST(Unobserved, AGapInsideAnOutageDoesNotLengthenItsLowerBound) {
  const OutageReport found = report("gggg" + times('f', 6) + times('.', 20) + times('f', 6) + "gggg");
  ASSERT_EQ(found.outages.size(), 1U);
  const Outage& outage = found.outages[0];
  // Known to be down: 0.405 to 0.9, and 3.005 to 3.5.
  EXPECT_NEAR(outage.lower_seconds(), 0.495 + 0.495, 1e-9);
  EXPECT_NEAR(outage.upper_seconds(), 3.605 - 0.3, 1e-9);
  EXPECT_EQ(found.up + found.down + found.dark, found.last - found.first);
  EXPECT_LT(seconds(found.down), 1.3);
}

TEST(Unobserved, AnOutageOverInsideAGapEndsWithTheFirstSustainedGoodCheckAfterIt) {
  const OutageReport found = report("gggg" + times('f', 6) + times('.', 20) + "gggg");
  ASSERT_EQ(found.outages.size(), 1U);
  EXPECT_NEAR(found.outages[0].lower_seconds(), 0.495, 1e-9);
  EXPECT_NEAR(found.outages[0].upper_seconds(), 3.005 - 0.3, 1e-9);
}

TEST(Unobserved, AnOutageThatBeganInsideAGapIsBoundedByTheLastGoodCheckBefore) {
  const OutageReport found = report("gggg" + times('.', 20) + times('f', 6) + "gggg");
  ASSERT_EQ(found.outages.size(), 1U);
  EXPECT_EQ(found.outages[0].last_good_start, at(0.3));
  EXPECT_NEAR(found.outages[0].lower_seconds(), 0.495, 1e-9);
}

// Property: a true outage [a, b) seen by checks that take a random time lies within its bounds.
TEST(Outages, TheTruthLiesWithinTheBounds) {
  Rng rng(4);
  for (int trial = 0; trial < 500; ++trial) {
    const double down = 5 + rng.uniform(), up = down + 1 + 3 * rng.uniform();
    std::vector<ProbeResult> results;
    for (int i = 0; i < 200; ++i) {
      const double start = 0.1 * i, seen = start + 0.02 * rng.uniform();
      const bool good = seen < down || seen >= up;
      const double slow = rng.below(3) == 0 ? 0.9 : 0.01;
      results.push_back({at(start), at(seen + (good ? 0.01 : slow) * rng.uniform()), good});
    }
    const OutageReport found = find_outages(results, probe(), kAlways);
    ASSERT_EQ(found.outages.size(), 1U) << trial;
    ASSERT_LE(found.outages[0].lower_seconds(), up - down + 1e-8);
    ASSERT_GE(found.outages[0].upper_seconds(), up - down - 1e-8);
    ASSERT_LE(found.outages[0].upper_seconds() - found.outages[0].lower_seconds(), 2 * (0.1 + 1.0));
    ASSERT_NEAR(seconds(found.down), up - down, 1.1);
  }
}

}  // namespace
}  // namespace shakedown
