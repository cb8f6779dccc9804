#include "controller/measure/probe_log.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/base/rng.h"
#include "tests/support/instants.h"

namespace shakedown {
namespace {

using std::chrono::milliseconds;

std::vector<ProbeResult> checks(Rng& rng, std::size_t n) {
  std::vector<ProbeResult> out;
  RunTime start = at(1);
  for (std::size_t i = 0; i < n; ++i) {
    start += milliseconds(10) + from_seconds(1e-4 * rng.uniform()) + (rng.below(500) == 0 ? milliseconds(3000) : milliseconds(0));
    out.push_back({start, start + from_seconds(2e-3 * rng.uniform()), rng.below(30) > 0});
  }
  return out;
}

void expect_same(const std::vector<ProbeResult>& expected, const ProbeLog& log) {
  ASSERT_EQ(log.size(), expected.size());
  std::size_t i = 0;
  for (const ProbeResult& r : log) {
    ASSERT_EQ(r.start, expected[i].start) << i;
    ASSERT_EQ(r.end, expected[i].end) << i;
    ASSERT_EQ(r.good, expected[i].good) << i;
    ++i;
  }
  EXPECT_EQ(i, expected.size());
}

TEST(TruthScale, ALongRunOfChecksIsPackedWithoutLoss) {
  Rng rng(21);
  const std::vector<ProbeResult> all = checks(rng, 30'000);
  ProbeLog log;
  for (std::size_t i = 0; i < all.size(); i += 100)
    log.add({all.begin() + static_cast<std::ptrdiff_t>(i), all.begin() + static_cast<std::ptrdiff_t>(i + 100)});
  expect_same(all, log);
  EXPECT_EQ(log.front().start, all.front().start);
  EXPECT_EQ(log.back().start, all.back().start);
  for (const std::size_t i : {0U, 1U, 4095U, 4096U, 10'000U, 29'999U}) {
    EXPECT_EQ(log.from(all[i].start)->start, all[i].start);
    EXPECT_EQ(log.from(all[i].start - Duration(1))->start, all[i].start);
    expect_same({all.begin(), all.begin() + static_cast<std::ptrdiff_t>(i)}, log.before(all[i].start));
  }
  EXPECT_EQ(log.from(all.back().start + Duration(1)), log.end());
  for (const std::size_t n : {0U, 3U, 8000U, 20'000U}) {
    const std::vector<ProbeResult> last = log.last(n);
    ASSERT_EQ(last.size(), n);
    if (n > 0) {
      EXPECT_EQ(last.front().start, all[all.size() - n].start);
    }
  }
}

TEST(ProbeLog, WhatComesLateStandsInItsPlace) {
  Rng rng(22);
  std::vector<ProbeResult> all = checks(rng, 20'000), late, rest;
  for (std::size_t i = 0; i < all.size(); ++i) (i % 5000 == 17 ? late : rest).push_back(all[i]);
  ProbeLog log(rest);
  const ProbeLog copy = log;
  log.add(late);
  expect_same(all, log);
  expect_same(rest, copy);
}

TEST(ProbeLog, OfNothingThereIsNothing) {
  const ProbeLog log;
  EXPECT_TRUE(log.empty());
  EXPECT_EQ(log.begin(), log.end());
  EXPECT_EQ(log.from(at(0)), log.end());
  EXPECT_TRUE(log.last(3).empty());
  EXPECT_TRUE(log.before(at(1)).empty());
}

}  // namespace
}  // namespace shakedown
