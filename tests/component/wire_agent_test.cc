// A whole Agent over gRPC through a connection that is cut again and again, and the agent inside a local run.
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <thread>

#include "agent/agent.h"
#include "agent/in_process.h"
#include "core/base/rng.h"
#include "core/runtime/worker.h"
#include "core/stats/timeline.h"
#include "core/wire/grpc_client.h"
#include "core/wire/grpc_server.h"
#include "core/wire/token.h"
#include "tests/component/wire_proxy.h"
#include "tests/unit/agent/fakes.h"

namespace shakedown {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

Assignment load_only() {
  Assignment a;
  a.self = AgentId(0);
  a.scenario.agents.resize(1);
  a.scenario.agents[0].inject = false;
  a.scenario.probes.resize(1);
  a.scenario.targets.resize(1);
  a.scenario.targets[0].scheme = "http";
  a.scenario.targets[0].host = "127.0.0.1";
  a.scenario.targets[0].port = 9;
  a.scenario.operations.resize(1);
  a.scenario.operations[0].http.target = TargetId(0);
  a.scenario.probes[0].operation = OperationId(0);
  a.scenario.phases.resize(1);
  return a;
}

// A load that reports a known, random number of arrivals in each snapshot and collects as often as it is asked.
class CountingLoad final : public LoadRunner {
 public:
  explicit CountingLoad(uint64_t& truth, std::vector<ProbeResult>& probes) : truth_(truth), probes_(probes) {}
  void start_probes() override {}
  void start_ledgers() override {}
  void start_stage(StageId, PhaseId, RunTime, RunTime) override {}
  void stop_stage(StageId, RunTime) override {}
  void verify(LedgerId, uint32_t, InjectionId, uint64_t, std::function<void(LedgerPass)>) override {}
  void fetch(const HttpRequest&, Duration, std::function<void(Result<std::string>)> done) override {
    done(std::string("1"));
  }
  void collect(std::function<void(Snapshot)> done) override {
    Snapshot snapshot;
    const uint64_t n = rng_.below(1000);
    truth_ += n;
    snapshot.offered[StageId(0)] = n;
    for (uint64_t i = 0; i < rng_.below(300); ++i) {
      const RunTime start = run_time(Duration(static_cast<int64_t>(++next_)));
      probes_.push_back({start, start, true});
      snapshot.probes[ProbeId(0)].push_back(probes_.back());
    }
    done(std::move(snapshot));
  }
  void stop(std::function<void()> done) override { done(); }

 private:
  uint64_t& truth_;
  std::vector<ProbeResult>& probes_;
  Rng rng_{11};
  uint64_t next_ = 0;
};

TEST(AgentOverGrpc, LosesAndDoublesNoSnapshotWhenItsStreamBreaks) {
  asio::io_context loop{1};
  const std::string token = random_token();
  const Assignment plan = load_only();
  Timeline timeline(plan.scenario);
  std::unique_ptr<ControllerLink> link;
  std::vector<uint64_t> seqs;
  std::vector<StepDone> answers;
  bool ready = false, goodbye = false;
  std::optional<int> exit;
  const auto hear = [&](ToController message) {
    if (const auto* ping = std::get_if<ClockPing>(&message)) {
      link->send(ClockPong{ping->id, ping->agent_mono, mono_now()});
    } else if (std::holds_alternative<Hello>(message)) {
      link->send(Plan{plan});
    } else if (std::holds_alternative<PlanReady>(message)) {
      ready = true;
    } else if (const auto* snapshot = std::get_if<Snapshot>(&message)) {
      seqs.push_back(snapshot->seq);
      timeline.add(*snapshot);
    } else if (const auto* done = std::get_if<StepDone>(&message)) {
      answers.push_back(*done);
    } else if (std::holds_alternative<Goodbye>(message)) {
      goodbye = true;
    }
  };
  auto server = listen("127.0.0.1:0", token, loop, [&](std::unique_ptr<ControllerLink> accepted) {
    ASSERT_EQ(link, nullptr) << "one link for all connections";
    link = std::move(accepted);
    ControllerLink::Handlers handlers;
    handlers.received = hear;
    link->open(std::move(handlers));
  });
  ASSERT_TRUE(server) << server.error().text();
  test::CuttingProxy proxy(server.value()->bound_address());

  uint64_t truth = 0;
  std::vector<ProbeResult> probes;
  AgentOptions options;
  options.make_load = [&](const Assignment&, RunClock, LoadOptions,
                          asio::io_context&) -> Result<std::unique_ptr<LoadRunner>> {
    truth = 0;
    return std::unique_ptr<LoadRunner>(std::make_unique<CountingLoad>(truth, probes));
  };
  auto agent_link = dial(proxy.address(), token, loop);
  ASSERT_TRUE(agent_link) << agent_link.error().text();
  std::optional<Agent> agent;
  agent.emplace(std::move(agent_link.value()), options, loop);
  agent->start([&](int code) {
    exit = code;
    agent.reset();
  });
  const auto run_until = [&](const std::function<bool()>& condition) {
    asio::steady_timer patience(loop, 60s);
    bool over = false;
    patience.async_wait([&over](boost::system::error_code error) {
      if (!error) over = true;
    });
    while (!condition() && !over) loop.run_one();
    return condition();
  };
  ASSERT_TRUE(run_until([&] { return ready; }));
  link->send(Go{mono_now(), {}});
  Rng rng(5);
  uint64_t steps = 0;
  // Orders that are answered, cut in between: every answer comes once, in order.
  while (seqs.size() < 5 || steps < 300) {
    for (uint64_t n = 1 + rng.below(8); n > 0; --n) link->send(ReadRelease{++steps});
    const uint64_t aim = steps - rng.below(4);
    ASSERT_TRUE(run_until([&] { return answers.size() >= aim; }));
    if (rng.below(4) == 0) proxy.cut();
    const std::size_t before = seqs.size();
    if (steps >= 300) {
      ASSERT_TRUE(run_until([&] { return seqs.size() > before; }));
    }
  }
  link->send(Shutdown{"over"});
  ASSERT_TRUE(run_until([&] { return goodbye && exit; }));
  EXPECT_EQ(*exit, 0);
  EXPECT_GT(proxy.connections(), 5);
  for (std::size_t i = 0; i < seqs.size(); ++i) ASSERT_EQ(seqs[i], i + 1);
  ASSERT_EQ(answers.size(), steps);
  for (std::size_t i = 0; i < answers.size(); ++i) ASSERT_EQ(answers[i].step, i + 1);
  EXPECT_EQ(timeline.agents().at(AgentId(0)).missing_snapshots, 0u);
  uint64_t offered = 0;
  for (const StageRecord& stage : timeline.stages()) offered += stage.offered;
  EXPECT_EQ(offered, truth);
  EXPECT_EQ(timeline.probe(ProbeId(0)).size(), probes.size());
}

// The controller's side of a local run, on a thread of its own.
class LocalRun : public testing::Test {
 protected:
  void start(InProcessAgent& agent) {
    auto [agent_end, controller_end] = memory_link(agent.loop(), controller_.loop());
    link_ = std::move(controller_end);
    ControllerLink::Handlers handlers;
    handlers.received = [this](ToController message) {
      if (std::holds_alternative<Hello>(message)) {
        link_->send(Plan{load_only()});
      } else if (const auto* answer = std::get_if<PlanReady>(&message)) {
        ready_.set_value(*answer);
      } else if (std::holds_alternative<Goodbye>(message)) {
        goodbye_.set_value();
      }
    };
    link_->open(std::move(handlers));
    agent.start(std::move(agent_end));
  }
  ~LocalRun() override {
    controller_.finish();
  }
  Worker controller_{"controller"};
  std::unique_ptr<ControllerLink> link_;
  std::promise<PlanReady> ready_;
  std::promise<void> goodbye_;
};

TEST_F(LocalRun, IsReadyAtOnceWithAnExactClockAndEndsOnShutdown) {
  {
    InProcessAgent agent("local", 1, "");
    start(agent);
    const PlanReady answer = ready_.get_future().get();
    ASSERT_TRUE(answer.ok) << answer.error;
    EXPECT_EQ(answer.clock_bound, Duration{});
    link_->send(Shutdown{"over"});
    goodbye_.get_future().wait();
  }
}

TEST_F(LocalRun, EndsWhenTheControllerNeverSaysShutdown) {
  {
    InProcessAgent agent("local", 1, "");
    start(agent);
    ASSERT_TRUE(ready_.get_future().get().ok);
    link_->send(Go{mono_now(), {}});
  }
  goodbye_.get_future().wait();
}

TEST_F(LocalRun, NeedNotBeStarted) { InProcessAgent agent("local", 1, ""); }

}  // namespace
}  // namespace shakedown
