// The life of each kind of fault, on real processes.
#include <csignal>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/component/fault/fault_rig.h"
#include "tests/support/faults.h"

namespace shakedown::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

struct FaultTest : ::testing::Test {
  FaultRig rig;
  ComponentId sleeper = rig.add(component(rig.folder, "sleeper", {"sleep", "1000"}, "sleep"));

  void make() {
    const auto made = rig.make();
    ASSERT_TRUE(made.has_value()) << made.error().text();
  }
};

TEST_F(FaultTest, KillIsProvenRecoveredAndFoundClean) {
  const FaultId fault = rig.add("kill-it", faults::kill(sleeper, SIGKILL), {start_of(sleeper, milliseconds(50))});
  const pid_t before = rig.start_outside(sleeper);
  make();
  const InjectionId injection = rig.inject(fault, milliseconds(200));
  ASSERT_TRUE(rig.wait_state(injection, FaultState::effective));
  EXPECT_FALSE(alive(before));
  ASSERT_TRUE(rig.run_until([&] { return !rig.steps(StepEvent::Kind::recover).empty(); }));
  EXPECT_EQ(rig.finish(injection, false).first, true);
  EXPECT_EQ(rig.names(injection), "armed injected effective clean");

  const auto injected = *rig.state(injection, FaultState::injected);
  const auto effective = *rig.state(injection, FaultState::effective);
  EXPECT_LE(injected.earliest, injected.latest);
  EXPECT_EQ(effective.earliest, injected.earliest);
  EXPECT_GE(effective.latest, injected.latest);
  EXPECT_THAT(effective.detail, HasSubstr(std::to_string(before)));
  EXPECT_FALSE(rig.state(injection, FaultState::clean)->by_undo);

  const StepEvent recovery = rig.steps(StepEvent::Kind::recover).at(0);
  EXPECT_TRUE(recovery.ok) << recovery.detail;
  EXPECT_EQ(recovery.injection, injection);
  EXPECT_GE(recovery.started - effective.latest, milliseconds(50));
  const pid_t after = rig.pid(sleeper);
  EXPECT_NE(after, before);
  EXPECT_TRUE(alive(after));
  EXPECT_TRUE(rig.records().empty());
}

TEST_F(FaultTest, NothingIsInjectedBeforeItsInstant) {
  const FaultId fault = rig.add("kill-it", faults::kill(sleeper, SIGKILL));
  rig.start_outside(sleeper);
  make();
  const RunTime earliest = RunTime(Duration(0));
  const InjectionId injection = rig.inject(fault, milliseconds(400));
  ASSERT_TRUE(rig.wait_state(injection, FaultState::effective));
  const auto armed = *rig.state(injection, FaultState::armed);
  const auto injected = *rig.state(injection, FaultState::injected);
  EXPECT_GT(armed.earliest, earliest);
  EXPECT_GE(injected.earliest - armed.latest, Duration(0));
  EXPECT_EQ(rig.records().size(), 1U) << "the record stands while the fault does";
  EXPECT_TRUE(rig.finish(injection, true).first);
  EXPECT_EQ(rig.names(injection), "armed injected effective undoing clean");
  EXPECT_TRUE(rig.state(injection, FaultState::clean)->by_undo);
  EXPECT_TRUE(alive(rig.pid(sleeper))) << "the undo of a kill is a start";
  EXPECT_EQ(rig.steps(StepEvent::Kind::undo).size(), 1U);
}

TEST_F(FaultTest, FinishWithoutRecoveryUndoesWhatDiffers) {
  const FaultId fault = rig.add("kill-it", faults::kill(sleeper, SIGKILL));
  rig.start_outside(sleeper);
  make();
  const InjectionId injection = rig.inject(fault);
  ASSERT_TRUE(rig.wait_state(injection, FaultState::effective));
  EXPECT_TRUE(rig.finish(injection, false).first);
  EXPECT_EQ(rig.names(injection), "armed injected effective undoing clean");
  EXPECT_THAT(rig.state(injection, FaultState::undoing)->detail, HasSubstr("does not run"));
}

TEST_F(FaultTest, ALookUndoesNothingAndFindsWhatRunsAgainByItself) {
  const ComponentId sleeper = rig.add(component(rig.folder, "sleeper", {"sleep", "1000"}, "sleep"));
  rig.start_outside(sleeper);
  const FaultId fault = rig.add("kill-it", faults::kill(sleeper, SIGKILL));
  ASSERT_TRUE(rig.make().has_value());
  const InjectionId injection = rig.inject(fault);
  ASSERT_TRUE(rig.wait_state(injection, FaultState::effective));
  EXPECT_FALSE(rig.look(injection).first);
  EXPECT_EQ(rig.names(injection), "armed injected effective");
  EXPECT_FALSE(rig.records().empty());
  std::filesystem::remove(rig.pidfile(sleeper));
  rig.start_outside(sleeper);
  EXPECT_TRUE(rig.look(injection).first);
  EXPECT_EQ(rig.names(injection), "armed injected effective clean");
  EXPECT_TRUE(rig.records().empty());
}

TEST_F(FaultTest, PauseHoldsAndContinues) {
  const FaultId fault = rig.add("pause-it", faults::pause(sleeper, milliseconds(300)));
  const pid_t pid = rig.start_outside(sleeper);
  make();
  const InjectionId injection = rig.inject(fault);
  ASSERT_TRUE(rig.wait_state(injection, FaultState::effective));
  EXPECT_EQ(state_of(pid), 'T');
  ASSERT_TRUE(rig.wait_state(injection, FaultState::clean));
  EXPECT_NE(state_of(pid), 'T');
  EXPECT_TRUE(alive(pid));
  EXPECT_EQ(rig.names(injection), "armed injected effective undoing clean");
  const auto effective = *rig.state(injection, FaultState::effective);
  EXPECT_GE(rig.state(injection, FaultState::undoing)->earliest - effective.latest, milliseconds(300));
  EXPECT_TRUE(rig.state(injection, FaultState::clean)->by_undo);
  EXPECT_TRUE(rig.finish(injection, false).first) << "finishing what is over changes nothing";
  EXPECT_EQ(rig.names(injection), "armed injected effective undoing clean");
}

TEST_F(FaultTest, PauseEndedByRecoveryIsNotCountedAsOurUndo) {
  Action resume;
  resume.kind = Action::Kind::resume;
  resume.component = sleeper;
  resume.describe = "continue it";
  const FaultId fault = rig.add("pause-it", faults::pause(sleeper, milliseconds(400)), {resume});
  const pid_t pid = rig.start_outside(sleeper);
  make();
  const InjectionId injection = rig.inject(fault);
  ASSERT_TRUE(rig.wait_state(injection, FaultState::clean));
  EXPECT_EQ(rig.names(injection), "armed injected effective clean");
  EXPECT_FALSE(rig.state(injection, FaultState::clean)->by_undo);
  EXPECT_NE(state_of(pid), 'T');
}

TEST_F(FaultTest, PauseStopsEveryThreadOfEveryProcessOfTheGroup) {
  const std::string script =
      "import threading,time,os\n"
      "os.fork()\n"
      "t=[threading.Thread(target=time.sleep,args=(1000,)) for _ in range(3)]\n"
      "[x.start() for x in t]\n";
  const ComponentId threads =
      rig.add(component(rig.folder, "threads", {"/usr/bin/python3", "-c", script}, "python3", ProcessScope::group));
  const FaultId fault = rig.add("pause-it", faults::pause(threads, seconds(30)));
  const pid_t pid = rig.start_outside(threads);
  const std::string children = "/proc/" + std::to_string(pid) + "/task/" + std::to_string(pid) + "/children";
  pid_t child = 0;
  ASSERT_TRUE(eventually([&] { return std::ifstream(children) >> child && child > 0; }));
  make();
  const InjectionId injection = rig.inject(fault);
  ASSERT_TRUE(rig.wait_state(injection, FaultState::effective));
  EXPECT_EQ(state_of(pid), 'T');
  EXPECT_EQ(state_of(child), 'T');
  EXPECT_TRUE(rig.undo_all().first);
  EXPECT_NE(state_of(pid), 'T');
  EXPECT_NE(state_of(child), 'T');
  EXPECT_TRUE(alive(child));
}

TEST_F(FaultTest, StopEndsInOrderAndIsUndoneByStart) {
  const FaultId fault = rig.add("stop-it", faults::stop(sleeper));
  const pid_t before = rig.start_outside(sleeper);
  make();
  const InjectionId injection = rig.inject(fault);
  ASSERT_TRUE(rig.wait_state(injection, FaultState::effective));
  EXPECT_FALSE(alive(before));
  EXPECT_EQ(rig.pid(sleeper), 0) << "a stopped component leaves no pidfile";
  EXPECT_TRUE(rig.finish(injection, true).first);
  EXPECT_TRUE(alive(rig.pid(sleeper)));
}

TEST_F(FaultTest, StopInsistsWithSigkillAtItsLimit) {
  Component stubborn =
      component(rig.folder, "stubborn", {"sh", "-c", "trap '' TERM; while :; do sleep 0.05; done"}, "sh", ProcessScope::group);
  stubborn.stop_limit = milliseconds(300);
  const ComponentId id = rig.add(stubborn);
  const pid_t pid = rig.start_outside(id);
  make();
  const StepEvent stopped = rig.step(StepEvent::Kind::teardown, stop_of(id));
  EXPECT_TRUE(stopped.ok) << stopped.detail;
  EXPECT_THAT(stopped.detail, HasSubstr("needed SIGKILL"));
  EXPECT_FALSE(alive(pid));
}

TEST_F(FaultTest, ExecIsProvenByItsEffectAndUndone) {
  const std::string mark = rig.folder / "broken";
  const FaultId fault = rig.add("break-it", faults::exec(sleeper, {"touch", mark}, {"test", "-e", mark}, seconds(20)), {},
                                {exec_of({"rm", "-f", mark})});
  rig.start_outside(sleeper);
  make();
  const InjectionId injection = rig.inject(fault);
  ASSERT_TRUE(rig.wait_state(injection, FaultState::effective));
  EXPECT_FALSE(read_text(rig.records().at(0)).empty());
  EXPECT_TRUE(rig.finish(injection, false).first);
  EXPECT_EQ(rig.names(injection), "armed injected effective undoing clean");
  EXPECT_NE(::access(mark.c_str(), F_OK), 0);
}

TEST_F(FaultTest, ExecThatHoldsBeforeProvesNothingAndIsNotRun) {
  const std::string mark = rig.folder / "broken", ran = rig.folder / "ran";
  write_text(mark, "");
  const FaultId fault =
      rig.add("break-it", faults::exec(sleeper, {"touch", ran}, {"test", "-e", mark}, seconds(20)), {}, {exec_of({"true"})});
  rig.start_outside(sleeper);
  make();
  const InjectionId injection = rig.inject(fault);
  ASSERT_TRUE(rig.wait_state(injection, FaultState::failed));
  EXPECT_THAT(rig.state(injection, FaultState::failed)->detail, HasSubstr("succeeds already"));
  EXPECT_NE(::access(ran.c_str(), F_OK), 0);
}

TEST_F(FaultTest, ExecWithoutEffectDidNotBiteAndIsUndone) {
  const std::string undone = rig.folder / "undone";
  const FaultId fault =
      rig.add("break-it", faults::exec(sleeper, {"true"}, {"false"}, seconds(2)), {}, {exec_of({"touch", undone})});
  rig.start_outside(sleeper);
  make();
  const InjectionId injection = rig.inject(fault);
  ASSERT_TRUE(rig.wait_state(injection, FaultState::clean));
  EXPECT_EQ(rig.names(injection), "armed injected failed undoing clean");
  EXPECT_THAT(rig.state(injection, FaultState::failed)->detail, HasSubstr("did not bite"));
  EXPECT_EQ(::access(undone.c_str(), F_OK), 0);
}

// Whether the change is gone is asked of the effect; one that does not come to its end has not said so.
struct SilentEffect : FaultTest, ::testing::WithParamInterface<const char*> {};

TEST_P(SilentEffect, AfterTheUndoMayStand) {
  const std::string mark = rig.folder / "broken", silent = rig.folder / "silent";
  const std::string effect = "if test -e " + silent + "; then " + GetParam() + "; fi; test -e " + mark;
  const FaultId fault = rig.add("break-it", faults::exec(sleeper, {"touch", mark}, {"sh", "-c", effect}, seconds(2)), {},
                                {exec_of({"sh", "-c", "rm -f " + mark + "; touch " + silent})});
  rig.start_outside(sleeper);
  make();
  const InjectionId injection = rig.inject(fault);
  ASSERT_TRUE(rig.wait_state(injection, FaultState::effective));
  const auto [clean, detail] = rig.finish(injection, true);
  EXPECT_FALSE(clean);
  EXPECT_THAT(detail, HasSubstr("does not tell whether the change is gone"));
}

INSTANTIATE_TEST_SUITE_P(FaultTest, SilentEffect, ::testing::Values("sleep 997; true", "exit 127"));

TEST_F(FaultTest, FailingUndoIsALeftoverWithItsOutputAndStays) {
  const std::string mark = rig.folder / "broken";
  const FaultId fault =
      rig.add("break-it", faults::exec(sleeper, {"touch", mark}, {"test", "-e", mark}, seconds(20)), {},
              {exec_of({"sh", "-c", "test -e " + (rig.folder / "allow") + " || { echo no way back; exit 3; }; rm " + mark})});
  rig.start_outside(sleeper);
  make();
  const InjectionId injection = rig.inject(fault);
  ASSERT_TRUE(rig.wait_state(injection, FaultState::effective));
  const auto [clean, detail] = rig.finish(injection, true);
  EXPECT_FALSE(clean);
  EXPECT_THAT(detail, HasSubstr("no way back"));
  EXPECT_THAT(detail, HasSubstr("exit code 3"));
  EXPECT_THAT(rig.state(injection, FaultState::leftover)->detail, HasSubstr("no way back"));
  EXPECT_EQ(rig.records().size(), 1U);
  write_text(rig.folder / "allow", "");
  EXPECT_TRUE(rig.undo_all().first) << "a leftover is tried again";
  EXPECT_TRUE(rig.records().empty());
}

TEST_F(FaultTest, KillThatDoesNotKillDidNotBite) {
  const ComponentId deaf = rig.add(component(rig.folder, "deaf", {"sh", "-c", "trap '' TERM; sleep 1000 & wait"}, "sh"));
  const FaultId fault = rig.add("kill-it", faults::kill(deaf, SIGTERM));
  const pid_t pid = rig.start_outside(deaf);
  ASSERT_TRUE(eventually([&] { return state_of(pid) == 'S'; }));
  make();
  const InjectionId injection = rig.inject(fault);
  ASSERT_TRUE(rig.wait_state(injection, FaultState::clean));
  EXPECT_EQ(rig.names(injection), "armed injected failed undoing clean");
  EXPECT_TRUE(alive(pid));
}

TEST_F(FaultTest, EndedBeforeItsInstantIsNotRun) {
  const FaultId fault = rig.add("kill-it", faults::kill(sleeper, SIGKILL));
  const pid_t pid = rig.start_outside(sleeper);
  make();
  const InjectionId far = rig.inject(fault, seconds(100));
  EXPECT_TRUE(rig.undo_all().first);
  EXPECT_EQ(rig.names(far), "not_run");
  const InjectionId late = rig.inject(fault);
  ASSERT_TRUE(rig.wait_state(late, FaultState::not_run));
  EXPECT_TRUE(alive(pid));
}

TEST_F(FaultTest, EverythingIsUndoneNewestFirst) {
  const std::string order = rig.folder / "order";
  const auto mark = [&](const std::string& name) {
    return rig.add("break-" + name,
                   faults::exec(sleeper, {"touch", rig.folder / name}, {"test", "-e", rig.folder / name}, seconds(20)), {},
                   {exec_of({"sh", "-c", "rm " + (rig.folder / name) + "; echo " + name + " >> " + order})});
  };
  const FaultId first = mark("first"), second = mark("second"), third = mark("third");
  make();
  ASSERT_TRUE(rig.step(StepEvent::Kind::setup, start_of(sleeper)).ok);
  for (const FaultId fault : {first, second, third}) {
    const InjectionId injection = rig.inject(fault);
    ASSERT_TRUE(rig.wait_state(injection, FaultState::effective));
  }
  const pid_t pid = rig.pid(sleeper);
  EXPECT_EQ(rig.records().size(), 4U);
  EXPECT_TRUE(rig.undo_all().first);
  EXPECT_EQ(read_text(order), "third\nsecond\nfirst\n");
  EXPECT_FALSE(alive(pid)) << "what setup started is stopped last";
  EXPECT_TRUE(rig.records().empty());
  EXPECT_TRUE(rig.undo_all().first) << "a second time there is nothing to do";
  EXPECT_EQ(read_text(order), "third\nsecond\nfirst\n");
}

TEST_F(FaultTest, WhatWeStartedIsReapedWhenItDies) {
  make();
  ASSERT_TRUE(rig.step(StepEvent::Kind::setup, start_of(sleeper)).ok);
  const pid_t pid = rig.pid(sleeper);
  ::kill(pid, SIGKILL);
  EXPECT_TRUE(rig.run_until([&] { return read_text("/proc/" + std::to_string(pid) + "/stat").empty(); }));
  EXPECT_TRUE(rig.undo_all().first);
}

TEST_F(FaultTest, WhatSetupStartedIsStoppedWithoutItsPidfile) {
  const std::string pidfile = rig.assignment.plan.component(sleeper).process()->pidfile;
  for (const bool teardown : {true, false}) {
    rig.runner.reset();
    make();
    ASSERT_TRUE(rig.step(StepEvent::Kind::setup, start_of(sleeper)).ok);
    const pid_t pid = rig.pid(sleeper);
    ASSERT_TRUE(alive(pid));
    ::unlink(pidfile.c_str());
    if (teardown) {
      EXPECT_THAT(rig.step(StepEvent::Kind::teardown, stop_of(sleeper)).detail, HasSubstr(std::to_string(pid)));
      EXPECT_TRUE(rig.records().empty());
    } else {
      EXPECT_TRUE(rig.undo_all().first);
    }
    EXPECT_FALSE(alive(pid)) << "teardown " << teardown;
    end_process(pid);
  }
}

TEST_F(FaultTest, WhatRecoveryStartedIsStoppedWhenItsPidfileIsStale) {
  const std::string pidfile = rig.assignment.plan.component(sleeper).process()->pidfile;
  const FaultId fault = rig.add("kill-it", faults::kill(sleeper, SIGKILL), {start_of(sleeper)});
  make();
  ASSERT_TRUE(rig.step(StepEvent::Kind::setup, start_of(sleeper)).ok);
  const pid_t first = rig.pid(sleeper);
  const InjectionId injection = rig.inject(fault);
  ASSERT_TRUE(rig.run_until([&] { return rig.steps(StepEvent::Kind::recover).size() == 1; }));
  ASSERT_TRUE(rig.finish(injection, false).first);
  const pid_t pid = rig.pid(sleeper);
  write_text(pidfile, std::to_string(first));
  EXPECT_TRUE(rig.undo_all().first);
  EXPECT_FALSE(alive(pid));
  end_process(pid);
}

TEST_F(FaultTest, ARecoveryWaitsForItsPredecessor) {
  const std::string log = rig.folder / "log";
  Action first = exec_of({"sh", "-c", "sleep 0.2; echo one >> " + log});
  first.after = milliseconds(50);
  Action second = exec_of({"sh", "-c", "echo two >> " + log});
  second.after = milliseconds(100);
  const FaultId fault = rig.add("kill-it", faults::kill(sleeper, SIGKILL), {first, second, start_of(sleeper)});
  rig.start_outside(sleeper);
  make();
  const InjectionId injection = rig.inject(fault);
  ASSERT_TRUE(rig.run_until([&] { return rig.steps(StepEvent::Kind::recover).size() == 3; }));
  const auto steps = rig.steps(StepEvent::Kind::recover);
  EXPECT_GE(steps[1].started - steps[0].ended, milliseconds(100));
  EXPECT_EQ(read_text(log), "one\ntwo\n");
  EXPECT_TRUE(rig.finish(injection, false).first);
  EXPECT_FALSE(rig.state(injection, FaultState::clean)->by_undo);
}

TEST_F(FaultTest, TwoFinishersUndoOnce) {
  const std::string log = rig.folder / "log", mark = rig.folder / "mark";
  const FaultId fault = rig.add("break-it", faults::exec(sleeper, {"touch", mark}, {"test", "-e", mark}, seconds(20)), {},
                                {exec_of({"sh", "-c", "echo undo >> " + log + "; sleep 0.1; rm " + mark})});
  rig.start_outside(sleeper);
  make();
  const InjectionId injection = rig.inject(fault);
  ASSERT_TRUE(rig.wait_state(injection, FaultState::effective));
  int answers = 0;
  for (int i = 0; i < 2; ++i) {
    rig.runner->finish(injection, true, "twice", [&](bool clean, const std::string& detail) {
      EXPECT_TRUE(clean) << detail;
      ++answers;
    });
  }
  ASSERT_TRUE(rig.run_until([&] { return answers == 2; }));
  EXPECT_EQ(read_text(log), "undo\n");
  EXPECT_EQ(rig.names(injection), "armed injected effective undoing clean");
}

}  // namespace
}  // namespace shakedown::test
