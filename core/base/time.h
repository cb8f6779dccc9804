// Time as types: a point on one clock cannot be compared with a point on another.
// All resolutions are nanoseconds in a signed 64-bit integer (292 years).
#pragma once

#include <chrono>
#include <cstdint>

namespace shakedown {

using Duration = std::chrono::nanoseconds;

// CLOCK_MONOTONIC of one host. Never crosses a host border.
struct MonoDomain {
  using rep = int64_t;
  using period = std::nano;
  using duration = Duration;
  static constexpr bool is_steady = true;
};
using MonoTime = std::chrono::time_point<MonoDomain, Duration>;

// Nanoseconds since the run's zero, the same instant on every agent up to the agent's clock-offset
// bound. Everything that crosses the wire or enters the journal is stamped in RunTime.
struct RunDomain : MonoDomain {};
using RunTime = std::chrono::time_point<RunDomain, Duration>;

// UTC, nanoseconds since 1970. Only ever a label; no duration is computed from it during a run.
struct WallDomain : MonoDomain {
  static constexpr bool is_steady = false;
};
using WallTime = std::chrono::time_point<WallDomain, Duration>;

constexpr double seconds(Duration d) { return static_cast<double>(d.count()) * 1e-9; }
constexpr Duration from_seconds(double s) { return Duration(static_cast<int64_t>(s * 1e9 + (s < 0 ? -0.5 : 0.5))); }

// The whole second of a run to which an instant belongs (floor, also for negative instants).
constexpr int64_t second_of(RunTime t) {
  const int64_t ns = t.time_since_epoch().count();
  return ns >= 0 ? ns / 1'000'000'000 : -((-ns + 999'999'999) / 1'000'000'000);
}
constexpr RunTime run_time(Duration since_zero) { return RunTime(since_zero); }
constexpr double seconds(RunTime t) { return seconds(t.time_since_epoch()); }

}  // namespace shakedown
