// How this host's monotonic clock relates to the controller's, from ping round trips. Pure; threads: none.
// Source: the classical bound of a round trip (Cristian 1989): the answer was given at some instant of the round trip,
// so its middle is off by at most half of it. A round trip grows old: two clocks drift apart, so that what it says is off by
// kDrift of its age more, and the best one is not the shortest but the one that says most at the moment. One that the latest
// contradicts is from before a clock was set.
#pragma once

#include <cstddef>
#include <deque>

#include "core/base/time.h"

namespace shakedown {

class ClockEstimate {
 public:
  // One round trip: sent and received on our clock, answered on the controller's.
  void add(MonoTime sent, MonoTime answered, MonoTime received);
  std::size_t count() const { return count_; }
  // The controller's clock minus ours at an instant of ours, by the best of the last round trips; zero without any.
  Duration offset(MonoTime at) const;
  // How far that may be off.
  Duration half_trip(MonoTime at) const;

  // From now on this instant of the controller stands for this instant of ours.
  MonoTime fix(MonoTime controller, MonoTime now);
  // How far the fixed mapping may be off at an instant: what the latest round trips say against what was fixed. Before
  // fix, half_trip(). It grows with the instant, so that one that is asked for a later one holds until then.
  Duration bound(MonoTime at) const;

 private:
  struct Trip {
    Duration offset{}, half{};
    MonoTime middle{};
    Duration off_at(MonoTime at) const;
  };
  const Trip* best(MonoTime at) const;

  // 200 parts per million: two quartz clocks of 100 each, or one that NTP slews a little. A clock that is slewed at the full 500
  // is found by the next round trip.
  static constexpr int64_t kDriftPart = 5000;
  static constexpr std::size_t kKept = 16;
  std::deque<Trip> trips_;
  std::size_t count_ = 0;
  Duration fixed_{};
  bool is_fixed_ = false;
};

}  // namespace shakedown
