// A stretch of the run's axis. Threads: a plain value.
#pragma once

#include "core/base/time.h"

namespace shakedown {

// Half-open [from, to).
struct TimeRange {
  RunTime from{}, to{};
  bool contains(RunTime t) const { return from <= t && t < to; }
  bool empty() const { return to <= from; }
  friend bool operator==(const TimeRange&, const TimeRange&) = default;
};

}  // namespace shakedown
