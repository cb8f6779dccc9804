// An Agent with fake runners whose controller is the test.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/steady_timer.hpp>

#include "agent/agent.h"
#include "tests/support/faults.h"
#include "tests/unit/agent/fakes.h"

namespace shakedown::test {

// An Agent with fake runners, and the test as its controller over a memory link, all on one loop.
class AgentFixture : public ::testing::Test {
 protected:
  void start(AgentOptions options) {
    auto [agent_end, controller_end] = memory_link(loop_, loop_);
    controller_ = std::move(controller_end);
    ControllerLink::Handlers handlers;
    handlers.received = [this](ToController m) { hear(std::move(m)); };
    handlers.closed = [this](std::string) { closed_ = true; };
    controller_->open(std::move(handlers));
    agent_ = std::make_unique<Agent>(std::move(agent_end), std::move(options), loop_);
    agent_->start([this](int code) {
      exits_.push_back(code);
      agent_.reset();
    });
  }
  // The controller's clock is ahead of the agent's by skew_.
  void hear(ToController message) {
    if (const auto* ping = std::get_if<ClockPing>(&message)) {
      pings_.push_back(*ping);
      if (answer_pings_) controller_->send(ClockPong{ping->id, ping->agent_mono, mono_now() + skew_});
      return;
    }
    heard_.push_back(std::move(message));
  }
  template <class T>
  std::vector<T> all() const {
    std::vector<T> found;
    for (const ToController& m : heard_) {
      if (const T* one = std::get_if<T>(&m)) found.push_back(*one);
    }
    return found;
  }
  template <class T>
  bool heard() const {
    return !all<T>().empty();
  }
  bool run_until(const std::function<bool()>& condition) {
    boost::asio::steady_timer patience(loop_, std::chrono::seconds(30));
    bool over = false;
    patience.async_wait([&over](boost::system::error_code error) {
      if (!error) over = true;  // else this function may have returned
    });
    while (!condition() && !over) {
      loop_.restart();
      loop_.run_one();
    }
    return condition();
  }
  bool run_until_exit() {
    return run_until([&] { return !exits_.empty(); });
  }

  static Assignment assignment() {
    Assignment a;
    a.run_id = "test";
    a.self = AgentId(0);
    DrillPlan& s = a.plan;
    s.agents.resize(1);
    s.targets.resize(1);
    s.operations.resize(1);
    s.operations[0].request.target = TargetId(0);
    s.components.resize(1);
    s.components[0].agent = AgentId(0);
    s.ledgers.resize(1);
    s.ledgers[0].write.target = s.ledgers[0].read.target = TargetId(0);
    s.phases.resize(1);
    s.phases[0].repeat = 2;
    s.phases[0].most_stages = 2;
    s.faults.resize(1);
    s.faults[0].phase = PhaseId(0);
    s.faults[0].kind = faults::kill(ComponentId(0), 9);
    s.checks.resize(1);
    s.checks[0].kind = CommandCheck{};
    s.release.emplace();
    s.release->request.target = TargetId(0);
    s.release->json_pointer = "/sha";
    return a;
  }
  void get_ready(AgentOptions options) {
    start(std::move(options));
    ASSERT_TRUE(run_until([&] { return heard<Hello>(); }));
    controller_->send(Plan{assignment()});
    ASSERT_TRUE(run_until([&] { return heard<PlanReady>(); }));
  }
  void get_going(AgentOptions options) {
    get_ready(std::move(options));
    ASSERT_TRUE(all<PlanReady>()[0].ok);
    controller_->send(Go{mono_now() + skew_});
    ASSERT_TRUE(run_until([&] { return script_.clock.has_value(); }));
  }
  AgentOptions options() { return options_with(script_); }

  boost::asio::io_context loop_{1};
  Script script_;
  std::unique_ptr<ControllerLink> controller_;
  std::unique_ptr<Agent> agent_;
  std::vector<ToController> heard_;
  std::vector<ClockPing> pings_;
  std::vector<int> exits_;
  bool closed_ = false;
  bool answer_pings_ = true;
  Duration skew_{};
};

}  // namespace shakedown::test
