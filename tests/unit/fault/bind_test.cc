#include "agent/fault/bind.h"

#include <csignal>

#include <gtest/gtest.h>

#include "agent/fault/builtin.h"
#include "core/faults/fault_form.h"
#include "tests/support/faults.h"

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
    ours.selector = ProcessSpec{"/run/ours.pid", "run-it", "", ProcessScope::one};
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
  Result<UndoRecord> bound(FaultId id) const { return binding.fault(id, plan.plan.fault(id).kind.components.front()); }
  static Action command() {
    Action action;
    action.kind = Action::Kind::exec;
    action.argv = {"fix"};
    return action;
  }
};

TEST_F(BindTest, UndoHasItsDefaults) {
  const auto kill = bound(add(faults::kill(ComponentId(0), SIGTERM)));
  ASSERT_TRUE(kill.has_value()) << kill.error().message;
  EXPECT_EQ(kill.value().undo.at(0).action.kind, Action::Kind::start);
  EXPECT_EQ(kill.value().undo.at(0).component.component.start, std::vector<std::string>{"run-it"});
  EXPECT_EQ(kill.value().undo.at(0).component.folder, "/scenario");
  const auto stop = bound(add(faults::stop(ComponentId(0))));
  EXPECT_EQ(stop.value().undo.at(0).action.kind, Action::Kind::start);
  const auto pause = bound(add(faults::pause(ComponentId(0), std::chrono::seconds(1))));
  EXPECT_EQ(pause.value().undo.at(0).action.kind, Action::Kind::resume);
  EXPECT_EQ(pause.value().hold, std::chrono::seconds(1));
}

TEST_F(BindTest, ADeclaredUndoReplacesTheDefault) {
  const auto kill = bound(add(faults::kill(ComponentId(0), SIGKILL), {command()}));
  ASSERT_EQ(kill.value().undo.size(), 1U);
  EXPECT_EQ(kill.value().undo.at(0).action.kind, Action::Kind::exec);
}

TEST_F(BindTest, WhatNothingCouldUndoIsRefused) {
  const auto exec = bound(add(faults::exec(ComponentId(0), {"break"}, {"true"}, std::chrono::seconds(1))));
  ASSERT_TRUE(exec.has_error());
  EXPECT_EQ(exec.error().kind, ErrorKind::refused);
  plan.plan.components[0].start.clear();
  EXPECT_EQ(bound(add(faults::kill(ComponentId(0), SIGKILL))).error().kind, ErrorKind::refused);
  plan.plan.components[0].process()->scope = ProcessScope::children;  // their parent brings them back
  EXPECT_TRUE(bound(add(faults::kill(ComponentId(0), SIGKILL))).has_value());
}

TEST_F(BindTest, OnlySignalsThatEndAProcessKill) {
  for (const int signal : {0, -1, 65, SIGSTOP, SIGTSTP, SIGHUP, SIGUSR1}) {
    EXPECT_EQ(bound(add(faults::kill(ComponentId(0), signal))).error().kind, ErrorKind::refused) << signal;
  }
}

TEST_F(BindTest, TheWorkOfAnotherAgentIsAnError) {
  EXPECT_TRUE(bound(add(faults::kill(ComponentId(1), SIGKILL))).has_error());
  Action start;
  start.component = ComponentId(1);
  EXPECT_EQ(binding.action(start).error().kind, ErrorKind::scenario);
  Action elsewhere = command();
  elsewhere.agent = AgentId(1);
  EXPECT_EQ(binding.action(elsewhere).error().kind, ErrorKind::scenario);
  EXPECT_TRUE(binding.action(command()).has_value());
}

// Each part is taken back by what names it; the first one here also by what names none. Other agents have their own parts.
TEST_F(BindTest, EachPartHasItsOwnUndo) {
  plan.plan.components.push_back(plan.plan.components[0]);
  plan.plan.components[2].name = "ours too";
  FaultKind all = faults::kill(ComponentId(0));
  all.components = {ComponentId(1), ComponentId(0), ComponentId(2)};
  Action starts[3];
  for (uint32_t i = 0; i < 3; ++i) starts[i].component = ComponentId(i);
  const FaultId id = add(all, {starts[2], starts[1], command(), starts[0]});
  plan.plan.faults[id.value].undo[2].agent = AgentId(0);
  EXPECT_EQ(binding.parts(plan.plan.fault(id)), (std::vector{ComponentId(0), ComponentId(2)}));
  const auto first = binding.fault(id, ComponentId(0));
  ASSERT_TRUE(first.has_value()) << first.error().message;
  ASSERT_EQ(first.value().undo.size(), 2U);
  EXPECT_EQ(first.value().undo[0].action.kind, Action::Kind::exec);
  EXPECT_EQ(first.value().undo[1].component.component.name, "ours");
  const auto second = binding.fault(id, ComponentId(2));
  ASSERT_EQ(second.value().undo.size(), 1U);
  EXPECT_EQ(second.value().undo[0].component.component.name, "ours too");
  EXPECT_TRUE(binding.fault(id, ComponentId(1)).has_error());
  EXPECT_TRUE(check_assignment(binding).has_value());
}

TEST_F(BindTest, TheCheckLooksAtOwnFaultsOnly) {
  add(faults::kill(ComponentId(1), SIGSTOP));
  EXPECT_TRUE(check_assignment(binding).has_value());
  add(faults::kill(ComponentId(0), SIGSTOP));
  EXPECT_TRUE(check_assignment(binding).has_error());
}

TEST_F(BindTest, EveryKindThatAScenarioMayNameHasAMechanismInTheSameOrder) {
  std::vector<std::string> forms, mechanisms;
  for (const FaultForm& form : fault_forms()) forms.emplace_back(form.name);
  for (const MechanismKind& kind : mechanism_kinds()) {
    if (kind.bind != nullptr) mechanisms.emplace_back(kind.name);
  }
  EXPECT_EQ(forms, mechanisms);
}

TEST_F(BindTest, AKindThatThisAgentDoesNotKnowIsRefused) {
  const auto record = bound(add(FaultKind{"melt", {ComponentId(0)}, {}, {}}, {command()}));
  ASSERT_TRUE(record.has_error());
  EXPECT_EQ(record.error().kind, ErrorKind::refused);
  EXPECT_NE(record.error().message.find("`melt`"), std::string::npos);
  EXPECT_TRUE(bound(add(FaultKind{"started", {ComponentId(0)}, {}, {}}, {command()})).has_error());
}

TEST_F(BindTest, ADocumentThatIsNotOfTheKindsFormIsRefused) {
  FaultKind pause = faults::pause(ComponentId(0), std::chrono::seconds(1));
  pause.document.entries[0].key = "hold_on";
  EXPECT_EQ(bound(add(pause)).error().kind, ErrorKind::refused);
  FaultKind exec = faults::exec(ComponentId(0), {"break"}, {"true"});
  exec.document.entries.erase(exec.document.entries.begin() + 1);
  EXPECT_EQ(bound(add(exec, {command()})).error().kind, ErrorKind::refused);
}

}  // namespace
}  // namespace shakedown
