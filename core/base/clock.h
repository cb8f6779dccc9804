// The one place outside core/runtime that reads a system clock.
// Threads: Clock is stateless and safe everywhere; RunClock is immutable after construction.
#pragma once

#include "core/base/time.h"

namespace shakedown {

// Reads time; tests substitute their own. Pure code takes an instant instead.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual MonoTime mono() const = 0;
  virtual WallTime wall() const = 0;
};

// CLOCK_MONOTONIC and CLOCK_REALTIME.
const Clock& system_clock();

// CLOCK_MONOTONIC without a virtual call, for the hot path.
MonoTime mono_now();

// Maps this host's monotonic clock to the run's time. zero = monotonic instant of RunTime 0 here.
class RunClock {
 public:
  RunClock() = default;
  explicit RunClock(MonoTime zero) : zero_(zero) {}
  RunTime at(MonoTime t) const { return RunTime(t - zero_); }
  MonoTime mono(RunTime t) const { return zero_ + t.time_since_epoch(); }
  RunTime now() const { return at(mono_now()); }
  MonoTime zero() const { return zero_; }

 private:
  MonoTime zero_{};
};

}  // namespace shakedown
