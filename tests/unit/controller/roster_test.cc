// Asking agents: whoever is asked answers, is lost, is late or is cut short, and never holds the asker up.
#include "controller/agents/roster.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <deque>

#include "tests/unit/controller/run_rig.h"

namespace shakedown {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

// The controller's end of a stream, with the test as the agent.
class Line final : public ControllerLink {
 public:
  explicit Line(Line*& self) { self = this; }
  void open(Handlers handlers) override { handlers_ = std::move(handlers); }
  void send(ToAgent message) override { sent.push_back(std::move(message)); }
  void close() override {}
  std::string peer() const override { return "test"; }
  void say(ToController message) { handlers_.received(std::move(message)); }
  void break_off() {
    const auto closed = std::move(handlers_.closed);  // which ends this
    closed("broken");
  }

  std::deque<ToAgent> sent;

 private:
  Handlers handlers_;
};

class RosterAsk : public ::testing::Test {
 protected:
  RosterAsk() {
    scenario_.agents = {{"east", true, true, true}, {"west", true, true, true}};
    chronicle_ = std::make_unique<Chronicle>(scenario_, nullptr);
    end_ = std::make_unique<RunEnd>(*chronicle_, progress_);
    waiting_ = std::make_unique<Waiting>(loop_, *end_);
    roster_ = std::make_unique<Roster>(scenario_, *chronicle_, *waiting_);
    for (Line*& line : lines_) {
      roster_->accept(std::make_unique<Line>(line));
      line->say(Hello{});
      line->say(PlanReady{});
    }
  }
  // Begins to ask both; `answers_` is set when all is known.
  void ask(Duration limit, Patience patience = Patience::until_stopped) {
    asio::co_spawn(loop_, roster_->ask(both_, order_, limit, patience), [this](std::exception_ptr error, Answers answers) {
      EXPECT_FALSE(error);
      answers_ = std::move(answers);
    });
    loop_.poll();
    loop_.restart();
  }
  void answer(Line& line) {
    StepDone done;
    done.step = std::get<ReadRelease>(line.sent.back()).step;
    done.detail = "v1";
    line.say(done);
  }
  void run() { loop_.run_for(20s); }

  asio::io_context loop_{1};
  Scenario scenario_;
  run_rig::Silent progress_;
  std::unique_ptr<Chronicle> chronicle_;
  std::unique_ptr<RunEnd> end_;
  std::unique_ptr<Waiting> waiting_;
  std::unique_ptr<Roster> roster_;
  Line* lines_[2] = {};
  const std::vector<AgentId> both_{AgentId(0), AgentId(1)};
  const ToAgent order_ = ReadRelease{};
  std::optional<Answers> answers_;
};

TEST_F(RosterAsk, EachAnswersItsOwnNumber) {
  ask(1h);
  answer(*lines_[1]);
  loop_.poll();
  loop_.restart();
  EXPECT_FALSE(answers_) << "one is still asked";
  answer(*lines_[0]);
  run();
  ASSERT_TRUE(answers_);
  EXPECT_TRUE(answers_->at(AgentId(0)).ok);
  EXPECT_TRUE(answers_->at(AgentId(1)).ok);
  EXPECT_EQ(answers_->at(AgentId(1)).detail, "v1");
  EXPECT_NE(answers_->at(AgentId(0)).step, answers_->at(AgentId(1)).step);
}

TEST_F(RosterAsk, WhoIsLostOrWasNotThereIsNotWaitedFor) {
  lines_[0]->break_off();
  ask(1h);
  lines_[1]->break_off();
  run();
  ASSERT_TRUE(answers_);
  EXPECT_EQ(answers_->at(AgentId(0)).detail, "its agent is not there");
  EXPECT_EQ(answers_->at(AgentId(1)).detail, "agent west was lost");
  EXPECT_FALSE(answers_->at(AgentId(0)).ok || answers_->at(AgentId(1)).ok);
}

TEST_F(RosterAsk, WhoIsLateHasNotAnsweredAndIsNotHeardAnyMore) {
  ask(10ms);
  run();
  ASSERT_TRUE(answers_);
  const StepDone late = answers_->at(AgentId(1));
  EXPECT_EQ(late.detail, "no answer from the agent within 10ms");
  answer(*lines_[1]);
  EXPECT_EQ(roster_->answer(late.step), nullptr);
}

TEST_F(RosterAsk, TheEndOfTheRunCutsItShort) {
  ask(1h);
  end_->stop(RunState::stopped, "enough");
  waiting_->wake();
  run();
  ASSERT_TRUE(answers_);
  EXPECT_EQ(answers_->at(AgentId(0)).detail, "cut short: enough");
}

TEST_F(RosterAsk, ToTheEndOnlyASecondInterruptCutsItShort) {
  ask(1h, Patience::to_the_end);
  end_->interrupt("SIGINT");
  waiting_->wake();
  loop_.poll();
  loop_.restart();
  EXPECT_FALSE(answers_);
  end_->interrupt("SIGINT");
  waiting_->wake();
  run();
  ASSERT_TRUE(answers_);
  EXPECT_EQ(answers_->at(AgentId(1)).detail, "cut short: SIGINT");
}

}  // namespace
}  // namespace shakedown
