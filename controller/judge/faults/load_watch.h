// What the load saw of a fault, second by second. A probe asks one thing: it may be answered while every other request fails.
// Ownership: borrows the evidence. Threads: one.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "controller/judge/faults/impact.h"

namespace shakedown::judging {

class LoadWatch {
 public:
  explicit LoadWatch(const Evidence& evidence) : evidence_(&evidence), meter_(evidence) {}
  // When the last requests ended that failed for the injection, at the latest: of the last whole second after `from` in which at
  // least one in twenty failed, and more than quiet time explains. (What was due later and was answered at last may have waited
  // as long.) The time looked at is the fault's window and what follows without three good seconds. nullopt = none;
  // RunTime::max() = they failed for as long as there was load.
  // blind: the probe saw nothing at all, so that the second in which the fault struck counts too.
  std::optional<RunTime> failing_until(const InjectionView& view, TargetId target, RunTime from, bool blind);
  // The longest run of whole seconds in the fault's window in which most requests to the target failed, more than in quiet time.
  // A second in which none was due is among it while those of before may still have been out: users who wait ask for nothing.
  Duration mostly_failing(const InjectionView& view, TargetId target) { return mostly_failing(view, to(target), view.window.to); }
  // The operations of targets that none of the probes asks, of which most requests failed for as long as makes an outage.
  Elsewhere failing_elsewhere(const InjectionView& view, const std::vector<ProbeId>& probes);

 private:
  using Wanted = std::function<bool(OperationId)>;
  struct Second {
    double bad = 0, judged = 0;
    double expected = 0, variance = 0;  // of bad ones in quiet time
    Duration out{};                     // how long a bad one took at most
    bool fails(double share) const;
  };
  // The seconds that end by `to`: the one in which the next fault strikes is not this one's.
  std::map<int64_t, Second> seconds_of(const InjectionView& view, const Wanted& wanted, RunTime from, RunTime to);
  void add_in_flight(std::map<int64_t, Second>& out, const InjectionView& view, const Wanted& wanted, int64_t into) const;
  Wanted to(TargetId target) const;
  // Of runs that began in the fault's window and are followed until then.
  Duration mostly_failing(const InjectionView& view, const Wanted& wanted, RunTime until);
  const HarmMeter& meter_of(const InjectionView& view);

  const Evidence* evidence_;
  HarmMeter meter_;
  std::map<InjectionId, HarmMeter> meters_;
};

void add_elsewhere(Elsewhere& to, const Elsewhere& one);
// " Meanwhile most write requests failed for up to 6s: front-door asks another target."; empty when none did.
std::string elsewhere_words(const Elsewhere& elsewhere, const std::vector<ProbeId>& probes, const Scenario& scenario);

}  // namespace shakedown::judging
