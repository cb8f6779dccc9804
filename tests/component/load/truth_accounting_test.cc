// What is ours is not blamed on the target: the derived cap, the reconnect backoff, our lateness in
// a closed loop.
#include <algorithm>
#include <optional>

#include <gtest/gtest.h>

#include "agent/load/schedule/closed_loop.h"
#include "tests/component/load/rig/drill.h"
#include "tests/component/load/rig/server.h"
#include "tests/support/http_documents.h"

namespace shakedown {
namespace {

using std::chrono::milliseconds;

TEST(TruthAccounting, ChanceAtTheDerivedCapIsNoDropOfTheTarget) {
  TestServer server([](Peer& peer) { peer.wait_for_end(); });
  DrillPlan scenario = one_operation(server.port(), milliseconds(200));
  scenario.phases = {phase_with(open_rate(30, Arrivals::poisson), milliseconds(2000))};
  Drill drill(scenario);
  const Snapshot s = drill.run();
  EXPECT_TRUE(balanced(s));
  EXPECT_EQ(total(s, Outcome::dropped_by_target), 0u);
  EXPECT_GE(total(s, Outcome::timeout), total_offered(s) * 8 / 10);
}

TEST(TruthAccounting, FailuresOfAnOutageAreThoseThatFellIntoIt) {
  constexpr double kRate = 400;
  std::optional<TestServer> server;
  server.emplace(always("x"));
  const uint16_t port = server->port();
  DrillPlan scenario = one_operation(port);
  scenario.connections.backoff = scenario.connections.backoff_max = milliseconds(300);
  scenario.phases = {phase_with(open_rate(kRate), milliseconds(1800))};
  Drill drill(scenario);
  drill.begin_stage(0);
  drill.run_for(milliseconds(200));
  const RunTime from = drill.clock().now();
  server.reset();
  drill.run_for(milliseconds(700));
  server.emplace(always("x"), port);
  const double down = seconds(drill.clock().now() - from);
  drill.run_until(drill.stage_end());
  drill.stop();
  const Snapshot& s = drill.collected();
  EXPECT_TRUE(balanced(s));
  const auto failed = static_cast<double>(total(s, Outcome::refused) + total(s, Outcome::reset));
  const auto not_sent = static_cast<double>(total(s, Outcome::dropped_by_us));
  EXPECT_LE(failed, kRate * down + 4) << "failures after the service was back";
  EXPECT_GE(failed + not_sent, kRate * (down - 0.1) - 4);
  EXPECT_LE(not_sent, kRate * 0.3 + 4 + kRate * 0.3) << "at most a step of the backoff, twice";
  EXPECT_EQ(total(s, Outcome::client_error) + total(s, Outcome::timeout), 0u);
}

// More arrivals than the cap has room for come within one pause: they are not on their way.
TEST(TruthAccounting, AnOutageLongerThanTheTimeoutDropsNothing) {
  DrillPlan scenario = one_operation(free_port(), milliseconds(20));
  scenario.connections.backoff = scenario.connections.backoff_max = milliseconds(400);
  scenario.phases = {phase_with(open_rate(500), milliseconds(600))};
  Drill drill(scenario);
  const Snapshot s = drill.run();
  EXPECT_TRUE(balanced(s));
  EXPECT_GE(total(s, Outcome::refused), 290u);
  EXPECT_EQ(total(s, Outcome::dropped_by_target) + total(s, Outcome::timeout), 0u);
}

TEST(TruthAccounting, WhatIsHeldAtTheEndHasAnOutcomeToo) {
  DrillPlan scenario = one_operation(free_port());
  scenario.connections.backoff = scenario.connections.backoff_max = std::chrono::seconds(30);
  scenario.phases = {phase_with(open_rate(100), milliseconds(100))};
  LoadOptions options;
  options.grace = milliseconds(10);
  Drill drill(scenario, options);
  const Snapshot s = drill.run();
  EXPECT_TRUE(balanced(s));
  EXPECT_EQ(total(s, Outcome::refused), 1u);
  EXPECT_EQ(total(s, Outcome::dropped_by_us), 9u);
}

TEST(TruthAccounting, WhatMayLieBeyondTheKeptBodyIsNoFailureOfTheTarget) {
  const std::string much(1 << 20, 'a');
  TestServer server(always("head" + much + "tail"));
  for (const auto& [text, outcome] : {std::pair{"head", Outcome::ok}, std::pair{"tail", Outcome::dropped_by_us}}) {
    DrillPlan scenario = one_operation(server.port(), std::chrono::seconds(10));
    HttpExpect expect;
    expect.body_contains = Text::literal(text);
    scenario.operations[0].expect = http::document(expect);
    scenario.phases = {phase_with(open_rate(20), milliseconds(200))};
    uint64_t as_expected = 0;
    for (int tries = 0; tries < 10 && as_expected == 0; ++tries) {  // a large answer that a busy machine reads late is ours, too
      Drill drill(scenario);
      const Snapshot s = drill.run();
      EXPECT_TRUE(balanced(s));
      as_expected = total(s, outcome);
      EXPECT_EQ((outcome == Outcome::ok ? as_expected : 0) + total(s, Outcome::dropped_by_us), 4u) << text;
    }
    EXPECT_GT(as_expected, 0u) << text;
  }
}

// Answers when the test says so, with the stamp that the test says.
class SlowReader final : public Driver {
 public:
  explicit SlowReader(Deadlines& deadlines) : Driver(deadlines) {}
  void abandon(Call&, MonoTime) override { last_ = nullptr; }
  MonoTime retry_at() const override { return {}; }
  uint32_t open_connections() const override { return 1; }
  void close() override {}
  Call* last() const { return last_; }
  void answer(MonoTime done) {
    const Answer answer{Outcome::ok, false, 200, {}, {}, false};
    finish(*last_, answer, done);
  }

 private:
  void start(Call& call, MonoTime) override { last_ = &call; }
  bool read_answer(Call&, MonoTime) override { return false; }
  MonoTime read_all(MonoTime) override { return MonoTime::max(); }
  Call* last_ = nullptr;
};

TEST(TruthAccounting, OurLatenessInAClosedLoopShowsAsLag) {
  Assignment assignment;
  assignment.self = AgentId(0);
  assignment.plan = one_operation(1, std::chrono::seconds(10));
  assignment.plan.phases = {phase_with(ClosedLoad{1, {}}, std::chrono::seconds(60))};
  const auto prepared = prepare(assignment);
  ASSERT_TRUE(prepared.has_value());
  boost::asio::io_context loop;
  const RunClock clock(mono_now());
  CallPool calls;
  Recorder recorder(assignment.plan);
  Deadlines deadlines(loop);
  SlowReader driver(deadlines);
  const WorkerTools tools{*prepared.assume_value(), clock, loop, calls, recorder, [&](OperationId) -> Driver& { return driver; }};
  const RunTime start = clock.now();
  ClosedLoop users(tools, StageId(0), *assignment.plan.phases[0].load, start, start + std::chrono::seconds(60), Lane{});
  users.begin();
  while (driver.last() == nullptr) loop.run_one();
  const MonoTime done = mono_now();
  while (mono_now() < done + milliseconds(20)) {
  }
  driver.answer(done);  // the answer had come 20 ms before our loop got to it
  EXPECT_EQ(driver.last()->intended, done);
  EXPECT_GE(driver.last()->released - driver.last()->intended, milliseconds(20));
  users.stop(RunTime::min());
  deadlines.give_up(mono_now());
  deadlines.close();
  EXPECT_GE(recorder.take_worst_lag(), milliseconds(20));
}

}  // namespace
}  // namespace shakedown
