// The load engine against a real server.
#include <signal.h>

#include <map>
#include <optional>
#include <utility>

#include <gtest/gtest.h>

#include "tests/component/load/rig/drill.h"
#include "tests/component/load/rig/nginx.h"
#include "tests/support/http_documents.h"

namespace shakedown {
namespace {

using std::chrono::milliseconds;

TEST(NginxLoad, ClosedLoopOverAllConnections) {
  const Nginx nginx;
  DrillPlan scenario = one_operation(nginx.port());
  scenario.connections.max = 32;
  scenario.phases = {phase_with(ClosedLoad{32, {}}, milliseconds(500))};
  Drill drill(scenario);
  drill.begin_stage(0);
  drill.run_for(milliseconds(300));
  EXPECT_EQ(drill.collect().health.open_connections, 32u);
  drill.run_until(drill.stage_end());
  drill.stop();
  const Snapshot& s = drill.collected();
  EXPECT_TRUE(balanced(s));
  EXPECT_GT(total(s, Outcome::ok), 1000u);
  EXPECT_EQ(total(s, Outcome::ok), total_outcomes(s));
}

TEST(NginxLoad, OpenLoopKeepsItsRateOnTwoWorkers) {
  const Nginx nginx;
  DrillPlan scenario = one_operation(nginx.port());
  scenario.phases = {phase_with(open_rate(2000, Arrivals::poisson), milliseconds(500))};
  LoadOptions options;
  options.workers = 2;
  Drill drill(scenario, options);
  const Snapshot s = drill.run();
  EXPECT_TRUE(balanced(s));
  EXPECT_NEAR(static_cast<double>(total_offered(s)), 1000, 170);
  EXPECT_EQ(total(s, Outcome::ok), total_offered(s));
}

TEST(NginxLoad, MixOfOperationsAndMethods) {
  const Nginx nginx("location /teapot { return 418; }\nlocation /empty { return 204; }");
  DrillPlan scenario = one_operation(nginx.port());
  for (const auto& [method, path] : {std::pair{"HEAD", "/"}, {"GET", "/teapot"}, {"GET", "/empty"}}) {
    Operation operation = scenario.operations[0];
    operation.request = http::get(path);
    http::put(operation.request.document, "method", text_document(method));
    scenario.operations.push_back(operation);
  }
  HttpExpect teapot;
  teapot.status = {{418, 418}};
  scenario.operations[2].expect = http::document(teapot);
  scenario.phases = {phase_with(open_rate(1000), milliseconds(500))};
  scenario.phases[0].load->mix = {{OperationId(0), 1}, {OperationId(1), 1}, {OperationId(2), 1}, {OperationId(3), 1}};
  Drill drill(scenario);
  const Snapshot s = drill.run();
  EXPECT_EQ(total(s, Outcome::ok), 500u);
  std::map<OperationId, uint64_t> by_operation;
  for (const auto& [key, cell] : s.cells) by_operation[key.operation] += cell.offered();
  ASSERT_EQ(by_operation.size(), 4u);
  for (const auto& [id, count] : by_operation) EXPECT_NEAR(static_cast<double>(count), 125, 60);
}

// A stop of T at rate r delays arrival k of the stop by T - k/r: in sum r T^2 / 2.
TEST(NginxLoad, StopOfTheTargetCostsWhatTheScheduleSays) {
  const Nginx nginx;
  DrillPlan scenario = one_operation(nginx.port(), std::chrono::seconds(20));
  scenario.phases = {phase_with(open_rate(500), milliseconds(2000))};
  Drill drill(scenario);
  drill.begin_stage(0);
  drill.run_for(milliseconds(500));
  const RunTime stopped = drill.clock().now();
  nginx.signal(SIGSTOP);
  drill.run_for(milliseconds(700));
  nginx.signal(SIGCONT);
  const double stop = seconds(drill.clock().now() - stopped);
  drill.run_until(drill.stage_end());
  drill.stop();
  const Snapshot& s = drill.collected();
  EXPECT_TRUE(balanced(s));
  EXPECT_EQ(total(s, Outcome::ok), 1000u);
  const double excess = whole(s).latency[static_cast<std::size_t>(Outcome::ok)].sum_seconds();
  const double expected = 500 * stop * stop / 2;
  EXPECT_GT(excess, expected * 0.85);
  EXPECT_LT(excess, expected * 1.3 + 2);
}

TEST(NginxLoad, KilledGroupIsAnOutageOfProbeAndLoad) {
  std::optional<Nginx> nginx;
  nginx.emplace();
  DrillPlan scenario = one_operation(nginx->port());
  scenario.phases = {phase_with(open_rate(500), milliseconds(800))};
  scenario.probes.push_back({"front", OperationId(0), milliseconds(10), milliseconds(200), 3, 3, ProbeConnection::reuse, {}});
  Drill drill(scenario);
  drill.runner().start_probes();
  drill.begin_stage(0);
  drill.run_for(milliseconds(300));
  nginx.reset();
  drill.run_until(drill.stage_end());
  drill.stop();
  const Snapshot& s = drill.collected();
  EXPECT_TRUE(balanced(s));
  EXPECT_EQ(total_offered(s), 400u);
  EXPECT_GE(total(s, Outcome::refused), 150u);
  const auto& results = s.probes.at(ProbeId(0));
  EXPECT_TRUE(results.front().good);
  EXPECT_FALSE(results.back().good);
}

}  // namespace
}  // namespace shakedown
