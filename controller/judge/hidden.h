// Outages that checks which were not made may hide. Pure.
#pragma once

#include <string>
#include <vector>

#include "controller/judge/evidence.h"

namespace shakedown::judging {

// Checks in a row that failed or were not made, some of them not made and together enough for an outage, outside what is
// known to be one. range: from the start of the last good check before them to the end of the first good one after them.
struct HiddenOutage {
  TimeRange range;
  bool dark = false;  // nothing but a gap that counts as unobserved
};

// Those whose missing checks were due after `from`, all of whose checks were due before `to`; ascending.
std::vector<HiddenOutage> hidden_outages(const ProbeEvidence& evidence, const Probe& probe, RunTime from, RunTime to);

// What spontaneous outages may have been besides those that were seen: within the time that counts as observed, and not
// wholly within a fault's window or a load of our own; and those that began in an unmeasured phase and reached a measured one.
struct HiddenOutside {
  uint64_t count = 0;
  double seconds = 0;  // their length at most
};
HiddenOutside hidden_outside(const ProbeEvidence& probe, const Evidence& evidence);
std::string hidden_words(const HiddenOutside& hidden);  // " (2 more may lie where checks were not made)"; empty = none

}  // namespace shakedown::judging
