// What the agent's policy asks of faults and steps at their moment.
#include <csignal>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/fault/mechanisms/process/pidfile.h"
#include "tests/component/fault/fault_rig.h"
#include "tests/support/faults.h"

namespace shakedown::test {
namespace {

using ::testing::HasSubstr;

// A web server with a database in its process group, which is its descendant too.
struct FaultSparedTest : ::testing::Test {
  FaultRig rig;
  std::string database_pid = rig.folder / "run/database.pid";
  ComponentId web;
  pid_t leader = 0, database = 0;

  void start_both(ProcessScope scope) {
    const std::string script =
        "sleep 1000 & echo $! > " + database_pid + ".new && mv " + database_pid + ".new " + database_pid + "; exec sleep 1000";
    web = rig.add(component(rig.folder, "web", {"sh", "-c", script}, "sleep", scope));
    leader = rig.start_outside(web);
    const ProcessSpec& spec = *rig.assignment.plan.component(web).process();
    ASSERT_TRUE(eventually([&] { return pid_in(database_pid) > 0 && find_process(spec).has_value(); }));
    database = pid_in(database_pid);
  }
  ~FaultSparedTest() override {
    rig.runner.reset();
    end_process(leader);
  }

  void expect_untouched(const FaultKind& kind) {
    const FaultId fault = rig.add("break-it", kind);
    ASSERT_TRUE(rig.make().has_value());
    const Result<void> looked = rig.runner->look_at_processes();
    ASSERT_TRUE(looked.has_error());
    EXPECT_EQ(looked.error().kind, ErrorKind::refused);
    EXPECT_THAT(looked.error().message, HasSubstr("is protected as that of"));
    const InjectionId injection = rig.inject(fault);
    ASSERT_TRUE(rig.wait_state(injection, FaultState::failed));
    EXPECT_THAT(rig.state(injection, FaultState::failed)->detail, HasSubstr("is protected as that of"));
    EXPECT_EQ(rig.names(injection), "failed") << "nothing was armed";
    EXPECT_EQ(state_of(leader), 'S');
    EXPECT_EQ(state_of(database), 'S');
    const StepEvent stopped = rig.step(StepEvent::Kind::setup, stop_of(web));
    EXPECT_FALSE(stopped.ok);
    EXPECT_THAT(stopped.detail, HasSubstr("is protected as that of"));
    EXPECT_TRUE(alive(leader) && alive(database));
  }
};

TEST_F(FaultSparedTest, AProtectedProcessInTheGroupIsNotPaused) {
  start_both(ProcessScope::group);
  rig.options.spared = {database_pid};
  expect_untouched(faults::pause(web, std::chrono::seconds(1)));
}

TEST_F(FaultSparedTest, AProtectedDescendantIsNotKilled) {
  start_both(ProcessScope::children);
  rig.options.spared = {database_pid};
  expect_untouched(faults::kill(web));
}

TEST_F(FaultSparedTest, AnotherNameOfItsPidfileProtectsTheProcess) {
  start_both(ProcessScope::one);
  const std::string link = rig.folder / "run/link.pid", copy = rig.folder / "run/copy.pid";
  std::filesystem::create_symlink(rig.pidfile(web), link);
  rig.options.spared = {link};
  expect_untouched(faults::stop(web));
  write_text(copy, std::to_string(leader) + "\n");
  rig.runner.reset();
  rig.options.spared = {copy};
  expect_untouched(faults::stop(web));
}

TEST_F(FaultSparedTest, WhereItCannotBeToldWhatIsProtectedNothingIsTouched) {
  start_both(ProcessScope::one);
  const FaultId fault = rig.add("break-it", faults::kill(web));
  rig.options.spared = {rig.folder / "run/absent.pid"};
  ASSERT_TRUE(rig.make().has_value());
  EXPECT_TRUE(rig.runner->look_at_processes().has_value()) << "what does not run is not touched";
  rig.runner.reset();
  write_text(rig.folder / "run/damaged.pid", "who knows\n");
  rig.options.spared = {rig.folder / "run/damaged.pid"};
  ASSERT_TRUE(rig.make().has_value());
  const InjectionId injection = rig.inject(fault);
  ASSERT_TRUE(rig.wait_state(injection, FaultState::failed));
  EXPECT_THAT(rig.state(injection, FaultState::failed)->detail, HasSubstr("it cannot be told which process is protected"));
  EXPECT_TRUE(alive(leader));
}

struct FaultAskedTest : ::testing::Test {
  FaultRig rig;
  ComponentId web = rig.add(component(rig.folder, "web", {"sleep", "1000"}, "sleep"));
  pid_t pid = rig.start_outside(web);
  FaultAskedTest() { rig.options.stops_are_faults = true; }
};

TEST_F(FaultAskedTest, WhatAStepStopsIsStartedAgainAtTheEnd) {
  ASSERT_TRUE(rig.make().has_value());
  ASSERT_TRUE(rig.step(StepEvent::Kind::setup, stop_of(web)).ok);
  EXPECT_FALSE(alive(pid));
  EXPECT_TRUE(rig.runner->has_stopped(web));
  ASSERT_EQ(rig.records().size(), 1U) << "whoever sweeps finds it";
  const auto [clean, told] = rig.undo_all();
  EXPECT_TRUE(clean) << told;
  EXPECT_TRUE(alive(rig.pid(web)));
  EXPECT_TRUE(rig.records().empty());
}

TEST_F(FaultAskedTest, AStepThatStartsItEndsThat) {
  ASSERT_TRUE(rig.make().has_value());
  ASSERT_TRUE(rig.step(StepEvent::Kind::setup, stop_of(web)).ok);
  ASSERT_TRUE(rig.step(StepEvent::Kind::setup, start_of(web)).ok);
  EXPECT_FALSE(rig.runner->has_stopped(web));
  EXPECT_FALSE(rig.runner->has_started(web)) << "it ran before";
  const auto [clean, told] = rig.undo_all();
  EXPECT_TRUE(clean) << told;
  EXPECT_TRUE(alive(rig.pid(web)));
  EXPECT_TRUE(rig.records().empty());
}

TEST_F(FaultAskedTest, WhatSetupStartedIsStoppedForGood) {
  const ComponentId mine = rig.add(component(rig.folder, "mine", {"sleep", "1000"}, "sleep"));
  ASSERT_TRUE(rig.make().has_value());
  ASSERT_TRUE(rig.step(StepEvent::Kind::setup, start_of(mine)).ok);
  EXPECT_TRUE(rig.runner->has_started(mine));
  ASSERT_TRUE(rig.step(StepEvent::Kind::teardown, stop_of(mine)).ok);
  EXPECT_FALSE(rig.runner->has_stopped(mine));
  EXPECT_TRUE(rig.undo_all().first);
  EXPECT_EQ(rig.pid(mine), 0);
}

TEST_F(FaultAskedTest, WhatRecoveryStopsIsStartedAgainAtTheEnd) {
  const ComponentId cache = rig.add(component(rig.folder, "cache", {"sleep", "1000"}, "sleep"));
  const pid_t before = rig.start_outside(cache);
  const FaultId fault = rig.add("kill-it", faults::kill(web), {stop_of(cache)});
  ASSERT_TRUE(rig.make().has_value());
  const InjectionId injection = rig.inject(fault);
  ASSERT_TRUE(rig.run_until([&] { return !rig.steps(StepEvent::Kind::recover).empty(); }));
  EXPECT_FALSE(alive(before));
  EXPECT_TRUE(rig.runner->has_stopped(cache));
  EXPECT_TRUE(rig.finish(injection, true).first);
  EXPECT_TRUE(rig.undo_all().first);
  EXPECT_TRUE(alive(rig.pid(cache)));
  EXPECT_TRUE(alive(rig.pid(web)));
}

TEST_F(FaultAskedTest, WithoutTheRuleAStopStands) {
  rig.options.stops_are_faults = false;
  ASSERT_TRUE(rig.make().has_value());
  ASSERT_TRUE(rig.step(StepEvent::Kind::setup, stop_of(web)).ok);
  EXPECT_TRUE(rig.records().empty());
  EXPECT_TRUE(rig.undo_all().first);
  EXPECT_FALSE(alive(pid));
}

TEST_F(FaultAskedTest, AnInjectionIsAskedForWhenItsRecordIsThereAndNothingIsChanged) {
  std::size_t records = 0;
  bool lived = false;
  rig.options.may_inject = [&](InjectionId, FaultId) -> Result<void> {
    records = rig.records().size();
    lived = alive(pid);
    return fail(ErrorKind::refused, "too many stand");
  };
  const FaultId fault = rig.add("kill-it", faults::kill(web));
  ASSERT_TRUE(rig.make().has_value());
  const InjectionId injection = rig.inject(fault);
  ASSERT_TRUE(rig.wait_state(injection, FaultState::failed));
  EXPECT_THAT(rig.state(injection, FaultState::failed)->detail, HasSubstr("not injected: too many stand"));
  EXPECT_EQ(records, 1U);
  EXPECT_TRUE(lived && alive(pid));
  EXPECT_TRUE(rig.records().empty());
  EXPECT_TRUE(rig.finish(injection, true).first);
}

TEST_F(FaultAskedTest, ARecoveryStepThatIsNotAllowedIsNotDone) {
  rig.options.may_recover = [](const Action&) -> Result<void> { return fail(ErrorKind::refused, "the policy is gone"); };
  const FaultId fault = rig.add("kill-it", faults::kill(web), {start_of(web)});
  ASSERT_TRUE(rig.make().has_value());
  const InjectionId injection = rig.inject(fault);
  ASSERT_TRUE(rig.run_until([&] { return !rig.steps(StepEvent::Kind::recover).empty(); }));
  EXPECT_FALSE(rig.steps(StepEvent::Kind::recover)[0].ok);
  EXPECT_THAT(rig.steps(StepEvent::Kind::recover)[0].detail, HasSubstr("the policy is gone"));
  EXPECT_FALSE(alive(rig.pid(web)));
  EXPECT_TRUE(rig.finish(injection, true).first) << "the undo needs no leave";
  EXPECT_TRUE(alive(rig.pid(web)));
}

}  // namespace
}  // namespace shakedown::test
