// The union of an injection's parts.
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "controller/measure/injection_record.h"

#include "tests/support/faults.h"
#include "tests/support/instants.h"

namespace shakedown {
namespace {

class InjectionRecordTest : public ::testing::Test {
 protected:
  static constexpr ComponentId kWeb{0}, kCache{1};
  DrillPlan plan_;
  InjectionRecord record_;

  InjectionRecordTest() {
    plan_.components.resize(2);
    plan_.components[0].name = "web";
    plan_.components[1].name = "cache";
    Fault fault;
    fault.kind = faults::kill(kWeb);
    fault.kind.components.push_back(kCache);
    plan_.faults.push_back(fault);
  }
  void say(ComponentId part, FaultState state, double from, double to, const std::string& detail = "so") {
    record_.add({InjectionId(0), FaultId(0), StageId(0), state, at(from), at(to), detail, false, part}, plan_);
  }
  void inject_both() {
    for (const ComponentId part : {kWeb, kCache}) say(part, FaultState::armed, 9, 9);
    say(kCache, FaultState::injected, 10.01, 10.02);
    say(kWeb, FaultState::injected, 10.00, 10.005);
  }
};

TEST_F(InjectionRecordTest, StandsFromTheFirstChangeAndHasItsEffectWithTheLastProof) {
  inject_both();
  EXPECT_EQ(record_.state, FaultState::injected);
  EXPECT_EQ(record_.find(FaultState::injected)->earliest, at(10.00));
  EXPECT_EQ(record_.find(FaultState::injected)->latest, at(10.02));
  say(kWeb, FaultState::effective, 10.00, 10.1, "process 3 is gone");
  EXPECT_EQ(record_.find(FaultState::effective), nullptr) << "one part is not the fault";
  EXPECT_EQ(record_.state, FaultState::injected);
  say(kCache, FaultState::effective, 10.01, 10.3, "process 4 is gone");
  const FaultEvent* effective = record_.find(FaultState::effective);
  ASSERT_NE(effective, nullptr);
  EXPECT_EQ(effective->earliest, at(10.00));
  EXPECT_EQ(effective->latest, at(10.3));
  EXPECT_EQ(effective->detail, "web: process 3 is gone; cache: process 4 is gone; all changed within 20ms");
  EXPECT_EQ(record_.state, FaultState::effective);
}

TEST_F(InjectionRecordTest, OthersAnswerAtATargetWhereNoPartDoes) {
  const auto arm = [&](ComponentId part, std::vector<TargetId> others) {
    record_.add({InjectionId(0), FaultId(0), StageId(0), FaultState::armed, at(9), at(9), "", false, part, std::move(others)},
                plan_);
  };
  arm(kWeb, {TargetId(0), TargetId(1)});
  arm(kCache, {TargetId(1), TargetId(2)});
  EXPECT_EQ(record_.find(FaultState::armed)->served_by_others, std::vector<TargetId>{TargetId(1)});
}

TEST_F(InjectionRecordTest, IsCleanWhenAllPartsAre) {
  inject_both();
  say(kWeb, FaultState::clean, 12, 12);
  EXPECT_EQ(record_.state, FaultState::injected);
  EXPECT_EQ(record_.find(FaultState::clean), nullptr);
  say(kCache, FaultState::undoing, 13, 13);
  EXPECT_EQ(record_.state, FaultState::undoing);
  say(kCache, FaultState::clean, 14, 14);
  EXPECT_EQ(record_.state, FaultState::clean);
  EXPECT_EQ(record_.find(FaultState::clean)->earliest, at(12));
  EXPECT_EQ(record_.find(FaultState::clean)->latest, at(14));
}

TEST_F(InjectionRecordTest, HasFailedWhereOnePartHas) {
  inject_both();
  say(kWeb, FaultState::effective, 10, 10.1);
  say(kCache, FaultState::failed, 10.1, 10.1, "did not bite: it runs");
  EXPECT_EQ(record_.state, FaultState::failed);
  EXPECT_EQ(record_.find(FaultState::failed)->detail, "cache: did not bite: it runs");
  say(kWeb, FaultState::clean, 12, 12);
  EXPECT_EQ(record_.find(FaultState::clean), nullptr) << "what did not bite may have changed something";
  say(kCache, FaultState::clean, 12, 12);
  EXPECT_EQ(record_.state, FaultState::clean);
  EXPECT_EQ(record_.find(FaultState::effective), nullptr);
}

TEST_F(InjectionRecordTest, WhatWasNeverBegunKeepsNothingFromBeingClean) {
  say(kWeb, FaultState::armed, 9, 9);
  say(kWeb, FaultState::injected, 10, 10);
  say(kWeb, FaultState::clean, 11, 11);
  EXPECT_EQ(record_.find(FaultState::clean), nullptr) << "of the other nothing is known yet";
  say(kCache, FaultState::not_run, 11, 11, "not injected: ended before its instant");
  EXPECT_EQ(record_.state, FaultState::clean);
}

TEST_F(InjectionRecordTest, WhatCouldBeBegunNowhereHasChangedNothing) {
  say(kWeb, FaultState::failed, 9, 9, "not injected: another part of it could not be");
  say(kCache, FaultState::failed, 9, 9, "not injected: it does not run");
  EXPECT_EQ(record_.state, FaultState::failed);
  EXPECT_FALSE(record_.may_have_changed());
  EXPECT_EQ(record_.struck(), std::nullopt);
}

TEST_F(InjectionRecordTest, ALeftoverOfOneIsItsOwn) {
  inject_both();
  say(kWeb, FaultState::clean, 12, 12);
  say(kCache, FaultState::leftover, 12, 12, "process 4 is stopped");
  EXPECT_EQ(record_.state, FaultState::leftover);
  EXPECT_EQ(record_.find(FaultState::leftover)->detail, "cache: process 4 is stopped");
}

TEST_F(InjectionRecordTest, WhatIsSaidOfAllIsOfAll) {
  say(ComponentId(), FaultState::not_run, 9, 9, "its agent is not there");
  EXPECT_EQ(record_.state, FaultState::not_run);
  EXPECT_TRUE(record_.parts.empty());
}

TEST_F(InjectionRecordTest, OfOnePartItIsThatPart) {
  plan_.faults[0].kind.components.pop_back();
  say(kWeb, FaultState::armed, 9, 9);
  say(kWeb, FaultState::injected, 10, 10, "SIGKILL");
  EXPECT_EQ(record_.state, FaultState::injected);
  EXPECT_EQ(record_.history.size(), 2U);
  EXPECT_EQ(record_.history[1].detail, "SIGKILL");
  EXPECT_TRUE(record_.parts.empty());
}

}  // namespace
}  // namespace shakedown
