#include "core/base/time.h"

#include <gtest/gtest.h>

#include <type_traits>

#include "core/base/clock.h"
#include "core/base/ids.h"

namespace shakedown {
namespace {

TEST(Time, TheSecondOfAnInstantIsItsFloor) {
  EXPECT_EQ(second_of(run_time(Duration(0))), 0);
  EXPECT_EQ(second_of(run_time(Duration(999'999'999))), 0);
  EXPECT_EQ(second_of(run_time(Duration(1'000'000'000))), 1);
  EXPECT_EQ(second_of(run_time(Duration(-1))), -1);
  EXPECT_EQ(second_of(run_time(Duration(-1'000'000'000))), -1);
  EXPECT_EQ(second_of(run_time(Duration(-1'000'000'001))), -2);
}

TEST(Time, SecondsAreRoundedToNanoseconds) {
  EXPECT_EQ(from_seconds(0.1).count(), 100'000'000);
  EXPECT_EQ(from_seconds(-0.1).count(), -100'000'000);
  EXPECT_DOUBLE_EQ(seconds(Duration(1'500'000'000)), 1.5);
}

TEST(Time, ClocksAreNotComparable) {
  EXPECT_FALSE((std::is_convertible_v<MonoTime, RunTime>));
  EXPECT_FALSE((std::is_convertible_v<WallTime, MonoTime>));
}

TEST(RunClock, MapsBothWays) {
  const RunClock clock(MonoTime(Duration(5'000)));
  EXPECT_EQ(clock.at(MonoTime(Duration(5'250))), run_time(Duration(250)));
  EXPECT_EQ(clock.mono(run_time(Duration(250))), MonoTime(Duration(5'250)));
}

TEST(SystemClock, MonotonicTimeDoesNotGoBack) {
  const MonoTime first = system_clock().mono();
  EXPECT_LE(first, mono_now());
  EXPECT_GT(system_clock().wall().time_since_epoch().count(), 0);
}

TEST(Ids, AreTheirOwnTypesAndInvalidByDefault) {
  EXPECT_FALSE((std::is_convertible_v<OperationId, PhaseId>));
  EXPECT_FALSE(PhaseId().valid());
  EXPECT_TRUE(PhaseId(0).valid());
  EXPECT_LT(PhaseId(1), PhaseId(2));
}

}  // namespace
}  // namespace shakedown
