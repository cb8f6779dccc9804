// Outages from probe results. Source: research chapter on RTO with honest bounds (good and failed
// checks bound the instants of change); outage = down_after failures in a row, ended by up_after good ones.
#pragma once

#include <optional>
#include <vector>

#include "core/model/probe.h"
#include "core/stats/timeline.h"

namespace shakedown {

// Bounds of one outage. lower = max(0, last failed start - first failed end);
// upper = end of the first sustained good check - start of the last good check before (infinite if none).
struct Outage {
  RunTime first_failed_start{}, first_failed_end{}, last_failed_start{};
  std::optional<RunTime> last_good_start;  // before the outage; none = down from the first check
  std::optional<RunTime> good_end;         // end of the first check of the sustained good run; none = still down
  RunTime begin() const { return first_failed_start; }
  // good_end, or the given end of observation while still down.
  RunTime end(RunTime observed_until) const { return good_end.value_or(observed_until); }
  double lower_seconds() const;
  double upper_seconds() const;  // infinite when open at either end
};

struct OutageReport {
  std::vector<Outage> outages;
  std::vector<TimeRange> unobserved;  // no probe for max(5 x every, timeout)
  RunTime first{}, last{};            // observed span; equal when there are no results
  Duration up{}, down{}, dark{};      // observed span split; down by outage midpoint estimates
  Duration longest_good{};            // longest duration of a good check
};

// results ascending by start. Checks that end within [range] by start only.
OutageReport find_outages(const std::vector<ProbeResult>& results, const Probe& probe, TimeRange range);

}  // namespace shakedown
