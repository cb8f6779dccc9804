// When faults may be injected: days and times of day in one time zone.
// Ownership: plain values. Threads: safe everywhere.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"

namespace shakedown {

// From a minute of these days to another one: of the same day, or of the next where it is not later.
struct HoursWindow {
  std::vector<int> days;       // 0 = Monday
  int from = 0, to = 24 * 60;  // minutes of the day; `to` is outside
};

struct Hours {
  std::string zone = "UTC";          // of the host's time zone database
  std::vector<HoursWindow> windows;  // none = at any time

  bool allow(WallTime at) const;
  std::string text() const;              // "mon, tue 09:00 to 17:00 UTC"
  std::string clock(WallTime at) const;  // "Sat 03:12 UTC"
};

// Error scenario: the host's database has no such zone.
Result<void> check_zone(const std::string& zone);

const std::vector<std::string>& day_names();  // mon, tue, ...

}  // namespace shakedown
