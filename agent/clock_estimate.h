// How this host's monotonic clock relates to the controller's, from ping round trips. Pure; threads: none.
// Source: the classical bound of a round trip (Cristian 1989): the answer was given at some instant of the round trip,
// so its middle is off by at most half of it.
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
  // The controller's clock minus ours, by the shortest of the last round trips; zero without any.
  Duration offset() const;
  // Half of that round trip.
  Duration half_trip() const;

  // From now on this instant of the controller stands for this instant of ours.
  MonoTime fix(MonoTime controller);
  // How far the fixed mapping may be off at the moment: what the latest round trips say against what was fixed. Before
  // fix, half_trip().
  Duration bound() const;

 private:
  struct Trip {
    Duration offset{}, half{};
  };
  const Trip* best() const;

  static constexpr std::size_t kKept = 16;
  std::deque<Trip> trips_;
  std::size_t count_ = 0;
  Duration fixed_{};
  bool is_fixed_ = false;
};

}  // namespace shakedown
