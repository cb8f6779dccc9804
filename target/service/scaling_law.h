// A planted Universal Scalability Law. With n requests present the whole serves
// X(n) = k n / D / (1 + A (n-1) + B n (n-1)) of them a second, an equal share for each; k is the number
// of replicas. Each request is one unit of work, so they leave in the order they came, and a
// closed loop of n users without think time sees X(n). Computed, not slept: a late timer delays
// an answer, never the work. Ownership: values only. Threads: the loop only.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "target/base.h"

namespace practice {

class ScalingLaw {
 public:
  struct Ticket {
    std::uint64_t connection;
    std::uint64_t slot;
  };
  ScalingLaw(double contention, double coherency, Nanos service)
      : contention_(contention), coherency_(coherency), service_(static_cast<double>(service)) {}

  void scale(Nanos now, unsigned replicas);
  void arrive(Nanos now, Ticket ticket);
  // One that has left by now; none: all that are there need more time.
  std::optional<Ticket> leave(Nanos now);
  // When the next one leaves if nobody comes.
  Nanos next() const;

 private:
  struct Present {
    double goal;  // of attained_
    Ticket ticket;
  };
  double rate() const;  // work that each one present gets in a nanosecond
  void go_on(Nanos now);

  double contention_;
  double coherency_;
  double service_;
  double replicas_ = 1;
  double attained_ = 0;  // work that one present all the time has got until at_
  Nanos at_ = 0;
  std::deque<Present> present_;
  std::deque<Ticket> left_;
};

}  // namespace practice
