// Faults of several components, on real processes.
#include <csignal>
#include <optional>

#include <gtest/gtest.h>

#include "tests/component/fault/fault_rig.h"
#include "tests/support/faults.h"

namespace shakedown::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct PartsTest : ::testing::Test {
  FaultRig rig;
  ComponentId sleeper = rig.add(component(rig.folder, "sleeper", {"sleep", "1000"}, "sleep"));

  void make() {
    const auto made = rig.make();
    ASSERT_TRUE(made.has_value()) << made.error().text();
  }
};

// Two components of one fault: at one instant, each with its record, and one answer for both.
TEST_F(PartsTest, SeveralComponentsAreBrokenAtOneInstantAndAllTakenBack) {
  const ComponentId other = rig.add(component(rig.folder, "other", {"sleep", "1001"}, "sleep"));
  FaultKind both = faults::kill(sleeper, SIGKILL);
  both.components.push_back(other);
  const FaultId fault = rig.add("kill-both", both, {start_of(sleeper, milliseconds(50))});
  const pid_t first = rig.start_outside(sleeper), second = rig.start_outside(other);
  make();
  const InjectionId injection = rig.inject(fault, milliseconds(300));
  const auto of = [&](ComponentId id, FaultState state) {
    for (const FaultEvent& event : rig.states(injection)) {
      if (event.component == id && event.state == state) return std::optional(event);
    }
    return std::optional<FaultEvent>();
  };
  ASSERT_TRUE(rig.run_until([&] { return of(sleeper, FaultState::effective) && of(other, FaultState::effective); }));
  EXPECT_FALSE(alive(first));
  EXPECT_FALSE(alive(second));
  EXPECT_EQ(rig.records().size(), 2U);
  const auto apart = of(sleeper, FaultState::injected)->latest - of(other, FaultState::injected)->latest;
  EXPECT_LT(std::max(apart, -apart), milliseconds(100));
  ASSERT_TRUE(rig.run_until([&] { return !rig.steps(StepEvent::Kind::recover).empty(); }));
  EXPECT_GE(rig.steps(StepEvent::Kind::recover).at(0).started - of(other, FaultState::effective)->latest, milliseconds(50));
  EXPECT_TRUE(rig.finish(injection, false).first);
  EXPECT_FALSE(of(sleeper, FaultState::clean)->by_undo) << "it was recovered";
  EXPECT_TRUE(of(other, FaultState::clean)->by_undo) << "nobody had";
  EXPECT_EQ(rig.steps(StepEvent::Kind::recover).size(), 1U) << "by the first part only";
  EXPECT_TRUE(alive(rig.pid(sleeper)));
  EXPECT_TRUE(alive(rig.pid(other)));
  EXPECT_TRUE(rig.records().empty());
}

TEST_F(PartsTest, WhatTheWatchdogFindsOfSeveralComponentsIsTakenBackToo) {
  const ComponentId other = rig.add(component(rig.folder, "other", {"sleep", "1001"}, "sleep"));
  FaultKind both = faults::pause(sleeper, seconds(600));
  both.components.push_back(other);
  const FaultId fault = rig.add("pause-both", both);
  const pid_t first = rig.start_outside(sleeper), second = rig.start_outside(other);
  make();
  rig.inject(fault, milliseconds(200));
  ASSERT_TRUE(rig.run_until([&] { return state_of(first) == 'T' && state_of(second) == 'T'; }));
  rig.runner.reset();
  EXPECT_TRUE(eventually([&] { return state_of(first) == 'S' && state_of(second) == 'S'; }));
}

}  // namespace
}  // namespace shakedown::test
