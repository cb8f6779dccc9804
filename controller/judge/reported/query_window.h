// What is asked of the world outside a run, and for which window: the same for who asks and for who judges the answer.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/judge/evidence.h"
#include "core/model/reading.h"

namespace shakedown::judging {

// The time for which a row's reported SLI is asked: from the first whole second of its scope to the last.
struct QueryWindow {
  TimeRange range;
  bool whole = true;  // no second of it lies outside the scope
};

// nullopt: the scope is empty, or the kind cannot be reported.
std::optional<QueryWindow> query_window(const Requirement& requirement, const Evidence& evidence);

// `$window` replaced by a PromQL duration: "30s", "1500ms".
std::string with_window(const std::string& query, Duration window);

// Longest stretches of whole seconds of measured phases outside fault windows, and inside fault windows.
std::vector<TimeRange> steady_parts(const Evidence& evidence);
std::vector<TimeRange> fault_parts(const Evidence& evidence);

// From the first stage's start to the last one's end.
TimeRange span_of_stages(const Evidence& evidence);

// The probes that look at the targets that the row is about.
std::vector<ProbeId> probes_for(const Requirement& requirement, const Evidence& evidence);

// Outages seen by these probes; ascending by begin.
std::vector<TimeRange> outages_for(const Requirement& requirement, const Evidence& evidence);

// The answers to one question, in order of arrival.
std::vector<const Reading*> readings_of(Reading::Kind kind, RequirementId requirement, const Evidence& evidence);

// Where a wall instant lies in the run.
RunTime run_at(WallTime at, const Manifest& manifest);
WallTime wall_at(RunTime at, const Manifest& manifest);

// The samples of the only series that lie in (from, to]; empty when there is not exactly one series.
std::vector<ReadingSample> samples_in(const Reading& reading, RunTime from, RunTime to, const Manifest& manifest);

}  // namespace shakedown::judging
