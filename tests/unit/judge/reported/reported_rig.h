// A drill of 100 s at 100/s whose team reports something: readings written by hand.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/judge/timeline_builder.h"

namespace shakedown::testing {

inline constexpr int kLength = 100;  // of the window, seconds
inline constexpr int kEach = 100;    // requests a second

class ReportedRig {
 public:
  // 99 % availability unless another row is given; nothing is loaded yet.
  ReportedRig();

  Drill drill;
  StageId stage;
  std::vector<Reading> readings;

  Requirement& row() { return drill.requirement(0); }
  Reported& reported() { return *row().reported; }
  // Each second the same: n arrivals of each outcome.
  ReportedRig& each_second(std::vector<std::pair<Outcome, uint64_t>> outcomes, double latency = 0.005);
  // Their value for the window, as one series without labels.
  ReportedRig& says(double value);
  ReportedRig& counts(double value);
  // A value each second over the whole run; NaN = a NaN sample, empty function result = no sample.
  ReportedRig& over_time(const std::function<std::optional<double>(int second)>& value, int until = kLength);
  // The alert fires in [from, to).
  ReportedRig& alert(double from, double to, double watched_until);
  Reading& add(Reading::Kind kind);

  Scorecard judge() const;
  ScoredReported scored() const { return *judge().requirements.at(0).reported; }
  std::string causes() const;  // one a line
};

}  // namespace shakedown::testing
