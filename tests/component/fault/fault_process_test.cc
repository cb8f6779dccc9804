// Which processes may be touched, and what is refused before any signal is sent.
#include <csignal>
#include <filesystem>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/fault/mechanisms/process/component_lock.h"
#include "agent/fault/mechanisms/process/pidfile.h"
#include "agent/fault/mechanisms/process/scope.h"
#include "tests/component/fault/fault_rig.h"
#include "tests/support/faults.h"
#include "tests/support/no_room.h"

namespace shakedown::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

struct FaultProcessTest : ::testing::Test {
  FaultRig rig;
  ComponentId sleeper = rig.add(component(rig.folder, "sleeper", {"sleep", "1000"}, "sleep"));
  pid_t pid = rig.start_outside(sleeper);

  // The kill is refused with this reason, and the process lives on.
  void expect_refused(const std::string& reason) {
    const FaultId fault = rig.add("kill-it", faults::kill(sleeper, SIGKILL));
    const auto made = rig.make();
    ASSERT_TRUE(made.has_value()) << made.error().text();
    const InjectionId injection = rig.inject(fault);
    ASSERT_TRUE(rig.wait_state(injection, FaultState::failed));
    EXPECT_EQ(rig.names(injection), "failed");
    EXPECT_THAT(rig.state(injection, FaultState::failed)->detail, HasSubstr(reason));
    EXPECT_TRUE(rig.records().empty());
    EXPECT_TRUE(alive(pid));
    EXPECT_TRUE(rig.finish(injection, true).first);
    rig.runner.reset();
    end_process(pid);
    std::filesystem::remove_all(rig.folder / "run");  // what it names now is not for the rig to end
  }
  ProcessSpec& process() { return *rig.assignment.plan.components[0].process(); }
};

TEST_F(FaultProcessTest, TruthTheProcessOfAFaultIsLookedAtBeforeTheFirstPhase) {
  for (const char* exe : {"sleep", "cat"}) {
    rig.runner.reset();
    const ComponentId one = rig.add(component(rig.folder, exe, {"sleep", "1000"}, exe));
    rig.add("kill-it", faults::kill(one, SIGKILL), {start_of(one)});
    ASSERT_TRUE(rig.make().has_value());
    EXPECT_EQ(rig.runner->look_at_processes().error().kind, ErrorKind::unavailable) << "its own recovery alone starts it";
    rig.start_outside(one);
    const Result<void> looked = rig.runner->look_at_processes();
    EXPECT_EQ(looked.has_value(), exe == std::string("sleep"));
    EXPECT_THAT(looked.has_error() ? looked.error().message : "expected cat", HasSubstr("expected cat"));
  }
}

TEST_F(FaultProcessTest, AnotherExecutableIsRefused) {
  process().exe = "nginx";
  expect_refused("expected nginx");
}

TEST_F(FaultProcessTest, AnotherUserIsRefused) {
  process().exe.clear();
  process().user = ::geteuid() == 0 ? "nobody" : "root";
  expect_refused("belongs to user");
}

TEST_F(FaultProcessTest, TheRightUserAloneIsEnough) {
  process().exe.clear();
  process().user = std::to_string(::geteuid());
  EXPECT_TRUE(find_process(process()).has_value());
}

TEST_F(FaultProcessTest, APidfileThatOthersMayWriteIsRefused) {
  ::chmod(rig.pidfile(sleeper).c_str(), 0666);
  expect_refused("can be changed by others");
}

TEST_F(FaultProcessTest, APidfileInAFolderThatOthersMayWriteIsRefused) {
  ::chmod((rig.folder / "run").c_str(), 01777);
  expect_refused("can be changed by others");
}

TEST_F(FaultProcessTest, APidfileOfAStrangerIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  ASSERT_EQ(::chown(rig.pidfile(sleeper).c_str(), 65534, 65534), 0);
  expect_refused("belongs to user 65534");
}

TEST_F(FaultProcessTest, ASymbolicLinkIsRefused) {
  std::filesystem::rename(rig.pidfile(sleeper), rig.folder / "elsewhere");
  std::filesystem::create_symlink(rig.folder / "elsewhere", rig.pidfile(sleeper));
  expect_refused("cannot open the pidfile");
}

TEST_F(FaultProcessTest, InitIsRefused) {
  process().exe.clear();
  process().user = "0";
  write_text(rig.pidfile(sleeper), "1\n");
  expect_refused("is the init process");
}

TEST_F(FaultProcessTest, WeOurselvesAreRefused) {
  process().exe = std::filesystem::read_symlink("/proc/self/exe").string();
  write_text(rig.pidfile(sleeper), std::to_string(::getpid()) + "\n");
  expect_refused("is this agent itself");
}

TEST_F(FaultProcessTest, OurAncestorsAreRefused) {
  process().exe.clear();
  process().user = std::to_string(::geteuid());
  write_text(rig.pidfile(sleeper), std::to_string(::getppid()) + "\n");
  expect_refused(::getppid() == 1 ? "init" : "is an ancestor of this agent");
}

TEST_F(FaultProcessTest, KernelThreadsAreRefused) {
  const auto kernel = read_process_stat(2);
  if (!kernel || !kernel->kernel_thread()) GTEST_SKIP() << "no kernel threads are visible here";
  process().exe.clear();
  process().user = "0";
  write_text(rig.pidfile(sleeper), "2\n");
  expect_refused("is a kernel thread");
}

TEST_F(FaultProcessTest, AGroupThatHoldsUsIsRefused) {
  // Started in our own group, as a script without job control does.
  process().scope = ProcessScope::group;
  const pid_t child = ::fork();
  if (child == 0) {
    ::execlp("sleep", "sleep", "1000", nullptr);
    ::_exit(127);
  }
  ASSERT_TRUE(eventually([&] { return find_process(process()).has_value(); }));
  write_text(rig.pidfile(sleeper), std::to_string(child) + "\n");
  ASSERT_TRUE(eventually([&] { return look(process()).value().presence == Presence::running; }));
  expect_refused("is refused");
  EXPECT_TRUE(alive(child));
  end_process(child);
}

TEST_F(FaultProcessTest, NoNumberInThePidfileIsRefused) {
  write_text(rig.pidfile(sleeper), "-1\n");
  expect_refused("must begin with the number of a process");
}

TEST_F(FaultProcessTest, AReusedPidIsNotTheProcess) {
  const auto stat = read_process_stat(pid);
  ASSERT_TRUE(stat);
  EXPECT_TRUE(ProcessHandle::open(stat->ref).has_value());
  const auto reused = ProcessHandle::open(ProcessRef{pid, stat->ref.start + 1});
  ASSERT_TRUE(reused.has_error());
  EXPECT_THAT(reused.error().message, HasSubstr("belongs to another one"));
  EXPECT_FALSE(is_running(ProcessRef{pid, stat->ref.start + 1}));
}

TEST_F(FaultProcessTest, AProcessThatEndedIsNotHitThroughItsPid) {
  const auto handle = ProcessHandle::open(pid);
  ASSERT_TRUE(handle.has_value());
  end_process(pid);
  EXPECT_TRUE(handle.value().exited());
  EXPECT_EQ(handle.value().signal(SIGKILL).error().kind, ErrorKind::unavailable);
}

TEST_F(FaultProcessTest, AProcessThatCannotBeLookedAtHasNotEnded) {
  const ProcessRef ref = read_process_stat(pid)->ref;
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const int first = ::dup(STDERR_FILENO);
  ::close(first);
  for (int free = 0; free < 12; ++free) {
    const rlimit few{static_cast<rlim_t>(first + free), before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
    const Result<Sighting> sighting = look(process());
    const Result<ProcessState> state = observe(process());
    const Result<ProcessHandle> handle = ProcessHandle::open(ref);
    const bool runs = is_running(ref);
    ::setrlimit(RLIMIT_NOFILE, &before);
    SCOPED_TRACE(std::to_string(free) + " descriptors are free");
    if (sighting.has_error())
      EXPECT_EQ(sighting.error().kind, ErrorKind::io) << sighting.error().message;
    else
      EXPECT_EQ(sighting.value().presence, Presence::running) << sighting.value().why;
    if (state.has_error())
      EXPECT_EQ(state.error().kind, ErrorKind::io) << state.error().message;
    else
      EXPECT_TRUE(state.value().running) << state.value().why;
    EXPECT_TRUE(handle.has_value() || handle.error().kind == ErrorKind::io);
    EXPECT_TRUE(runs);
    EXPECT_TRUE(free > 0 || (sighting.has_error() && state.has_error() && handle.has_error()));
  }
}

TEST_F(FaultProcessTest, ADeletedExecutableIsStillRecognized) {
  const std::string copy = rig.folder / "mysleep";
  std::filesystem::copy_file("/bin/sleep", copy);
  const ComponentId copied = rig.add(component(rig.folder, "copied", {copy, "1000"}, "mysleep"));
  rig.start_outside(copied);
  std::filesystem::remove(copy);
  EXPECT_TRUE(find_process(*rig.assignment.plan.component(copied).process()).has_value());
}

TEST_F(FaultProcessTest, AProcessWithoutIdentityIsRefusedBeforeAnythingRuns) {
  process().exe.clear();
  const auto made = rig.make();
  ASSERT_TRUE(made.has_error());
  EXPECT_EQ(made.error().kind, ErrorKind::refused);
  EXPECT_EQ(exit_code(made.error().kind), 77);
}

TEST_F(FaultProcessTest, AFaultThatNothingCouldUndoIsRefused) {
  rig.assignment.plan.components[0].start.clear();
  rig.add("kill-it", faults::kill(sleeper, SIGKILL));
  const auto made = rig.make();
  ASSERT_TRUE(made.has_error());
  EXPECT_EQ(made.error().kind, ErrorKind::refused);
  EXPECT_THAT(made.error().message, HasSubstr("nothing could undo it"));
}

TEST_F(FaultProcessTest, ASecondRunOfTheComponentIsLocked) {
  ASSERT_TRUE(rig.make().has_value());
  FaultRig other;
  other.assignment = rig.assignment;
  other.assignment.run_id = "other-run";
  other.options.lock_dir = rig.options.lock_dir;
  const auto made = other.make();
  ASSERT_TRUE(made.has_error());
  EXPECT_EQ(made.error().kind, ErrorKind::locked);
  EXPECT_EQ(exit_code(made.error().kind), 75);
  EXPECT_THAT(made.error().message, HasSubstr("test-run"));
  EXPECT_THAT(made.error().message, HasSubstr(std::to_string(::getpid())));
  rig.runner.reset();
  EXPECT_TRUE(other.make().has_value()) << "the lock ends with its holder";
}

TEST_F(FaultProcessTest, OneProcessMayBeTwoComponents) {
  Component again = rig.assignment.plan.components[0];
  again.name = "sleeper-children";
  again.process()->scope = ProcessScope::children;
  rig.add(again);
  EXPECT_TRUE(rig.make().has_value());
}

TEST_F(FaultProcessTest, WithoutARecordNothingIsInjected) {
  const FaultId fault = rig.add("kill-it", faults::kill(sleeper, SIGKILL));
  const ComponentId second = rig.add(component(rig.folder, "second", {"sleep", "1000"}, "sleep"));
  ASSERT_TRUE(rig.make().has_value());
  ASSERT_TRUE(rig.step(StepEvent::Kind::setup, start_of(second)).ok) << "from here on the watchdog watches";
  ASSERT_TRUE(rig.step(StepEvent::Kind::teardown, stop_of(second)).ok);
  // The records' folder becomes a file: a record cannot be written, whoever we are.
  for (const auto& entry : std::filesystem::directory_iterator(rig.options.state_dir + "/undo")) {
    std::filesystem::remove_all(entry.path());
    write_text(entry.path().string(), "");
  }
  const InjectionId injection = rig.inject(fault);
  ASSERT_TRUE(rig.wait_state(injection, FaultState::failed));
  EXPECT_EQ(rig.names(injection), "failed");
  EXPECT_THAT(rig.state(injection, FaultState::failed)->detail, HasSubstr("cannot write"));
  EXPECT_TRUE(alive(pid));
}

TEST_F(FaultProcessTest, OnAFullDiskNothingIsInjected) {
  const FaultId fault = rig.add("kill-it", faults::kill(sleeper, SIGKILL));
  ASSERT_TRUE(rig.make().has_value());
  const test::NoRoom full;
  const InjectionId injection = rig.inject(fault);
  ASSERT_TRUE(rig.wait_state(injection, FaultState::failed));
  EXPECT_EQ(rig.names(injection), "failed");
  EXPECT_THAT(rig.state(injection, FaultState::failed)->detail, HasSubstr("File too large"));
  EXPECT_TRUE(alive(pid));
  EXPECT_TRUE(rig.records().empty());
}

TEST_F(FaultProcessTest, OnAFullDiskAnExecIsUndoneAndProvenGone) {
  const std::string mark = rig.folder / "mark";
  const FaultId fault = rig.add("break-it", faults::exec(sleeper, {"touch", mark}, {"test", "-e", mark}, seconds(20)), {},
                                {exec_of({"rm", "-f", mark})});
  ASSERT_TRUE(rig.make().has_value());
  const InjectionId injection = rig.inject(fault);
  ASSERT_TRUE(rig.wait_state(injection, FaultState::effective));
  const test::NoRoom full;
  const auto [clean, told] = rig.finish(injection, true);
  EXPECT_TRUE(clean) << told;
  EXPECT_EQ(rig.names(injection), "armed injected effective undoing clean");
  EXPECT_NE(::access(mark.c_str(), F_OK), 0);
  EXPECT_TRUE(rig.records().empty());
}

// Another user's run has its own folders; here the same is had by naming other ones.
TEST_F(FaultProcessTest, AComponentIsLockedForTheWholeHostWhateverItsPidfileIsCalled) {
  const ComponentId id = rig.add(component(rig.folder, "mine", {"sleep", "1000"}, "sleep"));
  ASSERT_TRUE(rig.make().has_value());
  ASSERT_TRUE(rig.step(StepEvent::Kind::setup, start_of(id)).ok);
  const std::string link = rig.folder / "run/link.pid", copy = rig.folder / "run/copy.pid";
  std::filesystem::create_hard_link(rig.pidfile(id), link);
  std::filesystem::copy_file(rig.pidfile(id), copy);
  for (const std::string& pidfile : {rig.pidfile(id), link, copy}) {
    FaultRig other;
    Component theirs = rig.assignment.plan.component(id);
    theirs.process()->pidfile = pidfile;
    other.assignment.plan.components.push_back(theirs);
    const auto made = other.make();
    EXPECT_TRUE(made.has_error()) << pidfile;
    EXPECT_TRUE(made.has_value() || made.error().kind == ErrorKind::locked);
    other.assignment.plan.components.clear();
  }
  rig.runner.reset();
}

TEST_F(FaultProcessTest, AStartThatFailsSaysWhy) {
  const ComponentId broken = rig.add(component(rig.folder, "broken", {"sh", "-c", "echo port in use >&2; exit 7"}, "sh"));
  ASSERT_TRUE(rig.make().has_value());
  const StepEvent step = rig.step(StepEvent::Kind::setup, start_of(broken));
  EXPECT_FALSE(step.ok);
  EXPECT_THAT(step.detail, HasSubstr("exit code 7"));
  EXPECT_THAT(step.detail, HasSubstr("port in use"));
  EXPECT_TRUE(rig.undo_all().first);
  EXPECT_TRUE(rig.records().empty());
  EXPECT_EQ(rig.pid(broken), 0);
}

TEST_F(FaultProcessTest, AStartOfAMissingProgramSaysWhere) {
  const ComponentId missing = rig.add(component(rig.folder, "missing", {"no-such-program-here"}, "x"));
  ASSERT_TRUE(rig.make().has_value());
  const StepEvent step = rig.step(StepEvent::Kind::setup, start_of(missing));
  EXPECT_FALSE(step.ok);
  EXPECT_THAT(step.detail, HasSubstr("no-such-program-here not found"));
}

TEST_F(FaultProcessTest, AProcessOfAnotherNameIsNotAStartAndDoesNotStay) {
  const ComponentId other = rig.add(component(rig.folder, "other", {"sleep", "1000"}, "nginx"));
  ASSERT_TRUE(rig.make().has_value());
  Action start = start_of(other);
  start.limit = milliseconds(300);
  const StepEvent step = rig.step(StepEvent::Kind::setup, start);
  EXPECT_FALSE(step.ok);
  EXPECT_THAT(step.detail, HasSubstr("expected nginx"));
  EXPECT_EQ(rig.pid(other), 0);
}

TEST_F(FaultProcessTest, ADaemonThatWritesItsOwnPidfileIsStarted) {
  const std::string file = rig.folder / "run/daemon.pid";
  const std::string script = "setsid sleep 1000 >/dev/null 2>&1 & echo $! > " + file + ".x; mv " + file + ".x " + file;
  const ComponentId daemon = rig.add(component(rig.folder, "daemon", {"sh", "-c", script}, "sleep"));
  ASSERT_TRUE(rig.make().has_value());
  const StepEvent step = rig.step(StepEvent::Kind::setup, start_of(daemon));
  EXPECT_TRUE(step.ok) << step.detail;
  EXPECT_TRUE(alive(rig.pid(daemon)));
  EXPECT_TRUE(rig.undo_all().first);
  EXPECT_EQ(rig.pid(daemon), 0);
}

TEST_F(FaultProcessTest, AStalePidfileDoesNotKeepAComponentFromStarting) {
  const ComponentId stale = rig.add(component(rig.folder, "stale", {"sleep", "1000"}, "sleep"));
  const pid_t gone = rig.start_outside(stale);
  end_process(gone);
  ASSERT_TRUE(rig.make().has_value());
  EXPECT_TRUE(rig.step(StepEvent::Kind::setup, start_of(stale)).ok);
  EXPECT_NE(rig.pid(stale), gone);
  write_text(rig.pidfile(stale) + "2", "");
}

TEST_F(FaultProcessTest, WhatRanBeforeSetupIsNotStoppedByUs) {
  ASSERT_TRUE(rig.make().has_value());
  const StepEvent step = rig.step(StepEvent::Kind::setup, start_of(sleeper));
  EXPECT_TRUE(step.ok);
  EXPECT_THAT(step.detail, HasSubstr("already running"));
  EXPECT_TRUE(rig.undo_all().first);
  EXPECT_TRUE(alive(pid));
}

TEST_F(FaultProcessTest, TeardownTakesTheRecordOfSetup) {
  const ComponentId second = rig.add(component(rig.folder, "second", {"sleep", "1000"}, "sleep"));
  ASSERT_TRUE(rig.make().has_value());
  ASSERT_TRUE(rig.step(StepEvent::Kind::setup, start_of(second)).ok);
  EXPECT_EQ(rig.records().size(), 1U);
  EXPECT_TRUE(rig.step(StepEvent::Kind::teardown, stop_of(second)).ok);
  EXPECT_TRUE(rig.records().empty());
}

TEST_F(FaultProcessTest, AStepsCommandIsKilledAtItsLimitWithItsGroup) {
  ASSERT_TRUE(rig.make().has_value());
  const std::string note = rig.folder / "child";
  const StepEvent step = rig.step(
      StepEvent::Kind::setup, exec_of({"sh", "-c", "sleep 1000 & echo $! > " + note + "; echo busy; wait"}, milliseconds(500)));
  EXPECT_FALSE(step.ok);
  EXPECT_THAT(step.detail, HasSubstr("no end within"));
  EXPECT_THAT(step.detail, HasSubstr("busy"));
  EXPECT_TRUE(eventually([&] { return !alive(pid_in(note)); }));
}

}  // namespace
}  // namespace shakedown::test
