#include <atomic>

#include <gtest/gtest.h>

#include "tests/component/load/rig/drill.h"
#include "tests/component/load/rig/server.h"

namespace shakedown {
namespace {

using std::chrono::milliseconds;

TEST(ClosedLoop, UsersKeepOneRequestEach) {
  std::atomic<int> now = 0, most = 0;
  TestServer server([&](Peer& peer) {
    while (peer.request()) {
      const int busy = ++now;
      int seen = most;
      while (busy > seen && !most.compare_exchange_weak(seen, busy)) {
      }
      --now;
      if (!peer.answer(200, "x")) return;
    }
  });
  DrillPlan scenario = one_operation(server.port());
  scenario.connections.max = 8;
  scenario.phases = {phase_with(ClosedLoad{4, {}}, milliseconds(300))};
  Drill drill(scenario);
  const Snapshot s = drill.run();
  EXPECT_GT(total(s, Outcome::ok), 100u);
  EXPECT_LE(most, 4);
  EXPECT_LE(server.connections(), 4u);
  EXPECT_TRUE(balanced(s));
  EXPECT_EQ(total(s, Outcome::ok), total_outcomes(s));
}

TEST(ClosedLoop, ThinkTimeSpacesRequests) {
  TestServer server(always("x"));
  DrillPlan scenario = one_operation(server.port());
  scenario.phases = {phase_with(ClosedLoad{3, milliseconds(50)}, milliseconds(500))};
  Drill drill(scenario);
  const Snapshot s = drill.run();
  EXPECT_LE(total_outcomes(s), 30u);
  EXPECT_GE(total_outcomes(s), 6u);
  EXPECT_TRUE(balanced(s));
}

TEST(ClosedLoop, UsersAreSplitOverLanesAndWorkers) {
  TestServer server([](Peer& peer) {
    if (peer.request()) peer.wait_for_end();
  });
  DrillPlan scenario = one_operation(server.port(), std::chrono::seconds(10));
  scenario.phases = {phase_with(ClosedLoad{7, {}}, milliseconds(100))};
  LoadOptions options;
  options.workers = 2;
  options.grace = milliseconds(10);
  uint64_t users = 0;
  for (const uint32_t agent : {0u, 1u, 2u}) {
    Drill drill(scenario, options, Lane{agent, 3});
    const Snapshot s = drill.run();
    EXPECT_TRUE(balanced(s));
    EXPECT_EQ(total(s, Outcome::unfinished), total_outcomes(s));
    users += total_outcomes(s);
  }
  EXPECT_EQ(users, 7u);
}

TEST(ClosedLoop, DeadTargetIsAskedAtTheBackoffsPace) {
  DrillPlan scenario = one_operation(free_port());
  scenario.phases = {phase_with(ClosedLoad{4, {}}, milliseconds(300))};
  Drill drill(scenario);
  const Snapshot s = drill.run();
  EXPECT_EQ(total(s, Outcome::refused), total_outcomes(s));
  EXPECT_GE(total_outcomes(s), 8u);
  EXPECT_LE(total_outcomes(s), 4u * 300u);
  EXPECT_TRUE(balanced(s));
}

}  // namespace
}  // namespace shakedown
