#include "agent/policy/hours.h"

#include <absl/time/civil_time.h>
#include <absl/time/time.h>

#include <algorithm>
#include <cstdio>

namespace shakedown {
namespace {

constexpr int kDayMinutes = 24 * 60;

struct LocalMinute {
  int day = 0;  // 0 = Monday
  int minute = 0;
};

LocalMinute local_minute(WallTime at, const std::string& name) {
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(name, &zone)) zone = absl::UTCTimeZone();  // check_zone has looked
  const absl::Time time = absl::FromUnixNanos(at.time_since_epoch().count());
  const absl::CivilSecond civil = zone.At(time).cs;
  const int day = (static_cast<int>(absl::GetWeekday(civil)) - static_cast<int>(absl::Weekday::monday) + 7) % 7;
  return {day, civil.hour() * 60 + civil.minute()};
}

bool has(const HoursWindow& window, int day) {
  return std::find(window.days.begin(), window.days.end(), day) != window.days.end();
}

bool holds(const HoursWindow& window, LocalMinute now) {
  if (window.from < window.to) return has(window, now.day) && now.minute >= window.from && now.minute < window.to;
  const int before = (now.day + 6) % 7;
  return (has(window, now.day) && now.minute >= window.from) || (has(window, before) && now.minute < window.to);
}

std::string minute_text(int minute) {
  char text[8];
  std::snprintf(text, sizeof text, "%02d:%02d", minute / 60 % 25, minute % 60);
  return text;
}

}  // namespace

bool Hours::allow(WallTime at) const {
  if (windows.empty()) return true;
  const LocalMinute now = local_minute(at, zone);
  return std::any_of(windows.begin(), windows.end(), [&](const HoursWindow& one) { return holds(one, now); });
}

std::string Hours::text() const {
  if (windows.empty()) return "at any time";
  std::string out;
  for (const HoursWindow& one : windows) {
    std::string days;
    for (const int day : one.days) {
      days += (days.empty() ? "" : ", ") + day_names()[static_cast<std::size_t>(day)];
    }
    const bool whole = one.from == 0 && one.to == kDayMinutes;
    out += (out.empty() ? "" : "; ") + days + (whole ? "" : " " + minute_text(one.from) + " to " + minute_text(one.to));
  }
  return out + " " + zone;
}

std::string Hours::clock(WallTime at) const {
  const LocalMinute now = local_minute(at, zone);
  return day_names()[static_cast<std::size_t>(now.day)] + " " + minute_text(now.minute) + " " + zone;
}

Result<void> check_zone(const std::string& zone) {
  absl::TimeZone found;
  if (absl::LoadTimeZone(zone, &found)) return ok();
  return fail(ErrorKind::scenario, "the host's time zone database has no zone " + zone);
}

const std::vector<std::string>& day_names() {
  static const std::vector<std::string> names = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
  return names;
}

}  // namespace shakedown
