// Outages that checks which were not made or never answered may hide, and those that the observation's ends cut off. Pure.
#pragma once

#include <string>
#include <vector>

#include "controller/judge/evidence.h"

namespace shakedown::judging {

// Checks in a row that failed or were not made, some of them not made and together enough for an outage, outside what is
// known to be one; at the observation's ends a failed one is enough, as those before or after it may have failed too. range: from
// the start of the last good check before them to the end of the first good one after them.
struct HiddenOutage {
  TimeRange range;
  bool dark = false;  // nothing but a gap that counts as unobserved
  bool open = false;  // it reaches an end of the observation: nobody knows how long it was
  // The longest time without a check within it, from one that was made to the next, and how many were due in it.
  TimeRange gap{};
  uint64_t due = 0;
};

// Those whose missing checks were due after `from`, all of whose checks were due before `to`; ascending.
std::vector<HiddenOutage> hidden_outages(const ProbeEvidence& evidence, const Probe& probe, RunTime from, RunTime to);

// These, and stretches before the first and after the last check in which none was made.
std::vector<HiddenOutage> unseen_outages(const ProbeEvidence& evidence, const Probe& probe, RunTime from, RunTime to);

// What spontaneous outages may have been besides those that were seen: within the time that counts as observed, and not
// wholly within a fault's window or a load of our own; and those that began in an unmeasured phase and reached a measured one.
struct HiddenOutside {
  uint64_t count = 0;
  double seconds = 0;  // their length at most, as far as it was observed
  bool open = false;   // one of them reaches an end of the observation
  std::string gap;     // see gap_words; of the one with the longest
};
HiddenOutside hidden_outside(const ProbeEvidence& probe, const Evidence& evidence);
std::string hidden_words(const HiddenOutside& hidden);  // " (2 more may lie where checks were not made)"; empty = none
// "no check from 58.104 s to 58.211 s of the run, 5 due, in phase crash while kill-kv was at work": of the longest gap; empty =
// there was none.
std::string gap_words(const std::vector<HiddenOutage>& hidden, const ProbeEvidence& probe, const Evidence& evidence);
std::string hidden_needed(bool open, const std::string& gap);  // what would show that there was none

}  // namespace shakedown::judging
