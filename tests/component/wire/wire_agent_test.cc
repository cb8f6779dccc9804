// A whole Agent over gRPC through a connection that is cut again and again, and the agent inside a local run.
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <numeric>

#include "agent/agent.h"
#include "agent/in_process.h"
#include "controller/measure/timeline.h"
#include "core/base/rng.h"
#include "core/runtime/worker.h"
#include "core/wire/grpc/client.h"
#include "core/wire/grpc/server.h"
#include "core/wire/token.h"
#include "tests/component/wire/wire_proxy.h"
#include "tests/support/http_documents.h"
#include "tests/unit/agent/fakes.h"

namespace shakedown {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

Assignment load_only() {
  Assignment a;
  a.self = AgentId(0);
  a.plan.agents.resize(1);
  a.plan.agents[0].inject = false;
  a.plan.probes.resize(1);
  a.plan.targets.resize(1);
  a.plan.targets[0].scheme = "http";
  a.plan.targets[0].host = "127.0.0.1";
  a.plan.targets[0].port = 9;
  a.plan.operations.resize(1);
  a.plan.operations[0].request = http::get("/");
  a.plan.probes[0].operation = OperationId(0);
  a.plan.phases.resize(1);
  return a;
}

// A load that reports a known, random number of arrivals in each snapshot and collects as often as it is asked.
class CountingLoad final : public LoadRunner {
 public:
  explicit CountingLoad(uint64_t& truth, std::vector<ProbeResult>& probes) : truth_(truth), probes_(probes) {}
  void go(RunClock) override {}
  void start_probes() override {}
  void start_ledgers() override {}
  void start_stage(StageId, PhaseId, RunTime, RunTime, double) override {}
  void stop_stage(StageId, RunTime) override {}
  void verify(LedgerId, uint32_t, InjectionId, uint64_t, std::function<void(LedgerPass)>) override {}
  void fetch(const Request&, Duration, std::function<void(Result<std::string>)> done) override { done(std::string("1")); }
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

// A real Agent over gRPC through the proxy, and the test as its controller, on one loop.
class AgentOverGrpc : public ::testing::Test {
 protected:
  void SetUp() override {
    auto server = listen("127.0.0.1:0", token_, loop_, [this](std::unique_ptr<ControllerLink> l) { accept(std::move(l)); });
    ASSERT_TRUE(server) << server.error().text();
    server_ = std::move(server.value());
    proxy_ = std::make_unique<test::CuttingProxy>(server_->bound_address());
    AgentOptions options;
    options.make_load = [this](const Assignment&, LoadOptions, asio::io_context&) -> Result<std::unique_ptr<LoadRunner>> {
      return std::unique_ptr<LoadRunner>(std::make_unique<CountingLoad>(truth_, probes_));
    };
    auto link = dial(proxy_->address(), token_, loop_);
    ASSERT_TRUE(link) << link.error().text();
    agent_.emplace(std::move(link.value()), options, loop_);
    agent_->start([this](int code) {
      exit_ = code;
      agent_.reset();
    });
  }
  void accept(std::unique_ptr<ControllerLink> accepted) {
    ASSERT_EQ(link_, nullptr) << "one link for all connections";
    link_ = std::move(accepted);
    ControllerLink::Handlers handlers;
    handlers.received = [this](ToController message) { hear(message); };
    link_->open(std::move(handlers));
  }
  void hear(const ToController& message) {
    if (const auto* ping = std::get_if<ClockPing>(&message)) {
      link_->send(ClockPong{ping->id, ping->agent_mono, mono_now()});
    } else if (std::holds_alternative<Hello>(message)) {
      link_->send(Plan{plan_});
    } else if (std::holds_alternative<PlanReady>(message)) {
      ready_ = true;
    } else if (const auto* snapshot = std::get_if<Snapshot>(&message)) {
      seqs_.push_back(snapshot->seq);
      timeline_.apply(*snapshot);
    } else if (const auto* done = std::get_if<StepDone>(&message)) {
      answers_.push_back(done->step);
    } else if (std::holds_alternative<Goodbye>(message)) {
      goodbye_ = true;
    }
  }
  bool run_until(const std::function<bool()>& condition) {
    asio::steady_timer patience(loop_, 60s);
    bool over = false;
    patience.async_wait([&over](boost::system::error_code error) {
      if (!error) over = true;
    });
    while (!condition() && !over) loop_.run_one();
    return condition();
  }

  asio::io_context loop_{1};
  const std::string token_ = random_token();
  const Assignment plan_ = load_only();
  const Scenario scenario_{plan_.plan};
  Timeline timeline_{scenario_};
  uint64_t truth_ = 0;
  std::vector<ProbeResult> probes_;
  std::unique_ptr<ControllerServer> server_;
  std::unique_ptr<test::CuttingProxy> proxy_;
  std::unique_ptr<ControllerLink> link_;
  std::optional<Agent> agent_;
  std::vector<uint64_t> seqs_, answers_;
  bool ready_ = false, goodbye_ = false;
  std::optional<int> exit_;
};

std::vector<uint64_t> one_to(uint64_t n) {
  std::vector<uint64_t> numbers(n);
  std::iota(numbers.begin(), numbers.end(), 1);
  return numbers;
}

TEST_F(AgentOverGrpc, LosesAndDoublesNothingWhenItsStreamBreaks) {
  ASSERT_TRUE(run_until([&] { return ready_; }));
  link_->send(Go{mono_now()});
  Rng rng(5);
  uint64_t steps = 0;
  while (seqs_.size() < 5 || steps < 300) {
    for (uint64_t n = 1 + rng.below(8); n > 0; --n) link_->send(ReadRelease{++steps});
    const uint64_t aim = steps - rng.below(4);
    ASSERT_TRUE(run_until([&] { return answers_.size() >= aim; }));
    if (rng.below(4) == 0) proxy_->cut();
    const std::size_t before = seqs_.size();
    if (steps >= 300) {
      ASSERT_TRUE(run_until([&] { return seqs_.size() > before; }));
    }
  }
  link_->send(Shutdown{"over"});
  ASSERT_TRUE(run_until([&] { return goodbye_ && exit_; }));
  EXPECT_EQ(*exit_, 0);
  EXPECT_GT(proxy_->connections(), 5);
  EXPECT_EQ(seqs_, one_to(seqs_.size()));
  EXPECT_EQ(answers_, one_to(steps));
  EXPECT_EQ(timeline_.snapshot_damage(), "");
  uint64_t offered = 0;
  for (const StageRecord& stage : timeline_.stages()) offered += stage.offered;
  EXPECT_EQ(offered, truth_);
  EXPECT_EQ(timeline_.probe(ProbeId(0)).size(), probes_.size());
}

// The controller's side of a local run, on a thread of its own.
class LocalRun : public ::testing::Test {
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
  ~LocalRun() override { controller_.finish(); }
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
    link_->send(Go{mono_now()});
  }
  goodbye_.get_future().wait();
}

TEST_F(LocalRun, NeedNotBeStarted) { InProcessAgent agent("local", 1, ""); }

}  // namespace
}  // namespace shakedown
