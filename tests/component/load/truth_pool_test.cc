// Our own connections are no limit of the target: nothing waits for one unless the scenario declares a pool.
#include <algorithm>
#include <condition_variable>
#include <mutex>

#include <gtest/gtest.h>

#include "tests/component/load/rig/drill.h"
#include "tests/component/load/rig/driver_rig.h"
#include "tests/component/load/rig/server.h"

namespace shakedown {
namespace {

using std::chrono::milliseconds;

// Answers nobody until so many requests are out at the same time, and everybody from then on.
struct Together {
  explicit Together(uint64_t n) : wanted(n) {}
  TestServer::Script script() {
    return [this](Peer& peer) {
      while (peer.request()) {
        {
          std::unique_lock lock(mutex);
          if (++out >= wanted) all.notify_all();
          all.wait(lock, [this] { return out >= wanted || given_up; });
        }
        if (!peer.answer(200, "x")) return;
      }
    };
  }
  void give_up() {
    const std::lock_guard lock(mutex);
    given_up = true;
    all.notify_all();
  }
  const uint64_t wanted;
  uint64_t out = 0;
  bool given_up = false;
  std::mutex mutex;
  std::condition_variable all;
};

TEST(TruthPool, ATargetThatTakesManyRequestsAtATimeIsSentThem) {
  Together together(100);
  TestServer server(together.script());
  DrillPlan scenario = one_operation(server.port(), std::chrono::seconds(20));
  {
    DriverRig rig(scenario);
    for (int i = 0; i < 100; ++i) rig.submit(mono_now());
    rig.until([&] { return rig.ends == 100; });
    EXPECT_EQ(std::count(rig.outcomes.begin(), rig.outcomes.end(), Outcome::ok), 100);
    EXPECT_EQ(rig.queued, 0);
  }
  together.give_up();
}

TEST(TruthPool, EachUserOfAClosedLoadHasAConnection) {
  Together together(100);
  TestServer server(together.script());
  DrillPlan scenario = one_operation(server.port(), std::chrono::seconds(20));
  scenario.phases = {phase_with(ClosedLoad{100, milliseconds(10)}, milliseconds(300))};
  Drill drill(scenario);
  const Snapshot s = drill.run();
  together.give_up();
  EXPECT_TRUE(balanced(s));
  EXPECT_GE(total(s, Outcome::ok), 100u);
  EXPECT_EQ(total(s, Outcome::ok), total_offered(s));
}

// Each worker has one connection at least, so that four of them made four of a pool of one.
TEST(TruthPool, ADeclaredPoolIsNoLargerForMoreWorkers) {
  for (const uint32_t most : {1U, 3U}) {
    TestServer server([](Peer& peer) {
      while (peer.request() && peer.answer(200, "x")) {
      }
    });
    DrillPlan plan = one_operation(server.port(), std::chrono::seconds(30));
    plan.connections.max = most;
    plan.phases = {phase_with(open_rate(200), milliseconds(300))};
    LoadOptions options;
    options.grace = std::chrono::seconds(30);  // all are answered, so that no connection is cut and replaced
    options.workers = 4;
    Drill drill(plan, options);
    const Snapshot s = drill.run();
    EXPECT_EQ(total(s, Outcome::ok), total_offered(s));
    EXPECT_LE(server.connections(), most);
  }
}

TEST(TruthPool, WhatFindsADeclaredPoolInUseIsCounted) {
  Together together(8);
  TestServer server(together.script());
  DrillPlan scenario = one_operation(server.port(), std::chrono::seconds(20));
  scenario.connections.max = 8;
  {
    DriverRig rig(scenario);
    for (int i = 0; i < 12; ++i) rig.submit(mono_now());
    rig.until([&] { return rig.ends == 12; });
    EXPECT_EQ(rig.queued, 4);
  }
  together.give_up();
}

}  // namespace
}  // namespace shakedown
