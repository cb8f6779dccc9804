#include <gtest/gtest.h>

#include "tests/component/load/rig/drill.h"
#include "tests/component/load/rig/server.h"

namespace shakedown {
namespace {

using std::chrono::milliseconds;

TEST(OpenLoop, EveryArrivalIsSentAndAnswered) {
  TestServer server(always("hello"));
  DrillPlan scenario = one_operation(server.port());
  scenario.phases = {phase_with(open_rate(400), milliseconds(500))};
  Drill drill(scenario);
  const Snapshot s = drill.run();
  EXPECT_EQ(total_offered(s), 200u);
  EXPECT_EQ(total(s, Outcome::ok), 200u);
  EXPECT_TRUE(balanced(s));
  const Cell all = whole(s);
  EXPECT_EQ(all.lag.count(), 200u);
  EXPECT_EQ(all.wait.count(), 200u);
  EXPECT_EQ(all.service.count(), 200u);
}

TEST(OpenLoop, PoissonAndShapesKeepTheirCount) {
  TestServer server(always("hello"));
  DrillPlan scenario = one_operation(server.port());
  scenario.phases = {
      phase_with(open_rate(500, Arrivals::poisson), milliseconds(400)),
      phase_with(OpenLoad{RampRate{{0}, {800}}, Arrivals::uniform}, milliseconds(400)),
      phase_with(OpenLoad{StepRate{{{100}, {400}}, milliseconds(200)}, Arrivals::uniform}, milliseconds(400)),
      phase_with(OpenLoad{SpikeRate{{50}, {1000}, milliseconds(100), milliseconds(100)}, Arrivals::uniform}, milliseconds(300))};
  Drill drill(scenario);
  const Snapshot s = drill.run();
  EXPECT_NEAR(static_cast<double>(s.offered.at(StageId(0))), 200, 75);
  EXPECT_EQ(s.offered.at(StageId(1)), 160u);
  EXPECT_EQ(s.offered.at(StageId(2)), 100u);
  EXPECT_EQ(s.offered.at(StageId(3)), 110u);
  EXPECT_TRUE(balanced(s));
}

TEST(OpenLoop, TwoAgentsWithTwoWorkersOfferTheSameAsOne) {
  TestServer server(always("hello"));
  DrillPlan scenario = one_operation(server.port());
  scenario.phases = {phase_with(open_rate(300, Arrivals::poisson), milliseconds(400))};
  Drill whole_drill(scenario);
  const Snapshot one = whole_drill.run();
  LoadOptions two_workers;
  two_workers.workers = 2;
  uint64_t offered = 0;
  for (const uint32_t agent : {0u, 1u}) {
    Drill part(scenario, two_workers, Lane{agent, 2});
    const Snapshot s = part.run();
    EXPECT_TRUE(balanced(s));
    offered += total_offered(s);
  }
  EXPECT_EQ(offered, total_offered(one));
}

TEST(OpenLoop, AgentWithoutLaneOrOtherAgentsLoadSendsNothing) {
  TestServer server(always("hello"));
  DrillPlan scenario = one_operation(server.port());
  scenario.agents.push_back({"other", true, false, false});
  scenario.phases = {phase_with(open_rate(300), milliseconds(100))};
  Drill none(scenario, {}, Lane{0, 0});
  EXPECT_EQ(total_offered(none.run()), 0u);
  scenario.phases[0].load->from = AgentId(1);
  Drill others(scenario);
  EXPECT_EQ(total_offered(others.run()), 0u);
  scenario.phases[0].load->from = AgentId(0);
  Drill own(scenario, {}, Lane{0, 5});
  EXPECT_EQ(total_offered(own.run()), 30u);
}

TEST(OpenLoop, StoppedEarlyStaysBalanced) {
  TestServer server(always("hello"));
  DrillPlan scenario = one_operation(server.port());
  scenario.phases = {phase_with(open_rate(1000), std::chrono::seconds(60))};
  Drill drill(scenario);
  drill.begin_stage(0);
  drill.run_for(milliseconds(200));
  drill.runner().stop_stage(StageId(0), drill.clock().now() - milliseconds(50));
  drill.run_for(milliseconds(100));
  const uint64_t offered = total_offered(drill.collected());
  EXPECT_GT(offered, 0u);
  drill.run_for(milliseconds(100));
  EXPECT_EQ(total_offered(drill.collected()), offered);
  drill.stop();
  EXPECT_TRUE(balanced(drill.collected()));
}

TEST(OpenLoop, CellsBelongToTheSecondOfIntendedTime) {
  TestServer server(always("hello"));
  DrillPlan scenario = one_operation(server.port());
  scenario.phases = {phase_with(open_rate(100), milliseconds(1200))};
  Drill drill(scenario);
  drill.begin_stage(0);
  const RunTime start = drill.stage_end() - milliseconds(1200);
  drill.run_until(drill.stage_end());
  drill.stop();
  std::map<int64_t, uint64_t> expected, found;
  for (int i = 0; i < 120; ++i) ++expected[second_of(start + milliseconds(10 * i + 5))];
  for (const auto& [key, cell] : drill.collected().cells) found[key.second] += cell.offered();
  EXPECT_EQ(found, expected);
}

TEST(OpenLoop, OverLimitCountersMatchASlowTarget) {
  TestServer server([](Peer& peer) {
    while (peer.request()) {
      std::this_thread::sleep_for(milliseconds(30));  // allow(sleep): the target is slow
      if (!peer.answer(200, "late")) return;
    }
  });
  DrillPlan scenario = one_operation(server.port());
  scenario.operations[0].limits = {milliseconds(10), std::chrono::seconds(30)};
  scenario.phases = {phase_with(open_rate(50), milliseconds(400))};
  Drill drill(scenario);
  const Snapshot s = drill.run();
  EXPECT_EQ(whole(s).over_limit, (std::vector<uint64_t>{20, 0}));
  EXPECT_TRUE(balanced(s));
}

}  // namespace
}  // namespace shakedown
