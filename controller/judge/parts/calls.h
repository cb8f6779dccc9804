// How many calls each dependency receives for one request of the service: declared, and as its own counter says.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/judge/evidence.h"

namespace shakedown::judging {

// Calls per request of the service in one part of the run: at load for each request that was answered well, for others may
// fail before they call anything, in faults for each that was sent. The bounds, each one-sided at the confidence asked for,
// hold the noise of the count, the coarseness of the scrapes, that bad requests, checks of probes and writes of ledgers may
// or may not cause calls.
struct MeasuredCalls {
  double value = 0, lower = 0, upper = 0;
};

struct DependencyCalls {
  double declared = 0;                     // through the graph, by declared calls alone
  std::optional<MeasuredCalls> at_load;    // measured phases outside fault windows
  std::optional<MeasuredCalls> in_faults;  // inside fault windows
  std::string problem;                     // why the counter has no answer; empty = it has, or there is none
  // What counts for the forecast: measured at load, or in faults when clearly more; without a counter the declared calls
  // of callers that are counted the same way.
  MeasuredCalls effective;
  bool measured() const { return at_load || in_faults; }
};

// By DependencyId. The graph has no cycles.
std::vector<DependencyCalls> count_calls(const Evidence& evidence, double confidence);

}  // namespace shakedown::judging
