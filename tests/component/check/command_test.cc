// Commands: exit code, number, what is no result at all, and that nothing of them is left.
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/component/check/checks.h"

namespace shakedown {
namespace {

using std::chrono::milliseconds;

class CommandCheckTest : public CheckTest {
 protected:
  static CheckResult shell(const std::string& script, bool number = false, Duration timeout = std::chrono::seconds(20)) {
    return check(site("http", 1), CommandCheck{{"/bin/sh", "-c", script}, number}, timeout);
  }
};

TEST_F(CommandCheckTest, TheExitCodeDecides) {
  EXPECT_TRUE(found_to_hold(shell("echo fine")));
  EXPECT_TRUE(found_not_to_hold(shell("echo no backup >&2; exit 3"), "exit code 3; output: no backup"));
}

TEST_F(CommandCheckTest, TheFirstLineIsTheNumber) {
  const CheckResult result = shell("echo a warning >&2; echo ' 12.5 '; echo more", true);
  EXPECT_TRUE(found_to_hold(result));
  EXPECT_EQ(result.number, 12.5);
  EXPECT_EQ(shell("echo -3", true).number, -3);
  for (const char* script : {"echo twelve", "echo 12 days", "true", "echo nan", "echo 1e999"}) {
    EXPECT_TRUE(not_carried_out(shell(script, true), "a number was expected")) << script;
  }
  EXPECT_TRUE(found_not_to_hold(shell("echo 3; exit 1", true), "exit code 1"));
  EXPECT_FALSE(shell("echo 3").number) << "no number was asked for";
}

TEST_F(CommandCheckTest, WhatDidNotComeToItsEndIsNoResult) {
  EXPECT_TRUE(not_carried_out(shell("kill -9 $$"), "signal 9"));
  EXPECT_TRUE(not_carried_out(shell("sleep 600", false, milliseconds(200)), "no end within"));
  EXPECT_TRUE(not_carried_out(check(site("http", 1), CommandCheck{{"/no/such/program"}, false}), "/no/such/program"));
}

TEST_F(CommandCheckTest, ItRunsInTheScenariosFolder) {
  DrillPlan scenario = site("http", 1);
  scenario.folder = dir_;
  EXPECT_TRUE(found_to_hold(check(scenario, CommandCheck{{"test", "-f", "ca.pem"}, false})));
}

TEST_F(CommandCheckTest, ASecretInItsOutputIsNotTold) {
  ASSERT_EQ(::setenv("SHAKEDOWN_CHECK_TOKEN", "planted-secret", 1), 0);
  DrillPlan scenario = site("http", 1);
  scenario.secrets.push_back({"token", {SecretSource::Kind::env, "SHAKEDOWN_CHECK_TOKEN"}});
  scenario.env.push_back({"TOKEN", Text{{{HoleKind::secret, "token"}}}});
  const CheckResult result = check(scenario, CommandCheck{{"/bin/sh", "-c", "echo \"with $TOKEN, $TOKEN\""}, false});
  EXPECT_TRUE(found_to_hold(result));
  EXPECT_EQ(result.detail, "exit code 0; output: with {token}, {token}");
}

TEST_F(CommandCheckTest, ItsProcessIsNotedWhileItRunsSoThatItEndsWithItsAgent) {
  const std::string note = dir_ + "/note", copy = dir_ + "/copy";
  Assignment assignment;
  assignment.self = AgentId(0);
  assignment.plan = site("http", 1);
  assignment.plan.checks.push_back(
      {"noted", AgentId(), CommandCheck{{"/bin/sh", "-c", "cp " + note + " " + copy + "; echo $$"}, true}});
  boost::asio::io_context loop{1};
  const auto work = boost::asio::make_work_guard(loop);
  const auto runner = make_check_runner(assignment, RunClock(mono_now()), loop, note);
  CheckResult result;
  bool over = false;
  runner->run([&](CheckResult one) { result = std::move(one); }, [&](bool, std::string) { over = true; });
  while (!over) loop.run_one();
  ASSERT_TRUE(result.done) << result.detail;
  double noted = 0;
  std::ifstream(copy) >> noted;
  EXPECT_EQ(noted, result.number);
  EXPECT_NE(::access(note.c_str(), F_OK), 0);
}

TEST_F(CommandCheckTest, WhenTheAgentStopsNothingOfItIsLeft) {
  DrillPlan scenario = site("http", 1);
  const std::string pipe = dir_ + "/pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  scenario.checks.push_back({"long", AgentId(), CommandCheck{{"/bin/sh", "-c", "echo $$ > " + pipe + "; exec sleep 600"}, false},
                             std::chrono::seconds(300)});
  scenario.checks.push_back({"waiting", AgentId(), CommandCheck{{"/bin/true"}, false}});
  Assignment assignment;
  assignment.self = AgentId(0);
  assignment.plan = scenario;
  boost::asio::io_context loop{1};
  auto runner = make_check_runner(assignment, RunClock(mono_now()), loop);
  std::vector<CheckResult> results;
  bool over = false;
  runner->run([&](CheckResult result) { results.push_back(result); }, [&](bool, std::string) { over = true; });
  pid_t pid = 0;
  std::ifstream(pipe) >> pid;  // waits for the command
  ASSERT_GT(pid, 0);
  ASSERT_EQ(::kill(pid, 0), 0);
  runner->cancel();
  while (!over) {
    loop.restart();
    loop.run_one_for(milliseconds(50));
  }
  ASSERT_EQ(results.size(), 2U);
  EXPECT_TRUE(not_carried_out(results[0], "cancelled"));
  EXPECT_TRUE(not_carried_out(results[1], "the agent stops"));
  EXPECT_NE(::kill(pid, 0), 0) << "the command is still there";
  bool refused = false;
  runner->run([](CheckResult) {}, [&](bool ok, std::string) { refused = !ok; });
  EXPECT_TRUE(refused) << "checks run once";
}

}  // namespace
}  // namespace shakedown
