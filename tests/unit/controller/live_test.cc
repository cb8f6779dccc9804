// The line that a running drill shows.
#include "controller/drill/live.h"

#include <gtest/gtest.h>

#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::at;
using testing::Drill;

TEST(LiveView, RatesAreOfTheSecondsThatTheLoadHasLasted) {
  Drill drill;
  const StageId stage = drill.run(drill.add_phase("steady", 20, 100), 2);
  drill.load(stage, 2, 22, 100);
  drill.load(drill.run(PhaseId(0), 30), 30, 50, 100);
  const Timeline timeline = drill.timeline();
  const LiveView early = live_view(timeline, at(5.5)), later = live_view(timeline, at(15.5)), after = live_view(timeline, at(29));
  const LiveView again = live_view(timeline, at(33.5));
  EXPECT_EQ(early.over, 2) << "of whole seconds";
  EXPECT_DOUBLE_EQ(early.offered_per_second, 100);
  EXPECT_EQ(later.over, 5);
  EXPECT_DOUBLE_EQ(later.offered_per_second, 100);
  EXPECT_EQ(again.over, 2) << "what lies between two phases is no time of either";
  EXPECT_DOUBLE_EQ(again.offered_per_second, 100);
  EXPECT_EQ(after.over, 0) << "while ledgers are read back no load is under way";
}

}  // namespace
}  // namespace shakedown
