// The watchdog: it undoes when the agent or the lease is gone, it is replaced when it dies, and signals do not end it.
#include <csignal>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "agent/fault/mechanisms/process/identity.h"
#include "agent/fault/undo/state_folders.h"
#include "tests/component/fault/fault_rig.h"
#include "tests/support/faults.h"

namespace shakedown::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

// The process that watches a folder of this rig.
pid_t watchdog_of(const FaultRig& rig) {
  for (const ProcessStat& stat : all_processes()) {
    const std::string line = read_text("/proc/" + std::to_string(stat.ref.pid) + "/cmdline");
    const bool watches = line.find(std::string("watch") + '\0' + rig.options.state_dir) != std::string::npos;
    if (watches) return stat.ref.pid;
  }
  return 0;
}

struct FaultGuardTest : ::testing::Test {
  FaultRig rig;
  ComponentId sleeper = rig.add(component(rig.folder, "sleeper", {"sleep", "1000"}, "sleep"));
  FaultId pause = rig.add("pause-it", faults::pause(sleeper, seconds(100)));
  FaultId kill = rig.add("kill-it", faults::kill(sleeper, SIGKILL));
  pid_t pid = rig.start_outside(sleeper);

  void make() {
    const auto made = rig.make();
    ASSERT_TRUE(made.has_value()) << made.error().text();
  }
};

TEST_F(FaultGuardTest, ItIsASessionOfItsOwnAndGoesWithItsRunner) {
  make();
  pid_t watchdog = 0;
  ASSERT_TRUE(eventually([&] { return (watchdog = watchdog_of(rig)) > 0; }));
  const auto stat = read_process_stat(watchdog);
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->session, watchdog);
  rig.runner.reset();
  EXPECT_TRUE(eventually([&] { return !alive(watchdog); }));
  EXPECT_TRUE(std::filesystem::is_empty(rig.options.state_dir + "/undo"));
}

TEST_F(FaultGuardTest, TheRunnersEndWithoutUndoIsUndoneByIt) {
  make();
  const InjectionId injection = rig.inject(pause);
  ASSERT_TRUE(rig.wait_state(injection, FaultState::effective));
  EXPECT_EQ(state_of(pid), 'T');
  rig.runner.reset();
  EXPECT_TRUE(eventually([&] { return state_of(pid) == 'S' && rig.records().empty(); }));
}

TEST_F(FaultGuardTest, TheLeaseBoundsAFaultWithoutEndOfFile) {
  rig.options.lease = milliseconds(800);
  make();
  const InjectionId injection = rig.inject(pause);
  ASSERT_TRUE(rig.wait_state(injection, FaultState::effective));
  // Nothing of the agent runs from here on: only the watchdog can do this.
  EXPECT_TRUE(eventually([&] { return state_of(pid) == 'S' && rig.records().empty(); }));
  ASSERT_TRUE(rig.wait_state(injection, FaultState::clean));
  EXPECT_TRUE(rig.state(injection, FaultState::clean)->by_undo);
  EXPECT_THAT(rig.state(injection, FaultState::undoing)->detail, HasSubstr("watchdog"));
}

TEST_F(FaultGuardTest, WithoutALeaseNothingIsInjectedAndARenewalAllowsIt) {
  rig.options.lease = milliseconds(600);
  make();
  const InjectionId first = rig.inject(pause);
  ASSERT_TRUE(rig.wait_state(first, FaultState::clean));
  ASSERT_TRUE(rig.run_until([&] { return !rig.agent_events(AgentEvent::Kind::warning).empty(); }));
  const InjectionId refused = rig.inject(kill);
  ASSERT_TRUE(rig.wait_state(refused, FaultState::failed));
  EXPECT_THAT(rig.state(refused, FaultState::failed)->detail, HasSubstr("lease"));
  EXPECT_TRUE(alive(pid));
  rig.runner->renew(seconds(60));
  const InjectionId allowed = rig.inject(kill);
  ASSERT_TRUE(rig.wait_state(allowed, FaultState::effective));
  EXPECT_TRUE(rig.finish(allowed, true).first);
}

TEST_F(FaultGuardTest, RenewalsKeepAFaultStanding) {
  rig.options.lease = milliseconds(700);
  make();
  const InjectionId injection = rig.inject(pause);
  ASSERT_TRUE(rig.wait_state(injection, FaultState::effective));
  const MonoTime end = mono_now() + milliseconds(2100);
  MonoTime next = mono_now();
  rig.run_until([&] {
    if (mono_now() >= next) rig.runner->renew(milliseconds(700));
    if (mono_now() >= next) next = mono_now() + milliseconds(100);
    return mono_now() >= end;
  });
  EXPECT_EQ(state_of(pid), 'T');
  EXPECT_TRUE(rig.undo_all().first);
  EXPECT_TRUE(eventually([&] { return state_of(pid) == 'S'; }));
}

TEST_F(FaultGuardTest, SignalsOfATerminalDoNotEndItWhileAFaultStands) {
  make();
  const InjectionId injection = rig.inject(pause);
  ASSERT_TRUE(rig.wait_state(injection, FaultState::effective));
  const pid_t watchdog = watchdog_of(rig);
  ASSERT_GT(watchdog, 0);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) ::kill(watchdog, signal);
  rig.runner.reset();  // it must still be there to do this
  EXPECT_TRUE(eventually([&] { return state_of(pid) == 'S'; }));
}

TEST_F(FaultGuardTest, AKilledWatchdogIsReplacedAndTheNewOneUndoes) {
  make();
  const InjectionId injection = rig.inject(pause);
  ASSERT_TRUE(rig.wait_state(injection, FaultState::effective));
  const pid_t first = watchdog_of(rig);
  ASSERT_GT(first, 0);
  ::kill(first, SIGKILL);
  ASSERT_TRUE(rig.run_until([&] { return !rig.agent_events(AgentEvent::Kind::warning).empty(); }));
  pid_t second = 0;
  ASSERT_TRUE(rig.run_until([&] { return (second = watchdog_of(rig)) > 0 && second != first; }));
  EXPECT_EQ(state_of(pid), 'T') << "the fault stands on under the new one";
  rig.runner.reset();
  EXPECT_TRUE(eventually([&] { return state_of(pid) == 'S' && rig.records().empty(); }));
}

TEST_F(FaultGuardTest, AWatchdogThatCannotBeReplacedEndsTheFault) {
  const std::string program = rig.folder / "watchdog";
  std::filesystem::create_symlink(helper_program(), program);
  rig.options.watchdog_program = program;
  make();
  const InjectionId injection = rig.inject(pause);
  ASSERT_TRUE(rig.wait_state(injection, FaultState::effective));
  std::filesystem::remove(program);
  ::kill(watchdog_of(rig), SIGKILL);
  ASSERT_TRUE(rig.wait_state(injection, FaultState::clean));
  EXPECT_TRUE(eventually([&] { return state_of(pid) == 'S'; }));
  EXPECT_THAT(rig.agent_events(AgentEvent::Kind::warning).at(0).detail, HasSubstr("no other one could be started"));
  const InjectionId unguarded = rig.inject(kill);
  ASSERT_TRUE(rig.wait_state(unguarded, FaultState::failed));
  EXPECT_TRUE(alive(pid));
}

TEST_F(FaultGuardTest, AVanishedStateFolderDoesNotPassForAnUndo) {
  make();
  const InjectionId injection = rig.inject(pause);
  ASSERT_TRUE(rig.wait_state(injection, FaultState::effective));
  std::filesystem::remove_all(rig.options.state_dir);
  const auto [clean, detail] = rig.finish(injection, true);
  EXPECT_TRUE(clean) << detail;
  EXPECT_TRUE(eventually([&] { return state_of(pid) == 'S'; }));
  EXPECT_TRUE(rig.records().empty());
}

TEST_F(FaultGuardTest, ARecordThatWasTakenAwayIsWrittenAgain) {
  make();
  const InjectionId injection = rig.inject(pause);
  ASSERT_TRUE(rig.wait_state(injection, FaultState::effective));
  std::filesystem::remove_all(rig.options.state_dir);
  rig.runner->renew(seconds(60));
  EXPECT_EQ(rig.records().size(), 1U);
  EXPECT_THAT(rig.agent_events(AgentEvent::Kind::warning).at(0).detail, HasSubstr("was taken away and is written again"));
  EXPECT_EQ(state_of(pid), 'T');
  rig.runner.reset();
  EXPECT_TRUE(eventually([&] { return state_of(pid) == 'S' && rig.records().empty(); })) << "the watchdog finds it";
}

TEST_F(FaultGuardTest, AFaultWhoseRecordCannotBeKeptEndsAtOnce) {
  make();
  const InjectionId injection = rig.inject(pause);
  ASSERT_TRUE(rig.wait_state(injection, FaultState::effective));
  std::filesystem::remove_all(rig.options.state_dir);
  write_text(rig.options.state_dir, "in the way");
  rig.runner->renew(seconds(60));
  ASSERT_TRUE(rig.wait_state(injection, FaultState::clean));
  EXPECT_TRUE(eventually([&] { return state_of(pid) == 'S'; })) << "it may run for a moment";
}

TEST_F(FaultGuardTest, WhatCannotBeTakenBackWithoutItsRecordIsALeftover) {
  make();
  const InjectionId injection = rig.inject(kill);
  ASSERT_TRUE(rig.wait_state(injection, FaultState::effective));
  std::filesystem::remove_all(rig.options.state_dir);
  std::filesystem::remove_all(rig.folder / "run");
  write_text(rig.folder / "run", "in the way of the pidfile");
  const auto [clean, detail] = rig.finish(injection, true);
  EXPECT_FALSE(clean);
  EXPECT_TRUE(rig.state(injection, FaultState::leftover).has_value()) << rig.names(injection);
  std::filesystem::remove(rig.folder / "run");
}

TEST_F(FaultGuardTest, WhatSetupStartedIsStoppedThoughItsRecordVanished) {
  const ComponentId other = rig.add(component(rig.folder, "other", {"sleep", "1000"}, "sleep"));
  make();
  ASSERT_TRUE(rig.step(StepEvent::Kind::setup, start_of(other)).ok);
  const pid_t started = rig.pid(other);
  std::filesystem::remove_all(rig.options.state_dir);
  EXPECT_TRUE(rig.undo_all().first);
  EXPECT_FALSE(alive(started));
}

// As when connections have used up all descriptors of a process: what is open stays, and nothing can be opened.
class NoDescriptors {
 public:
  explicit NoDescriptors(pid_t of) : pid_(of) {
    EXPECT_EQ(::prlimit(pid_, RLIMIT_NOFILE, nullptr, &before_), 0);
    const rlimit none{3, before_.rlim_max};
    EXPECT_EQ(::prlimit(pid_, RLIMIT_NOFILE, &none, nullptr), 0);
  }
  ~NoDescriptors() { ::prlimit(pid_, RLIMIT_NOFILE, &before_, nullptr); }

 private:
  pid_t pid_;
  rlimit before_{};
};

TEST_F(FaultGuardTest, WhatAnAgentWithoutDescriptorsCannotUndoIsUndoneByItsWatchdog) {
  const Action broken = exec_of({"touch", rig.folder / "broken"}), mended = exec_of({"rm", rig.folder / "broken"});
  const FaultId exec =
      rig.add("break-it", faults::exec(sleeper, broken.argv, {"test", "-e", rig.folder / "broken"}), {}, {mended});
  const FaultId stop = rig.add("stop-it", faults::stop(sleeper));
  make();
  for (const FaultId fault : {pause, kill, exec, stop}) {
    const InjectionId injection = rig.inject(fault);
    ASSERT_TRUE(rig.wait_state(injection, FaultState::effective));
    std::pair<bool, std::string> end;
    {
      const NoDescriptors here(::getpid());
      end = rig.finish(injection, true);
    }
    EXPECT_TRUE(end.first) << end.second;
    EXPECT_THAT(end.second, HasSubstr("watchdog")) << rig.names(injection);
    EXPECT_TRUE(eventually([&] { return state_of(rig.pid(sleeper)) == 'S'; }));
    EXPECT_TRUE(rig.records().empty());
  }
  EXPECT_FALSE(std::filesystem::exists(rig.folder / "broken"));
}

TEST_F(FaultGuardTest, WhatSetupStartedIsStoppedWithoutDescriptorsAndOnlyThenClean) {
  const ComponentId other = rig.add(component(rig.folder, "other", {"sleep", "1000"}, "sleep"));
  make();
  ASSERT_TRUE(rig.step(StepEvent::Kind::setup, start_of(other)).ok);
  const pid_t started = rig.pid(other);
  std::pair<bool, std::string> end;
  {
    const NoDescriptors here(::getpid());
    end = rig.undo_all();
  }
  EXPECT_TRUE(end.first) << end.second;
  EXPECT_FALSE(alive(started));
}

TEST_F(FaultGuardTest, WithoutDescriptorsAnywhereAPauseEndsAndIsToldAsALeftover) {
  make();
  const InjectionId injection = rig.inject(pause);
  ASSERT_TRUE(rig.wait_state(injection, FaultState::effective));
  rig.runner->renew(seconds(60));  // the watchdog knows the record by heart
  const pid_t watchdog = watchdog_of(rig);
  std::pair<bool, std::string> end;
  {
    const NoDescriptors here(::getpid()), there(watchdog);
    end = rig.finish(injection, true);
  }
  EXPECT_FALSE(end.first);
  EXPECT_THAT(end.second, HasSubstr("Too many open files"));
  EXPECT_THAT(end.second, HasSubstr("the watchdog has not taken it back"));
  EXPECT_TRUE(eventually([&] { return state_of(pid) == 'S'; })) << "SIGCONT needs no descriptor";
  EXPECT_EQ(rig.records().size(), 1U);
  rig.runner.reset();
  EXPECT_TRUE(eventually([&] { return rig.records().empty(); })) << "the watchdog tries again";
}

// What stands in the way is a folder of that name, which keeps root, too, from writing.
TEST_F(FaultGuardTest, AComponentIsStartedAgainThoughNeitherItsNoteNorItsLogCanBeWritten) {
  const Action touch = exec_of({"touch", rig.folder / "undone"});
  const FaultId undone = rig.add("undo-it", faults::kill(sleeper, SIGKILL), {}, {start_of(sleeper), touch});
  const FaultId recovered = rig.add("recover-it", faults::kill(sleeper, SIGKILL), {start_of(sleeper)});
  make();
  for (const FaultId fault : {undone, recovered}) {
    const InjectionId injection = rig.inject(fault, seconds(1));
    ASSERT_TRUE(rig.wait_state(injection, FaultState::armed));
    const std::string record = rig.records().at(0), id = record.substr(0, record.rfind('.'));
    for (int command = 1; command < 20; ++command) {
      for (const char* suffix : {".undoing", ".command"}) {
        const std::string boot = boot_id().substr(0, 8);
        std::filesystem::create_directories(id + "." + std::to_string(::getpid()) + "-" + std::to_string(command) + "-" + boot +
                                            suffix + "/in the way");
      }
    }
    const std::string logs = rig.options.state_dir + "/logs";
    for (const auto& log : std::filesystem::directory_iterator(logs)) std::filesystem::remove_all(log);
    std::filesystem::create_directories(logs + "/" + file_name_for("sleeper") + ".log/in the way");
    ASSERT_TRUE(rig.wait_state(injection, FaultState::effective));
    if (fault == recovered) {
      ASSERT_TRUE(rig.run_until([&] { return !rig.steps(StepEvent::Kind::recover).empty(); }));
    }
    const auto [clean, detail] = rig.finish(injection, fault == undone);
    EXPECT_TRUE(clean) << detail;
    EXPECT_TRUE(eventually([&] { return state_of(rig.pid(sleeper)) == 'S'; }));
  }
  EXPECT_TRUE(std::filesystem::exists(rig.folder / "undone"));
  for (const StepEvent::Kind kind : {StepEvent::Kind::undo, StepEvent::Kind::recover}) {
    EXPECT_TRUE(rig.steps(kind).at(0).ok) << rig.steps(kind).at(0).detail;
    EXPECT_THAT(rig.steps(kind).at(0).detail, HasSubstr("cannot note the process"));
    EXPECT_THAT(rig.steps(kind).at(0).detail, HasSubstr("its output is kept nowhere"));
  }
}

TEST_F(FaultGuardTest, AMissingWatchdogProgramIsAnErrorAtOnce) {
  rig.options.watchdog_program = rig.folder / "no-such-program";
  const auto made = rig.make();
  ASSERT_TRUE(made.has_error());
  EXPECT_THAT(made.error().message, HasSubstr("watchdog"));
}

TEST_F(FaultGuardTest, AWatchdogThatDoesNotWatchGuardsNothing) {
  rig.options.watchdog_program = "/bin/true";
  make();
  const InjectionId injection = rig.inject(kill);
  ASSERT_TRUE(rig.wait_state(injection, FaultState::failed));
  EXPECT_THAT(rig.state(injection, FaultState::failed)->detail, HasSubstr("not injected"));
  EXPECT_TRUE(alive(pid));
}

}  // namespace
}  // namespace shakedown::test
