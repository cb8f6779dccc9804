#include "agent/policy/hours.h"

#include <gtest/gtest.h>

#include "core/base/units.h"

namespace shakedown {
namespace {

constexpr int kHour = 60;

WallTime at(const char* text) { return parse_wall(text).value(); }

// 2026-11-27 is a Friday.
TEST(HoursTest, InsideADaysWindow) {
  const Hours hours{"UTC", {{{0, 1, 2, 3, 4}, 9 * kHour, 17 * kHour}}};
  EXPECT_TRUE(hours.allow(at("2026-11-27T09:00:00Z")));
  EXPECT_TRUE(hours.allow(at("2026-11-27T16:59:59Z")));
  EXPECT_FALSE(hours.allow(at("2026-11-27T08:59:59Z")));
  EXPECT_FALSE(hours.allow(at("2026-11-27T17:00:00Z")));
  EXPECT_FALSE(hours.allow(at("2026-11-28T12:00:00Z"))) << "a Saturday";
  EXPECT_EQ(hours.text(), "mon, tue, wed, thu, fri 09:00 to 17:00 UTC");
  EXPECT_EQ(hours.clock(at("2026-11-28T12:05:00Z")), "sat 12:05 UTC");
}

TEST(HoursTest, AWindowThatEndsBeforeItBeginsEndsOnTheNextDay) {
  const Hours hours{"UTC", {{{4}, 22 * kHour, 6 * kHour}}};  // Friday night
  EXPECT_TRUE(hours.allow(at("2026-11-27T22:00:00Z")));
  EXPECT_TRUE(hours.allow(at("2026-11-28T05:59:00Z")));
  EXPECT_FALSE(hours.allow(at("2026-11-28T06:00:00Z")));
  EXPECT_FALSE(hours.allow(at("2026-11-27T05:00:00Z"))) << "Thursday night";
  EXPECT_FALSE(hours.allow(at("2026-11-28T22:00:00Z"))) << "Saturday night";
}

// 9 o'clock in Berlin is 8:00 UTC in winter and 7:00 UTC in summer.
TEST(HoursTest, TheZoneHasItsSummerTime) {
  const Hours hours{"Europe/Berlin", {{{0, 1, 2, 3, 4, 5, 6}, 9 * kHour, 10 * kHour}}};
  EXPECT_TRUE(hours.allow(at("2026-01-15T08:30:00Z")));
  EXPECT_FALSE(hours.allow(at("2026-01-15T07:30:00Z")));
  EXPECT_TRUE(hours.allow(at("2026-07-15T07:30:00Z")));
  EXPECT_FALSE(hours.allow(at("2026-07-15T08:30:00Z")));
}

TEST(HoursTest, WithoutAWindowAtAnyTime) {
  EXPECT_TRUE(Hours{}.allow(at("2026-11-28T03:00:00Z")));
  EXPECT_TRUE((Hours{"UTC", {{{5}, 0, 24 * kHour}}}).allow(at("2026-11-28T23:59:00Z")));
}

TEST(HoursTest, AZoneThatTheHostDoesNotKnowIsAnError) {
  EXPECT_TRUE(check_zone("UTC").has_value());
  EXPECT_TRUE(check_zone("Europe/Berlin").has_value());
  EXPECT_TRUE(check_zone("Europe/Atlantis").has_error());
  EXPECT_TRUE(check_zone("../../etc/passwd").has_error());
}

}  // namespace
}  // namespace shakedown
