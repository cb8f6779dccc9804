#include <algorithm>
#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "tests/component/load/rig/drill.h"
#include "tests/component/load/rig/server.h"
#include "tests/support/http_documents.h"

namespace shakedown {
namespace {

using std::chrono::milliseconds;

DrillPlan with_probe(uint16_t port, Duration every, Duration timeout, ProbeConnection connection) {
  DrillPlan scenario = one_operation(port);
  scenario.probes.push_back({"front", OperationId(0), every, timeout, 3, 3, connection, {}});
  return scenario;
}

std::vector<ProbeResult> probe_for(Drill& drill, Duration length) {
  drill.runner().start_probes();
  drill.run_for(length);
  drill.stop();
  return drill.collected().probes[ProbeId(0)];
}

TEST(Probe, ChecksAtItsCadenceOverOneConnection) {
  TestServer server(always("x"));
  Drill drill(with_probe(server.port(), milliseconds(20), milliseconds(200), ProbeConnection::reuse));
  const auto results = probe_for(drill, milliseconds(500));
  EXPECT_GE(results.size(), 10u);
  EXPECT_LE(results.size(), 26u);
  for (const ProbeResult& r : results) {
    EXPECT_TRUE(r.good);
    EXPECT_LE(r.start, r.end);
  }
  EXPECT_LE(server.connections(), 3u);
  EXPECT_EQ(total_outcomes(drill.collected()), 0u) << "a probe is never load";
}

TEST(Probe, FreshOpensAConnectionEachTime) {
  TestServer server(always("x"));
  Drill drill(with_probe(server.port(), milliseconds(20), milliseconds(200), ProbeConnection::fresh));
  const auto results = probe_for(drill, milliseconds(300));
  EXPECT_GE(results.size(), 5u);
  EXPECT_GE(server.connections(), results.size());
}

TEST(Probe, AHangingCheckDelaysNoOther) {
  std::atomic<int> n = 0;
  TestServer server([&](Peer& peer) {
    while (peer.request()) {
      if (n++ % 3 == 0) {
        peer.wait_for_end();
        return;
      }
      if (!peer.answer(200, "x")) return;
    }
  });
  Drill drill(with_probe(server.port(), milliseconds(20), milliseconds(300), ProbeConnection::reuse));
  const auto results = probe_for(drill, milliseconds(800));
  uint64_t good = 0;
  for (std::size_t i = 0; i < results.size(); ++i) {
    good += results[i].good;
    EXPECT_LE(results[i].start, results[i].end);
    if (results[i].good) continue;
    EXPECT_EQ(results[i].end - results[i].start, milliseconds(300));
  }
  EXPECT_GE(results.size(), 20u);
  EXPECT_NEAR(static_cast<double>(good) / static_cast<double>(results.size()), 2.0 / 3, 0.15);
}

TEST(Probe, SlowAnswersFailAtTheTimeout) {
  TestServer server([](Peer& peer) {
    while (peer.request()) {
      std::this_thread::sleep_for(milliseconds(120));  // allow(sleep): slower than the timeout
      if (!peer.answer(200, "x")) return;
    }
  });
  Drill drill(with_probe(server.port(), milliseconds(25), milliseconds(50), ProbeConnection::reuse));
  const auto results = probe_for(drill, milliseconds(400));
  ASSERT_GE(results.size(), 5u);
  for (const ProbeResult& r : results) {
    EXPECT_FALSE(r.good);
    EXPECT_EQ(r.end - r.start, milliseconds(50));
  }
}

TEST(Probe, RefusedChecksFailAtOnceAndEachTriesAgain) {
  Drill drill(with_probe(free_port(), milliseconds(20), std::chrono::seconds(2), ProbeConnection::reuse));
  const auto results = probe_for(drill, milliseconds(300));
  ASSERT_GE(results.size(), 5u);
  for (const ProbeResult& r : results) {
    EXPECT_FALSE(r.good);
    EXPECT_LT(r.end - r.start, std::chrono::seconds(1));
  }
}

TEST(Probe, ResultsComeInOrderOfStart) {
  TestServer server(always("x"));
  Drill drill(with_probe(server.port(), milliseconds(5), milliseconds(200), ProbeConnection::fresh));
  const auto results = probe_for(drill, milliseconds(300));
  EXPECT_TRUE(std::is_sorted(results.begin(), results.end(),
                             [](const ProbeResult& a, const ProbeResult& b) { return a.start < b.start; }));
}

// What was expected may lie beyond what we keep of an answer: that is no failure of the target's.
TEST(Probe, TruthAnAnswerTooLongToBeJudgedIsNoFailedCheck) {
  TestServer server(always(std::string((1 << 20) + 200'000, '.') + "MARK"));
  DrillPlan scenario = with_probe(server.port(), milliseconds(100), std::chrono::seconds(10), ProbeConnection::reuse);
  HttpExpect expect;
  expect.body_contains = Text::literal("MARK");
  scenario.operations[0].expect = http::document(expect);
  Drill drill(scenario);
  for (const ProbeResult& r : probe_for(drill, milliseconds(500))) EXPECT_TRUE(r.good);
  EXPECT_GT(server.connections(), 0u);
}

TEST(Probe, AnotherAgentsProbeIsNotOurs) {
  TestServer server(always("x"));
  DrillPlan scenario = with_probe(server.port(), milliseconds(20), milliseconds(200), ProbeConnection::reuse);
  scenario.agents.push_back({"other", true, false, false});
  scenario.probes[0].agent = AgentId(1);
  Drill drill(scenario);
  EXPECT_TRUE(probe_for(drill, milliseconds(150)).empty());
}

}  // namespace
}  // namespace shakedown
