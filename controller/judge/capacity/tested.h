// What load the judged stages carried, and which measured phases nobody judged: so that page one says nothing of a rate
// that no requirement has looked at. Pure.
#pragma once

#include <optional>
#include <vector>

#include "controller/judge/evidence.h"

namespace shakedown::judging {

// Availability, latency, throughput and error ratio: rows over the requests of a load.
bool about_load(const Sli& sli);
// One of these that looks into a fault's windows only.
bool about_load_in_fault(const Sli& sli);

// The highest rate, per second, of an open load in a stage that the row judged, such that the stages at it and above that keep
// the objective pass by themselves: a pass over several phases says nothing of the one among them that misses, nor of one
// too short to show anything. A constant rate that was offered in full is
// told as declared, any other as the mean of what was offered. Of a mix only the part that a row with `must` judges counts:
// what nobody looked at did not hold. nullopt: not about load, or no such stage.
std::optional<double> tested_rate(const Requirement& requirement, const Evidence& evidence);

// Measured phases with load, and operations of phases that are judged in part, whose requests outside fault windows no
// row judges; and faults that did harm and that no row is about.
std::vector<UnjudgedPhase> unjudged_phases(const Evidence& evidence);

}  // namespace shakedown::judging
