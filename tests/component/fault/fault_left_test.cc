// What a start command that failed has left running, and pidfiles that name somebody else's process.
#include <chrono>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/fault/undo/standing.h"
#include "tests/component/fault/fault_rig.h"

namespace shakedown::test {
namespace {

using ::testing::HasSubstr;

struct FaultLeftTest : ::testing::Test {
  FaultRig rig;
  const std::string kvd = rig.folder / "kvd";  // a program that nobody else on this host runs

  FaultLeftTest() { std::filesystem::copy_file("/bin/sleep", kvd); }

  ~FaultLeftTest() override {
    for (const char* file : {"real.pid", "second.pid"}) {
      if (alive(pid_in(rig.folder / file))) end_process(pid_in(rig.folder / file));
    }
  }

  // A component whose start command goes into the background; real.pid names what it started, its own pidfile nothing.
  ComponentId daemon(const std::string& how, const std::string& also = "") {
    const std::string script = how + " " + kvd + " 1000 >/dev/null 2>&1 & echo $! >" + rig.folder / "real.pid" + "; " + also;
    return rig.add(component(rig.folder, "kv", {"sh", "-c", script}, "kvd"));
  }
  StepEvent start(ComponentId id, StepEvent::Kind kind = StepEvent::Kind::setup) {
    Action action = start_of(id);
    action.limit = std::chrono::milliseconds(500);
    return rig.step(kind, action);
  }
  std::string real_pid() const { return std::to_string(pid_in(rig.folder / "real.pid")); }
};

TEST_F(FaultLeftTest, WhatHasLeftGroupAndSessionOfAFailedStartIsEnded) {
  const ComponentId kv = daemon("setsid");
  ASSERT_TRUE(rig.make().has_value());
  const StepEvent done = start(kv);
  EXPECT_FALSE(done.ok);
  EXPECT_THAT(done.detail, HasSubstr("ended what it had left running: " + real_pid()));
  EXPECT_THAT(done.detail, HasSubstr("must write its own pidfile"));
  EXPECT_FALSE(alive(pid_in(rig.folder / "real.pid")));
  EXPECT_TRUE(rig.undo_all().first);
  EXPECT_TRUE(rig.records().empty());
}

TEST_F(FaultLeftTest, WhatHasLeftTheGroupAndClearedItsEnvironmentIsFoundByTheSession) {
  const ComponentId kv = daemon("set -m; env -i");
  ASSERT_TRUE(rig.make().has_value());
  const StepEvent done = start(kv);
  EXPECT_THAT(done.detail, HasSubstr("ended what it had left running: " + real_pid()));
  EXPECT_FALSE(alive(pid_in(rig.folder / "real.pid")));
}

TEST_F(FaultLeftTest, WhatNothingProvesToBeOursIsToldAndLeftAlone) {
  const ComponentId kv = daemon("setsid env -i");
  ASSERT_TRUE(rig.make().has_value());
  const StepEvent done = start(kv);
  const pid_t left = pid_in(rig.folder / "real.pid");
  EXPECT_FALSE(done.ok);
  EXPECT_TRUE(alive(left)) << "it may be anybody's";
  EXPECT_THAT(done.detail, HasSubstr("process " + real_pid() + " is of the declared identity"));
  EXPECT_TRUE(rig.step(StepEvent::Kind::teardown, stop_of(kv)).ok) << "there was nothing that it could stop";
  const auto [clean, told] = rig.undo_all();
  EXPECT_FALSE(clean);
  EXPECT_THAT(told, HasSubstr("process " + real_pid()));
  EXPECT_EQ(rig.agent_events(AgentEvent::Kind::leftover).size(), 1U);
  EXPECT_TRUE(alive(left));
  ASSERT_EQ(rig.records().size(), 1U);
  end_process(left);
  EXPECT_TRUE(rig.undo_all().first) << "nothing of it is left once a person has ended it";
  EXPECT_TRUE(rig.records().empty());
}

TEST_F(FaultLeftTest, AProcessOfTheSameProgramThatWasThereBeforeIsNoSuspect) {
  const ComponentId other = rig.add(component(rig.folder, "other", {kvd, "1000"}, "kvd"));
  ASSERT_GT(rig.start_outside(other), 0);
  const ComponentId kv = rig.add(component(rig.folder, "kv", {"true"}, "kvd"));
  ASSERT_TRUE(rig.make().has_value());
  const StepEvent done = start(kv);
  EXPECT_FALSE(done.ok);
  EXPECT_EQ(done.detail.find("declared identity"), std::string::npos) << done.detail;
  EXPECT_TRUE(rig.undo_all().first);
  EXPECT_TRUE(alive(rig.pid(other)));
}

TEST_F(FaultLeftTest, AnotherStartOfTheComponentIsNotEndedWithTheFailedOne) {
  const ComponentId kv =
      rig.add(component(rig.folder, "kv", {"sh", "-c", "test ! -e no || exit 3; exec " + kvd + " 1000"}, "kvd"));
  ASSERT_TRUE(rig.make().has_value());
  ASSERT_TRUE(start(kv).ok);
  const pid_t first = rig.pid(kv);
  write_text(rig.folder / "second.pid", std::to_string(first) + "\n");
  write_text(rig.pidfile(kv), "");  // as if it had never been named
  write_text(rig.folder / "no", "");
  EXPECT_FALSE(start(kv, StepEvent::Kind::recover).ok);
  EXPECT_TRUE(alive(first)) << "it was started by another command, which did not fail";
}

TEST_F(FaultLeftTest, APidfileOfSomebodyElsesProcessIsNotTouched) {
  const ComponentId other = rig.add(component(rig.folder, "other", {"sleep", "1000"}, "sleep"));
  const pid_t theirs = rig.start_outside(other);
  const ComponentId kv = rig.add(component(rig.folder, "kv", {"tail", "-f", "/dev/null"}, "tail"));
  write_text(rig.pidfile(kv), std::to_string(theirs) + "\n");
  ASSERT_TRUE(rig.make().has_value());
  const StepEvent done = start(kv);
  EXPECT_FALSE(done.ok);
  EXPECT_THAT(done.detail, HasSubstr("names process " + std::to_string(theirs) + ", which runs "));
  EXPECT_THAT(done.detail, HasSubstr("sleep; expected tail; nothing was touched"));
  EXPECT_TRUE(rig.undo_all().first);
  EXPECT_EQ(pid_in(rig.pidfile(kv)), theirs);
  EXPECT_TRUE(alive(theirs));
  write_text(rig.pidfile(kv), "");  // the rig would end what it names
}

// As one does whose port is taken.
TEST_F(FaultLeftTest, WhatEndedAWhileAfterItsStartIsToldWithItsLastWords) {
  const ComponentId kv = rig.add(component(rig.folder, "kv", {"sh", "-c", "sleep 0.5; echo no port left >&2; exit 3"}, "sh"));
  ASSERT_TRUE(rig.make().has_value());
  ASSERT_TRUE(start(kv).ok);
  EXPECT_TRUE(rig.runner->look_at_started().has_value());
  std::string told;
  rig.run_until([&] {
    const Result<void> looked = rig.runner->look_at_started();
    told = looked.has_error() ? looked.error().message : "";
    return told.find("exit code") != std::string::npos;
  });
  EXPECT_THAT(told, HasSubstr("kv, which setup started, does not run any more: "));
  EXPECT_THAT(told, HasSubstr("; it ended with exit code 3; output: no port left"));
  EXPECT_TRUE(rig.step(StepEvent::Kind::teardown, stop_of(kv)).ok);
  EXPECT_TRUE(rig.runner->look_at_started().has_value()) << "it is not expected to run any more";
}

}  // namespace
}  // namespace shakedown::test
