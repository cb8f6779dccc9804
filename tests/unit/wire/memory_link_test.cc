#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "core/wire/link.h"

namespace shakedown {
namespace {

class MemoryLink : public ::testing::Test {
 protected:
  MemoryLink() { std::tie(agent_, controller_) = memory_link(agent_loop_, controller_loop_); }
  void open_both() {
    AgentLink::Handlers at_agent;
    at_agent.received = [this](ToAgent m) { orders_.push_back(std::move(m)); };
    at_agent.closed = [this](std::string reason) { agent_closed_.push_back(std::move(reason)); };
    agent_->open(std::move(at_agent));
    ControllerLink::Handlers at_controller;
    at_controller.received = [this](ToController m) { reports_.push_back(std::move(m)); };
    at_controller.closed = [this](std::string reason) { controller_closed_.push_back(std::move(reason)); };
    controller_->open(std::move(at_controller));
  }
  void run() {
    agent_loop_.restart();
    controller_loop_.restart();
    agent_loop_.run();
    controller_loop_.run();
  }

  boost::asio::io_context agent_loop_, controller_loop_;
  std::unique_ptr<AgentLink> agent_;
  std::unique_ptr<ControllerLink> controller_;
  std::vector<ToAgent> orders_;
  std::vector<ToController> reports_;
  std::vector<std::string> agent_closed_, controller_closed_;
};

TEST_F(MemoryLink, KeepsWhatIsSentBeforeTheOtherEndOpens) {
  Hello hello;
  hello.name = "east";
  agent_->send(hello);
  agent_->send(Goodbye{});
  run();
  EXPECT_TRUE(reports_.empty());
  open_both();
  run();
  ASSERT_EQ(reports_.size(), 2u);
  EXPECT_EQ(std::get<Hello>(reports_[0]).name, "east");
  EXPECT_TRUE(std::holds_alternative<Goodbye>(reports_[1]));
}

TEST_F(MemoryLink, CloseDeliversFirstAndTellsBothOnce) {
  open_both();
  controller_->send(Shutdown{"over"});
  controller_->close();
  controller_->send(Shutdown{"too late"});
  agent_->close();
  run();
  ASSERT_EQ(orders_.size(), 1u);
  EXPECT_EQ(std::get<Shutdown>(orders_[0]).reason, "over");
  EXPECT_EQ(agent_closed_, std::vector<std::string>{""});
  EXPECT_EQ(controller_closed_, std::vector<std::string>{""});
}

TEST_F(MemoryLink, TellsWhenTheOtherEndIsDestroyed) {
  open_both();
  agent_->send(Goodbye{});
  agent_.reset();
  run();
  EXPECT_EQ(reports_.size(), 1u);
  ASSERT_EQ(controller_closed_.size(), 1u);
  EXPECT_NE(controller_closed_[0], "");
}

TEST_F(MemoryLink, MayBeDestroyedInsideItsHandler) {
  AgentLink::Handlers handlers;
  handlers.received = [this](ToAgent m) {
    orders_.push_back(std::move(m));
    agent_.reset();
  };
  agent_->open(std::move(handlers));
  controller_->send(StartProbes{});
  controller_->send(StartLedgers{});
  run();
  EXPECT_EQ(orders_.size(), 1u);
}

// A message that the codec refuses does not arrive in a local run either.
TEST_F(MemoryLink, CrossesTheCodec) {
  open_both();
  Plan plan;
  plan.assignment.self = AgentId(4);
  controller_->send(plan);
  run();
  EXPECT_TRUE(orders_.empty());
  ASSERT_EQ(agent_closed_.size(), 1u);
  EXPECT_NE(agent_closed_[0].find("agent (itself) 4 of 0"), std::string::npos) << agent_closed_[0];
}

}  // namespace
}  // namespace shakedown
