// Outages from probe results. Source: research chapter on RTO with honest bounds (good and failed
// checks bound the instants of change); outage = down_after failures in a row, ended by up_after good ones.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "controller/measure/probe_log.h"
#include "controller/measure/time_range.h"
#include "core/model/probe.h"

namespace shakedown {

// Bounds of one outage. lower = max(0, last failed start - first failed end - unobserved);
// upper = earliest end in the sustained good run - start of the last good check before (infinite if none).
// first_failed_end is the earliest end of its failed checks (a slow first check ends after its successors).
// A gap in observation inside an outage neither ends nor lengthens it: runs of checks start anew after the
// gap, and what lies between the failed checks on both sides is taken off the lower bound.
struct Outage {
  RunTime first_failed_start{}, first_failed_end{}, last_failed_start{};
  Duration usual{};                        // what good checks before it took at most, a cadence at least; 0 = there was none
  Duration unobserved{};                   // between failed checks before and after gaps
  std::optional<RunTime> last_good_start;  // before the outage; none = down from the first check
  std::optional<RunTime> good_end;         // earliest end in the sustained good run; none = still down
  RunTime begin() const { return first_failed_start; }
  // By then it had surely begun: a check that took twice as long as good ones do hung already.
  RunTime begun_by() const {
    return usual > Duration{} ? std::min(first_failed_end, first_failed_start + 2 * usual) : first_failed_end;
  }
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

// Not good, or slower than the probe's timeout.
bool has_failed(const ProbeResult& result, const Probe& probe);

// Of the last `count` good checks in a row, without a gap in observation, that began before an instant: the first; the first
// check of all when there are not so many. From there on walks whoever need not know what came before.
ProbeLog::Iterator good_before(const ProbeLog& results, const Probe& probe, RunTime at, uint32_t count);

// results ascending by start; those that start within range count. A good check slower than the timeout
// has failed. Time before the first and after the last result is outside the observed span.
OutageReport find_outages(const ProbeLog& results, const Probe& probe, TimeRange range);

}  // namespace shakedown
