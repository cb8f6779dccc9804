// What holds of the form of every kind of fault.
#include "core/faults/fault_form.h"

#include <set>

#include <gtest/gtest.h>

#include "core/form/document.h"
#include "tests/support/faults.h"

namespace shakedown {
namespace {

TEST(FaultForms, EachHasANameHelpAndWords) {
  std::set<std::string> names, titles;
  ASSERT_FALSE(fault_forms().empty());
  for (const FaultForm& form : fault_forms()) {
    EXPECT_TRUE(names.insert(form.name).second) << form.name;
    EXPECT_EQ(find_fault_form(form.name), &form);
    EXPECT_NE(std::string(form.help), "") << form.name;
    EXPECT_NE(std::string(form.component_help), "") << form.name;
    EXPECT_NE(form.plan, nullptr) << form.name;
    EXPECT_TRUE(form.undo || std::string(form.undo_hint) != "") << form.name << ": who declares no undo is told why he must";
    const Shape shape = form.shape();
    EXPECT_EQ(shape.form, Form::mapping) << form.name;
    EXPECT_TRUE(titles.insert(shape.title).second) << shape.title << ": the reference finds its sections by their titles";
    EXPECT_EQ(shape.find("component"), nullptr) << "every fault has one; it is added where faults are written";
  }
  EXPECT_EQ(find_fault_form("melt"), nullptr);
}

// What ends by itself without being seen to, or by nobody, must say how it is proven.
TEST(FaultForms, WhatCannotBeComparedDemandsAnEffect) {
  for (const FaultForm& form : fault_forms()) {
    const Shape shape = form.shape();
    const Key *effect = shape.find("effect"), *limit = shape.find("limit"), *hold = shape.find("hold");
    EXPECT_TRUE(form.end_is_seen || effect != nullptr) << form.name;
    EXPECT_TRUE(effect == nullptr || limit != nullptr) << form.name;
    EXPECT_TRUE(hold == nullptr || hold->shape.form == Form::duration) << form.name;
  }
}

TEST(FaultForms, WordsOfOneFault) {
  Fault fault;
  fault.kind = faults::kill(ComponentId(0), 15);
  EXPECT_EQ(plan_of(fault, " to it"), "SIGTERM to it");
  EXPECT_EQ(happening_of(fault.kind.name, "the process", false), "the process dies");
  fault.kind = faults::pause(ComponentId(0), std::chrono::seconds(4));
  EXPECT_EQ(plan_of(fault, " to it"), "SIGSTOP to it for 4s");
  EXPECT_EQ(happening_of(fault.kind.name, "the workers", true), "the workers hang");
  fault.kind = faults::stop(ComponentId(0));
  EXPECT_EQ(plan_of(fault, ""), "stop");
  EXPECT_EQ(happening_of(fault.kind.name, "the process", false), "the process is stopped");
  fault.kind = faults::exec(ComponentId(0), {"./break", "a b"}, {"./broken"});
  EXPECT_EQ(plan_of(fault, " to it"), "./break 'a b'; proven by: ./broken");
  EXPECT_EQ(happening_of(fault.kind.name, "the process", false), "") << "only its name says what it is";
}

TEST(FaultForms, TheKeysWithOneMeaning) {
  const Shape pause = find_fault_form("pause")->shape(), exec = find_fault_form("exec")->shape();
  const FaultKind held = faults::pause(ComponentId(0), std::chrono::seconds(4));
  const FaultKind proven = faults::exec(ComponentId(0), {"a"}, {"b"}, std::chrono::seconds(9));
  EXPECT_EQ(hold_said(view_of(held.document, pause)), std::chrono::seconds(4));
  EXPECT_EQ(effect_limit_said(view_of(held.document, pause)), Duration{});
  EXPECT_EQ(hold_said(view_of(proven.document, exec)), Duration{});
  EXPECT_EQ(effect_limit_said(view_of(proven.document, exec)), std::chrono::seconds(9));
}

}  // namespace
}  // namespace shakedown
