// Load holds its rate through an outage, and comes back.
#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>

#include <gtest/gtest.h>

#include "tests/component/load/rig/drill.h"
#include "tests/component/load/rig/server.h"

namespace shakedown {
namespace {

using std::chrono::milliseconds;

TEST(Outage, NobodyListening) {
  DrillPlan scenario = one_operation(free_port());
  scenario.phases = {phase_with(open_rate(500), milliseconds(400))};
  Drill drill(scenario);
  const Snapshot s = drill.run();
  EXPECT_EQ(total(s, Outcome::refused), 200u);
  EXPECT_TRUE(balanced(s));
}

TEST(Outage, KilledAndRestartedServer) {
  std::optional<TestServer> server;
  server.emplace(always("x"));
  const uint16_t port = server->port();
  DrillPlan scenario = one_operation(port);
  scenario.phases = {phase_with(open_rate(500), milliseconds(900))};
  Drill drill(scenario);
  drill.begin_stage(0);
  drill.run_for(milliseconds(300));
  server.reset();
  drill.run_for(milliseconds(300));
  server.emplace(always("x"), port);
  drill.run_until(drill.stage_end());
  drill.stop();
  const Snapshot& s = drill.collected();
  EXPECT_EQ(total_offered(s), 450u);
  EXPECT_TRUE(balanced(s));
  EXPECT_GE(total(s, Outcome::refused), 100u);
  EXPECT_GE(total(s, Outcome::ok), 150u);
  // What our own pause before the next attempt kept back after the service had returned is ours.
  EXPECT_EQ(total(s, Outcome::ok) + total(s, Outcome::refused) + total(s, Outcome::reset) + total(s, Outcome::dropped_by_us),
            450u);
}

TEST(Outage, BlackHoleKeepsTheRateInBoundedMemory) {
  TestServer server([](Peer& peer) { peer.wait_for_end(); });
  DrillPlan scenario = one_operation(server.port(), milliseconds(100));
  scenario.connections.max = 8;
  scenario.phases = {phase_with(open_rate(1000), milliseconds(600))};
  Drill drill(scenario);
  drill.begin_stage(0);
  uint64_t most = 0;
  while (drill.clock().now() < drill.stage_end()) {
    drill.run_for(milliseconds(50));
    most = std::max(most, drill.collect().health.outstanding);
  }
  drill.stop();
  const Snapshot& s = drill.collected();
  EXPECT_EQ(total_offered(s), 600u);
  EXPECT_TRUE(balanced(s));
  EXPECT_LE(most, 165u);  // 100 in a timeout, and room for chance
  EXPECT_GE(total(s, Outcome::timeout), 500u);
}

// Stalls after its first request until told to go on.
TEST(Outage, StallIsSeenByEveryArrivalThatMeetsIt) {
  std::atomic<bool> stalled = false;
  TestServer server([&](Peer& peer) {
    while (peer.request()) {
      while (stalled) std::this_thread::sleep_for(milliseconds(1));  // allow(sleep): the target stalls
      if (!peer.answer(200, "x")) return;
    }
  });
  DrillPlan scenario = one_operation(server.port(), std::chrono::seconds(10));
  scenario.phases = {phase_with(open_rate(500), milliseconds(1200))};
  Drill drill(scenario);
  drill.begin_stage(0);
  drill.run_for(milliseconds(300));
  const RunTime from = drill.clock().now();
  stalled = true;
  drill.run_for(milliseconds(500));
  stalled = false;
  const double stall = seconds(drill.clock().now() - from);
  drill.run_until(drill.stage_end());
  drill.stop();
  const Snapshot& s = drill.collected();
  EXPECT_EQ(total(s, Outcome::ok), 600u);
  const double excess = whole(s).latency[0].sum_seconds();
  const double expected = 500 * stall * stall / 2;
  EXPECT_GT(excess, expected * 0.8);
  EXPECT_LT(excess, expected * 2 + 2);
}

}  // namespace
}  // namespace shakedown
