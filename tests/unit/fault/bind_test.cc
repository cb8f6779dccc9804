#include "agent/fault/bind.h"

#include <csignal>

#include <gtest/gtest.h>

#include "agent/fault/builtin.h"

namespace shakedown {
namespace {

struct BindTest : ::testing::Test {
  Assignment plan;
  Binding binding{plan, Owner{"run", own_process(), boot_id()}, "/locks", "/logs"};

  void SetUp() override {
    plan.self = AgentId(0);
    plan.plan.folder = "/scenario";
    Component ours;
    ours.name = "ours";
    ours.agent = AgentId(0);
    ours.start = {"run-it"};
    ours.process = ProcessSpec{"/run/ours.pid", "run-it", "", ProcessScope::one};
    plan.plan.components = {ours, ours};
    plan.plan.components[1].name = "theirs";
    plan.plan.components[1].agent = AgentId(1);
  }
  FaultId add(FaultKind kind, std::vector<Action> undo = {}) {
    Fault fault;
    fault.name = "break";
    fault.kind = std::move(kind);
    fault.undo = std::move(undo);
    plan.plan.faults.push_back(fault);
    return FaultId(plan.plan.faults.size() - 1);
  }
  static Action command() {
    Action action;
    action.kind = Action::Kind::exec;
    action.argv = {"fix"};
    return action;
  }
};

TEST_F(BindTest, UndoHasItsDefaults) {
  const auto kill = binding.fault(add(KillFault{ComponentId(0), SIGTERM}));
  ASSERT_TRUE(kill.has_value()) << kill.error().message;
  EXPECT_EQ(kill.value().undo.at(0).action.kind, Action::Kind::start);
  EXPECT_EQ(kill.value().undo.at(0).component.component.start, std::vector<std::string>{"run-it"});
  EXPECT_EQ(kill.value().undo.at(0).component.folder, "/scenario");
  const auto stop = binding.fault(add(StopFault{ComponentId(0)}));
  EXPECT_EQ(stop.value().undo.at(0).action.kind, Action::Kind::start);
  const auto pause = binding.fault(add(PauseFault{ComponentId(0), std::chrono::seconds(1)}));
  EXPECT_EQ(pause.value().undo.at(0).action.kind, Action::Kind::resume);
  EXPECT_EQ(pause.value().hold, std::chrono::seconds(1));
}

TEST_F(BindTest, ADeclaredUndoReplacesTheDefault) {
  const auto kill = binding.fault(add(KillFault{ComponentId(0), SIGKILL}, {command()}));
  ASSERT_EQ(kill.value().undo.size(), 1U);
  EXPECT_EQ(kill.value().undo.at(0).action.kind, Action::Kind::exec);
}

TEST_F(BindTest, WhatNothingCouldUndoIsRefused) {
  const auto exec = binding.fault(add(ExecFault{ComponentId(0), {"break"}, {"true"}, std::chrono::seconds(1)}));
  ASSERT_TRUE(exec.has_error());
  EXPECT_EQ(exec.error().kind, ErrorKind::refused);
  plan.plan.components[0].start.clear();
  EXPECT_EQ(binding.fault(add(KillFault{ComponentId(0), SIGKILL})).error().kind, ErrorKind::refused);
  plan.plan.components[0].process->scope = ProcessScope::children;  // their parent brings them back
  EXPECT_TRUE(binding.fault(add(KillFault{ComponentId(0), SIGKILL})).has_value());
}

TEST_F(BindTest, OnlySignalsThatEndAProcessKill) {
  for (const int signal : {0, -1, 65, SIGSTOP, SIGTSTP}) {
    EXPECT_EQ(binding.fault(add(KillFault{ComponentId(0), signal})).error().kind, ErrorKind::refused) << signal;
  }
}

TEST_F(BindTest, TheWorkOfAnotherAgentIsAnError) {
  EXPECT_TRUE(binding.fault(add(KillFault{ComponentId(1), SIGKILL})).has_error());
  Action start;
  start.component = ComponentId(1);
  EXPECT_EQ(binding.action(start).error().kind, ErrorKind::scenario);
  Action elsewhere = command();
  elsewhere.agent = AgentId(1);
  EXPECT_EQ(binding.action(elsewhere).error().kind, ErrorKind::scenario);
  EXPECT_TRUE(binding.action(command()).has_value());
}

TEST_F(BindTest, TheCheckLooksAtOwnFaultsOnly) {
  add(KillFault{ComponentId(1), SIGSTOP});
  EXPECT_TRUE(check_assignment(binding).has_value());
  add(KillFault{ComponentId(0), SIGSTOP});
  EXPECT_TRUE(check_assignment(binding).has_error());
}

TEST_F(BindTest, EveryKindOfTheModelHasAMechanism) {
  const FaultKind kinds[] = {KillFault{ComponentId(0), 9}, PauseFault{ComponentId(0), {}}, StopFault{ComponentId(0)},
                             ExecFault{ComponentId(0), {"a"}, {"b"}, {}}};
  static_assert(std::variant_size_v<FaultKind> == std::size(kinds));
  for (const FaultKind& kind : kinds) {
    const auto record = binding.fault(add(kind, {command()}));
    ASSERT_TRUE(record.has_value());
    EXPECT_EQ(record.value().kind, kind_name(kind));
    bool known = false;
    for (const MechanismKind& one : mechanism_kinds()) known = known || one.name == record.value().kind;
    EXPECT_TRUE(known) << record.value().kind;
  }
}

}  // namespace
}  // namespace shakedown
