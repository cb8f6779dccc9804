// SIGKILL of agent, watchdog or both at random instants. SHAKEDOWN_CRASH_TRIALS sets the number of trials (default 24).
#include <csignal>
#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/fault/mechanisms/process/identity.h"
#include "core/base/rng.h"
#include "core/runtime/process/child_process.h"
#include "tests/component/fault/fault_rig.h"
#include "tests/support/faults.h"

namespace shakedown::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

struct FaultCrashTest : ::testing::Test {
  TemporaryFolder folder;
  Component victim = component(folder, "victim", {"sleep", "1000"}, "sleep");
  const std::string pidfile = victim.process()->pidfile;

  void start_victim() {
    write_text(folder / "run/.keep", "");
    Command command;
    command.argv = victim.start;
    command.pid_file = pidfile;
    ASSERT_TRUE(spawn(command).has_value());
  }
  void TearDown() override { end_process(pid_in(pidfile)); }

  ChildProcess start_agent(const std::string& mode, const std::string& kind) {
    Command command;
    command.argv = {helper_program(), mode,     "--state", folder / "state", "--locks",    folder / "locks", "--pidfile",
                    pidfile,          "--kind", kind,      "--folder",       folder.path()};
    command.log_file = folder / "agent.log";
    auto agent = spawn(command);
    EXPECT_TRUE(agent.has_value()) << agent.error().text();
    return std::move(agent.value());
  }
  void expect_line(const std::string& text) {
    ASSERT_TRUE(eventually([&] { return read_text(folder / "agent.log").find(text) != std::string::npos; }))
        << text << "\n"
        << read_text(folder / "agent.log");
  }
  std::vector<pid_t> watchdogs() const {
    std::vector<pid_t> out;
    for (const ProcessStat& stat : all_processes()) {
      const std::string line = read_text("/proc/" + std::to_string(stat.ref.pid) + "/cmdline");
      if (line.find(std::string("watch") + '\0' + folder.path()) != std::string::npos) out.push_back(stat.ref.pid);
    }
    return out;
  }
  std::vector<std::string> records() const {
    FaultRig lister;
    lister.options.state_dir = folder / "state";
    return lister.records();
  }
  std::string audit() const { return read_text(folder / "state/audit/audit.log"); }
  void reap(ChildProcess& child) {
    EXPECT_TRUE(eventually([&] { return child.poll().has_value(); }));
  }
  // Every process that runs `sleep 1000` for this test: named by the pidfile or an orphan of a start.
  int victims() const {
    int count = 0;
    for (const ProcessStat& stat : all_processes()) {
      const std::string base = "/proc/" + std::to_string(stat.ref.pid);
      if (read_text(base + "/environ").find("SHAKEDOWN_VICTIM_OF=" + folder.path()) == std::string::npos) continue;
      if (read_text(base + "/cmdline") == std::string("sleep\0001000\0", 11)) ++count;
    }
    return count;
  }
  void expect_as_before() {
    const bool restored = eventually([&] {
      const pid_t pid = pid_in(pidfile);
      return watchdogs().empty() && records().empty() && alive(pid) && state_of(pid) != 'T' && victims() == 1;
    });
    EXPECT_TRUE(restored) << "records " << records().size() << ", victims " << victims() << ", state '"
                          << state_of(pid_in(pidfile)) << "', watchdogs " << watchdogs().size() << "\n"
                          << read_text(folder / "state/watchdog.log") << read_text(folder / "agent.log");
  }
};

TEST_F(FaultCrashTest, AKilledAgentsPauseIsUndone) {
  start_victim();
  ChildProcess agent = start_agent("once", "pause");
  expect_line("effective");
  agent.kill_group(SIGKILL);
  reap(agent);
  EXPECT_TRUE(eventually([&] { return state_of(pid_in(pidfile)) == 'S' && records().empty(); }));
  EXPECT_TRUE(eventually([&] { return audit().find("\"who\":\"the watchdog: the agent is gone\"") != std::string::npos; }))
      << audit();
  EXPECT_THAT(audit(), HasSubstr("\"what\":\"undo\",\"text\":\"fault break-victim (pause of victim): taken back\""));
}

TEST_F(FaultCrashTest, WhatAgentAndWatchdogLeftTogetherIsSweptByTheNextAgent) {
  start_victim();
  ChildProcess agent = start_agent("once", "pause");
  expect_line("effective");
  agent.kill_group(SIGSTOP);  // else it may see its watchdog end, and undo, before it is killed itself
  for (const pid_t watchdog : watchdogs()) ::kill(watchdog, SIGKILL);
  agent.kill_group(SIGKILL);
  reap(agent);
  const bool both_before_hold_end = state_of(pid_in(pidfile)) == 'T';
  ChildProcess next = start_agent("sweep", "pause");
  reap(next);
  EXPECT_EQ(state_of(pid_in(pidfile)), 'S');
  EXPECT_TRUE(records().empty());
  if (both_before_hold_end) {
    EXPECT_THAT(audit(), HasSubstr("\"who\":\"the next agent on this host\""));
    EXPECT_THAT(read_text(folder / "agent.log"), HasSubstr("swept what run crash left"));
  }
}

TEST_F(FaultCrashTest, TheSweepFindsTheRecordsOfAnotherStateFolder) {
  start_victim();
  ChildProcess agent = start_agent("once", "kill");
  expect_line("effective");
  const std::vector<pid_t> guards = watchdogs();
  for (const pid_t watchdog : guards) ::kill(watchdog, SIGKILL);
  agent.kill_group(SIGKILL);
  reap(agent);
  FaultRig next;
  next.options.lock_dir = folder / "locks";
  next.add(victim);
  const auto made = next.make();
  ASSERT_TRUE(made.has_value()) << made.error().text();
  EXPECT_TRUE(alive(pid_in(pidfile)));
  EXPECT_TRUE(records().empty());
  next.runner.reset();
}

TEST_F(FaultCrashTest, ALivingAgentsRecordsAreNotSwept) {
  start_victim();
  ChildProcess agent = start_agent("once", "kill");
  expect_line("armed");
  ChildProcess next = start_agent("sweep", "kill");
  std::optional<ExitStatus> status;
  EXPECT_TRUE(eventually([&] { return (status = next.poll()).has_value(); }));
  EXPECT_EQ(status.value_or(ExitStatus{}).code, 75);
  EXPECT_FALSE(records().empty());
  agent.kill_group(SIGKILL);
  reap(agent);
  EXPECT_TRUE(eventually([&] { return alive(pid_in(pidfile)) && records().empty(); }));
}

TEST_F(FaultCrashTest, AProcessThatIsStillDyingDoesNotPassForRunning) {
  // An orderly end that takes a second, with an agent that dies at its beginning.
  victim = component(folder, "victim", {"sh", "-c", "trap 'sleep 1; exit' TERM; while :; do sleep 0.02; done"}, "sh");
  FaultRig rig;
  rig.options.lock_dir = folder / "locks";
  const ComponentId id = rig.add(victim);
  const FaultId fault = rig.add("kill-it", faults::kill(id, SIGTERM));
  start_victim();
  const pid_t before = pid_in(pidfile);
  ASSERT_TRUE(rig.make().has_value());
  const InjectionId injection = rig.inject(fault);
  ASSERT_TRUE(rig.wait_state(injection, FaultState::injected));
  ASSERT_TRUE(alive(before));
  rig.runner.reset();  // the watchdog's turn
  EXPECT_TRUE(eventually([&] { return rig.records().empty(); }));
  EXPECT_FALSE(alive(before));
  EXPECT_TRUE(alive(pid_in(pidfile)));
}

// The victim of each cycle is broken, recovered, and finished by comparison or by undo; the kill may hit any step.
void random_kill(FaultCrashTest& test, Rng& rng, int trial) {
  const std::string kind = trial % 2 == 0 ? "kill" : "pause";
  const int who = (trial / 2) % 3;  // agent, watchdog, both
  ChildProcess agent = test.start_agent("cycle", kind);
  test.expect_line("armed");
  const MonoTime instant = mono_now() + milliseconds(rng.below(700)) + std::chrono::microseconds(rng.below(1000));
  eventually([&] { return mono_now() >= instant; });
  if (who != 0) {
    for (const pid_t watchdog : test.watchdogs()) ::kill(watchdog, SIGKILL);
  }
  if (who == 1) eventually([&, end = mono_now() + milliseconds(rng.below(300))] { return mono_now() >= end; });
  agent.kill_group(SIGKILL);
  test.reap(agent);
  // Without a watchdog (it may just have been replaced) the next agent's start counts.
  if (who != 0) {
    ChildProcess next = test.start_agent("sweep", kind);
    test.reap(next);
  }
  test.expect_as_before();
}

TEST_F(FaultCrashTest, RandomSigkillsLeaveNothingBehind) {
  const char* wanted = std::getenv("SHAKEDOWN_CRASH_TRIALS");
  const int trials = wanted != nullptr ? std::atoi(wanted) : 24;
  const char* seed = std::getenv("SHAKEDOWN_CRASH_SEED");
  Rng rng(seed != nullptr ? static_cast<uint64_t>(std::atoll(seed)) : 20261123);
  ::setenv("SHAKEDOWN_VICTIM_OF", folder.path().c_str(), 1);
  start_victim();
  for (int trial = 0; trial < trials && !HasFailure(); ++trial) {
    SCOPED_TRACE("trial " + std::to_string(trial));
    random_kill(*this, rng, trial);
    write_text(folder / "agent.log", "");
  }
  ::unsetenv("SHAKEDOWN_VICTIM_OF");
}

}  // namespace
}  // namespace shakedown::test
