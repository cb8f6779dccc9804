// What was read outside the run's own measurement, after its last phase: the team's own metrics, alerts, other
// scorecards. Journalled as it came, judged later, so that judging stays a function of journal and scenario.
#pragma once

#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/base/time.h"

namespace shakedown {

struct ReadingSample {
  WallTime at{};
  double value = 0;  // may be NaN or infinite, as the source said
};
struct ReadingSeries {
  std::string labels;                  // {a="b"} as the source prints them, sorted; empty = none
  std::vector<ReadingSample> samples;  // ascending
};

// One question and its answer.
struct Reading {
  enum class Kind {
    reported_value,       // the reported SLI for exactly the window, at its end
    reported_series,      // the same expression over time, a sample each step
    reported_count,       // their own number of requests in the window
    alert,                // ALERTS of the alert that should fire, over time
    retention,            // how far back the source keeps samples: one sample, seconds
    dependency_count,     // the dependency's own count of calls in the window
    dependency_capacity,  // from another scorecard: one sample, per second (lower bound)
  } kind = Kind::reported_value;
  RequirementId requirement;  // reported_*, alert, retention
  DependencyId dependency;    // dependency_*
  std::string phase;          // dependency_count: which part of the run, empty = all of the window
  std::string source;         // URL without credentials, or path
  std::string query;          // as it was sent
  RunTime from{}, to{};       // the window asked for
  Duration step{};            // of a series over time; 0 = one instant
  Duration scrape{};          // how far apart the source's own samples are; 0 = not known
  std::vector<ReadingSeries> series;
  std::string problem;  // why there is no answer; empty = there is one (which may be without series)
};

}  // namespace shakedown
