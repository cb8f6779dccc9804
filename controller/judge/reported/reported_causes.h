// Why the team's own figure differs from what was measured: each cause is named only when it was tested and matches.
#pragma once

#include <string>
#include <vector>

#include "controller/judge/reported/query_window.h"

namespace shakedown::judging {

// Their value and ours for the same window, in the SLI's unit.
struct Comparands {
  double theirs = 0;
  double ours = 0, lower = 0, upper = 0;
  double tolerance = 0;
  TimeRange window;
  const Reading* series = nullptr;  // the same over time; nullptr = not there, or no single series
  const Reading* count = nullptr;   // nullptr = not there
};

// Clauses: "it leaves timeouts out: ...".
std::vector<std::string> find_causes(const Requirement& requirement, const Comparands& both, const Evidence& evidence);

// The one finite value of an answer; nullopt when it has none.
std::optional<double> single_value(const Reading& reading);

// Why the evidence behind their value is not sound (stale, or kept for less than is claimed); empty = it is.
std::vector<std::string> find_doubts(const Requirement& requirement, RequirementId id, const Comparands& both,
                                     const Evidence& evidence);

}  // namespace shakedown::judging
