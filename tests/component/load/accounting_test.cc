// Bounded outstanding and the cause of each drop.
#include <thread>

#include <gtest/gtest.h>

#include "tests/component/load/rig/drill.h"
#include "tests/component/load/rig/server.h"

namespace shakedown {
namespace {

using std::chrono::milliseconds;

TEST(Accounting, OverTheCapTheTargetIsToBlame) {
  TestServer server([](Peer& peer) { peer.wait_for_end(); });
  DrillPlan scenario = one_operation(server.port(), std::chrono::seconds(10));
  // A lag limit that this machine keeps, however busy it is.
  scenario.operations[0].limits = {std::chrono::seconds(100)};
  scenario.phases = {phase_with(open_rate(200), milliseconds(500), 10)};
  LoadOptions options;
  options.grace = milliseconds(50);
  Drill drill(scenario, options);
  const Snapshot s = drill.run();
  EXPECT_TRUE(balanced(s));
  EXPECT_EQ(total(s, Outcome::dropped_by_target), 90u);
  EXPECT_EQ(total(s, Outcome::unfinished), 10u);
}

// How many requests are out at a target that never answers.
uint64_t out_at_once(uint32_t cap, uint32_t workers, Lane lane) {
  TestServer server([](Peer& peer) { peer.wait_for_end(); });
  DrillPlan scenario = one_operation(server.port(), std::chrono::seconds(30));
  scenario.operations[0].limits = {std::chrono::seconds(300)};
  scenario.phases = {phase_with(open_rate(200), milliseconds(500), cap)};
  LoadOptions options;
  options.grace = milliseconds(50);
  options.workers = workers;
  Drill drill(scenario, options, lane);
  const Snapshot s = drill.run();
  EXPECT_TRUE(balanced(s));
  EXPECT_EQ(total(s, Outcome::unfinished) + total(s, Outcome::dropped_by_target), total_offered(s));
  return total(s, Outcome::unfinished);
}

TEST(Accounting, TruthADeclaredCapIsTheSameForAnyNumberOfWorkers) {
  for (const uint32_t workers : {1U, 4U}) {
    EXPECT_EQ(out_at_once(1, workers, {0, 1}), 1U) << workers;
    EXPECT_EQ(out_at_once(10, workers, {0, 1}), 10U) << workers;
  }
}

TEST(Accounting, TruthAgentsShareADeclaredCapToTheLastPlace) {
  uint64_t together = 0;
  for (uint32_t agent = 0; agent < 3; ++agent) together += out_at_once(10, 2, {agent, 3});
  EXPECT_EQ(together, 10U);
}

TEST(Accounting, ArrivalsReleasedAfterTheirDeadlineAreOurFault) {
  TestServer server(always("x"));
  DrillPlan scenario = one_operation(server.port(), milliseconds(50));
  scenario.phases = {phase_with(open_rate(100), milliseconds(400))};
  Drill drill(scenario);
  // A stage that is announced 300 ms late: its first arrivals can no longer be sent in time.
  const RunTime start = drill.clock().now() - milliseconds(300);
  drill.runner().start_stage(StageId(0), PhaseId(0), start, start + milliseconds(400), 0);
  drill.run_for(milliseconds(200));
  drill.stop();
  const Snapshot& s = drill.collected();
  EXPECT_TRUE(balanced(s));
  EXPECT_EQ(total_offered(s), 40u);
  EXPECT_GE(total(s, Outcome::dropped_by_us), 25u);
  EXPECT_GE(s.health.worst_lag, Duration::zero());
}

TEST(Accounting, OutstandingIsReportedWhileItIsOut) {
  TestServer server([](Peer& peer) { peer.wait_for_end(); });
  DrillPlan scenario = one_operation(server.port(), std::chrono::seconds(10));
  scenario.phases = {phase_with(open_rate(100), milliseconds(300))};
  LoadOptions options;
  options.grace = Duration::zero();
  Drill drill(scenario, options);
  drill.begin_stage(0);
  drill.run_until(drill.stage_end() + milliseconds(50));
  const Snapshot before = drill.collect();
  EXPECT_EQ(before.health.outstanding, 30u);
  EXPECT_EQ(total_outcomes(drill.collected()), 0u);
  EXPECT_EQ(total_offered(drill.collected()), 30u);
  drill.stop();
  EXPECT_EQ(total(drill.collected(), Outcome::unfinished), 30u);
  EXPECT_TRUE(balanced(drill.collected()));
}

TEST(Accounting, EndOfAStageGrantsRequestsTheirDeadline) {
  TestServer server([](Peer& peer) {
    while (peer.request()) {
      std::this_thread::sleep_for(milliseconds(150));  // allow(sleep): the target is slow
      if (!peer.answer(200, "late")) return;
    }
  });
  DrillPlan scenario = one_operation(server.port(), std::chrono::seconds(10));
  scenario.phases = {phase_with(open_rate(100), milliseconds(100))};
  Drill drill(scenario);
  const Snapshot s = drill.run();
  EXPECT_EQ(total(s, Outcome::ok), 10u);
}

TEST(Accounting, SnapshotsCarryHealth) {
  TestServer server(always("x"));
  DrillPlan scenario = one_operation(server.port());
  scenario.phases = {phase_with(ClosedLoad{2, {}}, milliseconds(300))};
  Drill drill(scenario);
  drill.begin_stage(0);
  drill.run_for(milliseconds(150));
  const Snapshot s = drill.collect();
  EXPECT_GT(s.health.rss_bytes, 1'000'000u);
  EXPECT_EQ(s.health.open_connections, 2u);
  EXPECT_GE(s.to, s.from);
  EXPECT_GT(s.health.cpu_seconds, 0);
}

TEST(Accounting, DestroyedInMidLoadWithoutStop) {
  TestServer server([](Peer& peer) { peer.wait_for_end(); });
  DrillPlan scenario = one_operation(server.port(), std::chrono::seconds(10));
  scenario.phases = {phase_with(open_rate(1000), std::chrono::seconds(60))};
  scenario.probes.push_back({"p", OperationId(0), milliseconds(5), milliseconds(500), 3, 3, ProbeConnection::reuse, {}});
  Drill drill(scenario);
  drill.runner().start_probes();
  drill.begin_stage(0);
  drill.run_for(milliseconds(100));
}

}  // namespace
}  // namespace shakedown
