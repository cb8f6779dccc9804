// What stands when agent and watchdog are both killed, and what a person does about it.
#include <sys/stat.h>

#include <csignal>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/fault/mechanisms/process/identity.h"
#include "agent/fault/undo/standing.h"
#include "core/runtime/process/child_process.h"
#include "tests/component/fault/fault_rig.h"
#include "tests/support/faults.h"
#include "tests/support/no_room.h"

namespace shakedown::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A paused process whose agent and watchdog are dead.
struct TruthUndo : ::testing::Test {
  TemporaryFolder folder;
  Component victim = component(folder, "victim", {"sleep", "1000"}, "sleep");
  const std::string state = folder / "state";

  void SetUp() override {
    write_text(folder / "run/.keep", "");
    Command start;
    start.argv = victim.start;
    start.pid_file = victim.process()->pidfile;
    ASSERT_TRUE(spawn(start).has_value());
  }
  void TearDown() override { end_process(pid()); }
  pid_t pid() const { return pid_in(victim.process()->pidfile); }
  std::string said() const { return read_text(folder / "agent.log"); }

  ChildProcess start_agent(const std::string& kind) {
    Command command;
    command.argv = {helper_program(),          "once",   "--state", state,      "--locks",    folder / "locks", "--pidfile",
                    victim.process()->pidfile, "--kind", kind,      "--folder", folder.path()};
    command.log_file = folder / "agent.log";
    auto agent = spawn(command);
    EXPECT_TRUE(agent.has_value());
    return std::move(agent.value());
  }
  std::vector<pid_t> watchdogs() const {
    std::vector<pid_t> out;
    for (const ProcessStat& stat : all_processes()) {
      const std::string line = read_text("/proc/" + std::to_string(stat.ref.pid) + "/cmdline");
      if (line.find(std::string("watch") + '\0' + folder.path()) != std::string::npos) out.push_back(stat.ref.pid);
    }
    return out;
  }
  void kill_both(ChildProcess& agent) {
    const std::vector<pid_t> guards = watchdogs();
    ASSERT_EQ(guards.size(), 1U);
    ::kill(guards[0], SIGSTOP);  // so that it cannot act between the two
    agent.kill_group(SIGKILL);
    ::kill(guards[0], SIGKILL);
    ASSERT_TRUE(eventually([&] { return agent.poll().has_value() && watchdogs().empty(); }));
  }
  void leave_it_paused() {
    ChildProcess agent = start_agent("long-pause");
    ASSERT_TRUE(eventually([&] { return said().find("effective") != std::string::npos; })) << said();
    kill_both(agent);
    ASSERT_EQ(state_of(pid()), 'T');
  }
};

TEST_F(TruthUndo, WhatStandsIsListedAndTakenBackByHand) {
  leave_it_paused();
  const std::vector<Standing> all = standing(state);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_FALSE(all[0].alive);
  EXPECT_THAT(all[0].text(), HasSubstr("fault break-victim (pause of victim), run crash; undo:"));
  const auto left = take_back_run("crash", state);
  ASSERT_TRUE(left.has_value()) << left.error().text();
  EXPECT_THAT(left.value(), IsEmpty());
  EXPECT_NE(state_of(pid()), 'T');
  EXPECT_THAT(standing(state), IsEmpty());
  EXPECT_EQ(take_back_run("crash", state).error().kind, ErrorKind::usage) << "there is nothing of it any more";
}

TEST_F(TruthUndo, AllOfEveryRunWhoseAgentIsGoneIsTakenBackAndWhatCannotBeReadIsTold) {
  leave_it_paused();
  const std::string other = state + "/undo/1-1-other-agent-x";
  ASSERT_EQ(::mkdir(other.c_str(), 0700), 0);
  write_text(other + "/one.undo", "{");
  const std::vector<std::string> left = take_back_all(state);
  EXPECT_NE(state_of(pid()), 'T') << "another run's broken record does not keep this one down";
  ASSERT_EQ(left.size(), 1U);
  EXPECT_THAT(left[0], HasSubstr("the record cannot be read"));
}

TEST(TruthStanding, WhereTheFolderCannotBeListedNobodySaysThatNothingStands) {
  TemporaryFolder folder;
  const std::string state = folder / "state";
  ASSERT_EQ(::mkdir(state.c_str(), 0700), 0);
  EXPECT_THAT(standing(state), IsEmpty()) << "no folder of records, no records";
  std::ofstream(state + "/undo") << "a file";
  const std::vector<Standing> all = standing(state);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_THAT(all[0].text(), HasSubstr("what stands is not known"));
  EXPECT_EQ(take_back_run("crash", state).error().kind, ErrorKind::io);
  EXPECT_EQ(forget("undo", "why", state).error().kind, ErrorKind::usage);
}

// Who takes back is noted in a lock's file, which a full disk does not take; it keeps nobody from taking back.
TEST_F(TruthUndo, WhatStandsIsTakenBackByHandOnAFullDisk) {
  leave_it_paused();
  {
    const NoRoom full;
    const auto left = take_back_run("crash", state);
    ASSERT_TRUE(left.has_value()) << left.error().text();
    EXPECT_THAT(left.value(), IsEmpty());
  }
  EXPECT_NE(state_of(pid()), 'T');
  EXPECT_THAT(standing(state), IsEmpty());
}

// A slip of the pen, or a disk that is not mounted: a folder that somebody names is there.
TEST(TruthStanding, WhereTheNamedFolderIsMissingNobodySaysThatNothingStands) {
  TemporaryFolder folder;
  const std::string state = folder / "state", records = folder / "other";
  ASSERT_EQ(::mkdir(records.c_str(), 0700), 0);
  ASSERT_EQ(::symlink("nowhere", (records + "/undo").c_str()), 0);
  ASSERT_EQ(::symlink("nowhere", (folder / "link").c_str()), 0);
  write_text(folder / "file", "");
  for (const std::string& named : {state, folder / "link", folder / "file", folder / "file/below", records}) {
    const std::vector<Standing> all = standing(named);
    ASSERT_EQ(all.size(), 1U) << named;
    EXPECT_THAT(all[0].text(), HasSubstr(named + ": the folder cannot be listed: "));
    EXPECT_EQ(take_back_run("crash", named).error().kind, ErrorKind::io);
  }
}

TEST_F(TruthUndo, ARecordThatCannotBeReadIsOfItsRunAndStaysUntilSomebodyForgetsIt) {
  leave_it_paused();
  const Standing good = standing(state).at(0);
  write_text(good.folder + "/" + good.record + ".undo", "{");
  const auto left = take_back_run("crash", state);
  ASSERT_TRUE(left.has_value()) << left.error().text();
  ASSERT_EQ(left.value().size(), 1U);
  EXPECT_THAT(left.value()[0], HasSubstr("the record cannot be read"));
  EXPECT_EQ(state_of(pid()), 'T');
  EXPECT_TRUE(forget(good.id, "continued by hand", state).has_value());
}

TEST_F(TruthUndo, WhereAnUndoIsInVainTheWayByHandIsTold) {
  leave_it_paused();
  const std::string id = standing(state).at(0).id;
  end_process(pid());
  UndoCommand again;
  again.run = "crash";
  again.state_dir = state;
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(undo_main(again), 4);
  const std::string told = ::testing::internal::GetCapturedStdout();
  EXPECT_THAT(told, HasSubstr("still stands: fault break-victim (pause of victim)"));
  EXPECT_THAT(told, HasSubstr("put victim right by hand, then: shakedown undo --state-dir " + state + " --forget " + id));
}

TEST_F(TruthUndo, AForgottenRecordLeavesALineAndIsNotTakenBack) {
  leave_it_paused();
  const std::string id = standing(state).at(0).id;
  EXPECT_EQ(forget(id, "  ", state).error().kind, ErrorKind::usage) << "a reason is asked for";
  EXPECT_EQ(forget("no-such", "x", state).error().kind, ErrorKind::usage);
  ASSERT_TRUE(forget(id, "the host is\nrebuilt", state).has_value());
  EXPECT_EQ(state_of(pid()), 'T');
  EXPECT_THAT(standing(state), IsEmpty());
  const std::string log = read_text(state + "/forgotten.log");
  EXPECT_THAT(log, HasSubstr("pause of victim"));
  EXPECT_THAT(log, HasSubstr("why: the host is rebuilt\n"));
}

TEST_F(TruthUndo, NothingIsTakenFromALivingRun) {
  ChildProcess agent = start_agent("long-pause");
  ASSERT_TRUE(eventually([&] { return said().find("effective") != std::string::npos; })) << said();
  ASSERT_EQ(standing(state).size(), 1U);
  EXPECT_TRUE(standing(state)[0].alive);
  EXPECT_EQ(take_back_run("crash", state).error().kind, ErrorKind::locked);
  EXPECT_THAT(take_back_all(state), IsEmpty()) << "a run that goes on is no leftover";
  EXPECT_EQ(forget(standing(state)[0].id, "x", state).error().kind, ErrorKind::locked);
  EXPECT_EQ(state_of(pid()), 'T');
  agent.kill_group(SIGKILL);
  EXPECT_TRUE(eventually([&] { return standing(state).empty() && state_of(pid()) != 'T'; })) << "its watchdog takes it back";
  EXPECT_TRUE(eventually([&] { return agent.poll().has_value(); }));
}

// A kill whose signal the process survives does not bite; what follows is no leftover, also when teardown has stopped the
// component in the meantime.
TEST(TruthLeftovers, ASurvivedSignalLeavesNothingBehindAfterTeardown) {
  FaultRig rig;
  const std::string script = "trap '' TERM; while :; do sleep 1 & wait; done";
  Component stubborn = component(rig.folder, "stubborn", {"sh", "-c", script}, "sh");
  stubborn.stop_limit = milliseconds(300);
  const ComponentId id = rig.add(stubborn);
  const FaultId fault = rig.add("ask-it", faults::kill(id, SIGTERM));
  ASSERT_TRUE(rig.make().has_value());
  ASSERT_TRUE(rig.step(StepEvent::Kind::setup, start_of(id)).ok);
  const InjectionId injection = rig.inject(fault);
  rig.wait_state(injection, FaultState::failed);
  EXPECT_TRUE(rig.finish(injection, true).first);
  EXPECT_EQ(rig.states(injection).back().state, FaultState::clean);
  Action stop = stop_of(id);
  EXPECT_TRUE(rig.step(StepEvent::Kind::teardown, stop).ok);
  EXPECT_TRUE(rig.undo_all().first);
  EXPECT_THAT(rig.records(), IsEmpty());
  EXPECT_EQ(rig.pid(id), 0) << "nothing starts it again";
}

// Teardown comes while a fault still stands: nothing stands once the component is stopped, and the undo, which would start
// it again, is not run.
TEST(TruthLeftovers, TeardownEndsAFaultOfTheSameProcess) {
  FaultRig rig;
  const ComponentId id = rig.add(component(rig.folder, "victim", {"sleep", "1000"}, "sleep"));
  const FaultId fault = rig.add("hold", faults::pause(id, seconds(600)));
  ASSERT_TRUE(rig.make().has_value());
  ASSERT_TRUE(rig.step(StepEvent::Kind::setup, start_of(id)).ok);
  const InjectionId injection = rig.inject(fault);
  rig.wait_state(injection, FaultState::effective);
  EXPECT_TRUE(rig.step(StepEvent::Kind::teardown, stop_of(id)).ok);
  EXPECT_TRUE(rig.undo_all().first);
  EXPECT_EQ(rig.states(injection).back().state, FaultState::clean);
  EXPECT_THAT(rig.records(), IsEmpty());
  EXPECT_EQ(rig.pid(id), 0);
}

TEST(TruthLeftovers, AnOrderToReloadIsNoKill) {
  for (const int signal : {SIGHUP, SIGUSR1, SIGUSR2, SIGCHLD, SIGSTOP, 0}) {
    FaultRig rig;
    const ComponentId id = rig.add(component(rig.folder, "daemon", {"sleep", "1000"}, "sleep"));
    rig.add("reload", faults::kill(id, signal));
    const auto made = rig.make();
    ASSERT_FALSE(made.has_value()) << signal;
    EXPECT_EQ(made.error().kind, ErrorKind::refused);
    EXPECT_THAT(made.error().message, HasSubstr("signal"));
  }
}

TEST(TruthRecovery, AStepThatWeCutShortOrCannotBeginEndsWhenItStarted) {
  FaultRig rig;
  const std::string log = rig.folder / "log";
  const ComponentId id = rig.add(component(rig.folder, "sleeper", {"sleep", "1000"}, "sleep"));
  const FaultId pause = rig.add("pause-it", faults::pause(id, seconds(100)), {exec_of({rig.folder / "no-such-program"})});
  const FaultId kill =
      rig.add("kill-it", faults::kill(id, SIGKILL), {exec_of({"sh", "-c", "echo begun > " + log + "; exec sleep 600"})});
  rig.start_outside(id);
  ASSERT_TRUE(rig.make().has_value());
  const InjectionId paused = rig.inject(pause);
  ASSERT_TRUE(rig.run_until([&] { return rig.steps(StepEvent::Kind::recover).size() == 1; }));
  ASSERT_TRUE(rig.finish(paused, true).first);
  const InjectionId killed = rig.inject(kill);
  ASSERT_TRUE(rig.run_until([&] { return read_text(log) == "begun\n"; }));
  rig.finish(killed, true);
  const auto steps = rig.steps(StepEvent::Kind::recover);
  ASSERT_EQ(steps.size(), 2U);
  for (const StepEvent& step : steps) {
    EXPECT_FALSE(step.ok);
    EXPECT_EQ(step.ended, step.started) << step.what << ": " << step.detail;
  }
}

}  // namespace
}  // namespace shakedown::test
