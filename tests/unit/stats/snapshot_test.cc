#include "core/stats/snapshot.h"

#include <gtest/gtest.h>

namespace shakedown {
namespace {

using std::chrono::milliseconds;

RunTime at_second(int s) { return run_time(std::chrono::seconds(s)); }

Cell cell(Outcome outcome, uint64_t count, Duration latency, std::vector<uint64_t> over = {}) {
  Cell out;
  const auto i = static_cast<std::size_t>(outcome);
  out.counts[i] = count;
  out.latency[i].add(latency, count);
  out.lag.add(milliseconds(1), count);
  out.wait.add(milliseconds(2), count);
  out.service.add(milliseconds(3), count);
  out.over_limit = std::move(over);
  out.latency_max = latency;
  out.retried = 3;
  out.queued = 4;
  return out;
}

TEST(Cell, MergeAddsEverything) {
  Cell a = cell(Outcome::ok, 3, milliseconds(5), {1});
  a.merge(cell(Outcome::timeout, 2, milliseconds(900), {4, 7}));
  EXPECT_EQ(a.offered(), 5U);
  EXPECT_EQ(a.count(Outcome::ok), 3U);
  EXPECT_EQ(a.count(Outcome::timeout), 2U);
  EXPECT_EQ(a.over_limit, (std::vector<uint64_t>{5, 7}));
  EXPECT_EQ(a.latency_max, milliseconds(900));
  EXPECT_EQ(a.retried, 6u);
  EXPECT_EQ(a.queued, 8u);
  EXPECT_EQ(a.lag.count(), 5U);
  EXPECT_EQ(a.wait.count(), 5U);
  EXPECT_EQ(a.service.count(), 5U);
  EXPECT_EQ(a.latency[static_cast<std::size_t>(Outcome::timeout)].count(), 2U);
}

Snapshot snapshot(uint64_t seq, int from, int to) {
  Snapshot out;
  out.agent = AgentId(0);
  out.seq = seq;
  out.from = at_second(from);
  out.to = at_second(to);
  return out;
}

TEST(Snapshot, MergeJoinsTheIntervals) {
  Snapshot a = snapshot(4, 3, 4), b = snapshot(5, 4, 7);
  a.health = {.cpu_seconds = 1,
              .steal_ratio = 0.4,
              .rss_bytes = 100,
              .open_connections = 9,
              .outstanding = 3,
              .worst_lag = milliseconds(8)};
  b.health = {
      .cpu_seconds = 2, .steal_ratio = 0, .rss_bytes = 90, .open_connections = 5, .outstanding = 1, .worst_lag = milliseconds(2)};
  a.merge(std::move(b));
  EXPECT_EQ(a.seq, 5U);
  EXPECT_EQ(a.from, at_second(3));
  EXPECT_EQ(a.to, at_second(7));
  EXPECT_DOUBLE_EQ(a.health.cpu_seconds, 3);
  EXPECT_DOUBLE_EQ(a.health.steal_ratio, 0.1);
  EXPECT_EQ(a.health.rss_bytes, 100U);
  EXPECT_EQ(a.health.open_connections, 5U);
  EXPECT_EQ(a.health.outstanding, 1U);
  EXPECT_EQ(a.health.worst_lag, milliseconds(8));
}

TEST(Snapshot, MergeKeepsEveryRecord) {
  const CellKey shared{3, StageId(0), OperationId(0)}, own{4, StageId(0), OperationId(0)};
  Snapshot a = snapshot(1, 3, 4), b = snapshot(2, 4, 5);
  a.cells[shared] = cell(Outcome::ok, 1, milliseconds(1));
  b.cells[shared] = cell(Outcome::ok, 2, milliseconds(1));
  b.cells[own] = cell(Outcome::failed, 5, milliseconds(1));
  a.offered[StageId(0)] = 4;
  b.offered[StageId(0)] = 5;
  b.offered[StageId(1)] = 6;
  a.probes[ProbeId(0)] = {{at_second(3), at_second(4), true}};
  b.probes[ProbeId(0)] = {{at_second(4), at_second(5), false}};
  b.probes[ProbeId(1)] = {{at_second(4), at_second(5), true}};
  a.writes[LedgerId(0)] = {{.id = 1}};
  b.writes[LedgerId(0)] = {{.id = 2}, {.id = 3}};
  b.reads[LedgerId(0)] = {{.id = 1}};
  a.merge(std::move(b));
  EXPECT_EQ(a.cells[shared].count(Outcome::ok), 3U);
  EXPECT_EQ(a.cells[own].count(Outcome::failed), 5U);
  EXPECT_EQ(a.offered[StageId(0)], 9U);
  EXPECT_EQ(a.offered[StageId(1)], 6U);
  ASSERT_EQ(a.probes[ProbeId(0)].size(), 2U);
  EXPECT_FALSE(a.probes[ProbeId(0)][1].good);
  EXPECT_EQ(a.probes[ProbeId(1)].size(), 1U);
  EXPECT_EQ(a.writes[LedgerId(0)].size(), 3U);
  EXPECT_EQ(a.reads[LedgerId(0)].size(), 1U);
}

}  // namespace
}  // namespace shakedown
