// What the load saw of a fault, second by second. A probe asks one thing: it may be answered while every other request fails.
// Ownership: borrows the evidence. Threads: immutable.
#pragma once

#include <map>
#include <optional>

#include "controller/judge/faults/impact.h"

namespace shakedown::judging {

class LoadWatch {
 public:
  explicit LoadWatch(const Evidence& evidence) : evidence_(&evidence), meter_(evidence) {}
  // The end of the last whole second after `from` in which requests to the target failed for the injection: at least one in
  // twenty, and more than quiet time explains. The time looked at is the fault's window and what follows without three good
  // seconds. nullopt = none; RunTime::max() = they failed for as long as there was load.
  std::optional<RunTime> failing_until(const InjectionView& view, TargetId target, RunTime from) const;
  // The longest run of whole seconds in the fault's window in which most requests to the target failed, more than in quiet time.
  Duration mostly_failing(const InjectionView& view, TargetId target) const;

 private:
  struct Second {
    double bad = 0, judged = 0;
    double expected = 0, variance = 0;  // of bad ones in quiet time
    bool fails(double share) const;
  };
  // The seconds that end by `to`: the one in which the next fault strikes is not this one's.
  std::map<int64_t, Second> seconds_of(const InjectionView& view, TargetId target, RunTime from, RunTime to) const;

  const Evidence* evidence_;
  HarmMeter meter_;
};

}  // namespace shakedown::judging
