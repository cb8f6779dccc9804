// What setup started, and faults of it.
#include <exception>
#include <filesystem>

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>

#include "agent/fault/undo/undo.h"
#include "tests/component/fault/fault_rig.h"
#include "tests/support/faults.h"
#include "tests/support/no_room.h"

namespace shakedown::test {
namespace {

using std::chrono::seconds;

struct FaultSetupTest : ::testing::Test {
  FaultRig rig;
};

// The fault's undo, by hand later, would start again what setup had started and nobody would stop.
TEST_F(FaultSetupTest, WhereWhatSetupStartedIsStoppedNothingOfItsFaultStands) {
  const ComponentId mine = rig.add(component(rig.folder, "mine", {"sleep", "1000"}, "sleep"));
  const FaultId fault = rig.add("stop-it", faults::stop(mine));
  ASSERT_TRUE(rig.make().has_value());
  ASSERT_TRUE(rig.step(StepEvent::Kind::setup, start_of(mine)).ok);
  const InjectionId injection = rig.inject(fault);
  ASSERT_TRUE(rig.wait_state(injection, FaultState::effective));
  ASSERT_EQ(rig.records().size(), 2U);
  {
    const test::NoRoom full;  // no pidfile can be written, so the undo's start fails
    const auto [clean, told] = rig.undo_all();
    EXPECT_TRUE(clean) << told;
  }
  EXPECT_TRUE(rig.names(injection).ends_with("leftover clean")) << rig.names(injection);
  EXPECT_TRUE(rig.records().empty());
  EXPECT_EQ(rig.pid(mine), 0);
}

Task<void> undo_into(UndoJournal& journal, ActionRunner& actions, std::vector<UndoOutcome>& outcomes) {
  const Duration patience = seconds(1);
  outcomes = co_await undo_folder(journal, actions, UndoObserver{}, patience);
}

// The same by the watchdog, or by the next agent.
TEST_F(FaultSetupTest, WhereTheWatchdogStopsWhatSetupStartedNothingOfItsFaultStands) {
  const ComponentId mine = rig.add(component(rig.folder, "mine", {"sleep", "1000"}, "sleep"));
  const FaultId fault = rig.add("stop-it", faults::stop(mine));
  ASSERT_TRUE(rig.make().has_value());
  ASSERT_TRUE(rig.step(StepEvent::Kind::setup, start_of(mine)).ok);
  ASSERT_TRUE(rig.wait_state(rig.inject(fault), FaultState::effective));
  auto journal = UndoJournal::open(std::filesystem::path(rig.records().at(0)).parent_path().string());
  ASSERT_TRUE(journal.has_value());
  ActionRunner actions;
  std::vector<UndoOutcome> outcomes;
  {
    const test::NoRoom full;
    boost::asio::co_spawn(rig.loop, undo_into(journal.value(), actions, outcomes),
                          [](std::exception_ptr broken) { EXPECT_FALSE(broken); });
    rig.run_until([&] { return outcomes.size() == 2; }, seconds(30));
  }
  EXPECT_TRUE(leftovers_of(outcomes).empty()) << leftovers_of(outcomes)[0];
  EXPECT_TRUE(rig.records().empty());
  EXPECT_EQ(rig.pid(mine), 0);
}

}  // namespace
}  // namespace shakedown::test
