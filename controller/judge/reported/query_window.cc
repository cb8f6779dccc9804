#include "controller/judge/reported/query_window.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "controller/judge/scope.h"
#include "controller/model/looks_at.h"

namespace shakedown::judging {
namespace {

constexpr std::string_view kWindow = "$window";

RunTime start_of(int64_t second) { return RunTime(std::chrono::seconds(second)); }

std::vector<int64_t> seconds_of(const LoadScope& scope) {
  std::vector<int64_t> out;
  for (const auto& [second, stage] : scope.whole_seconds()) {
    if (out.empty() || out.back() != second) out.push_back(second);
  }
  return out;
}

// Two stages that follow each other share a second that belongs wholly to neither: no hole.
bool without_holes(const std::vector<int64_t>& seconds, bool during, const Evidence& evidence) {
  for (std::size_t i = 1; i < seconds.size(); ++i) {
    const int64_t missing = seconds[i] - seconds[i - 1] - 1;
    if (missing > 1) return false;
    if (missing == 1 && in_window(seconds[i] - 1, evidence.windows) != during) return false;
  }
  return true;
}

TimeRange whole_seconds_in(TimeRange range) {
  const int64_t from = second_of(range.from + std::chrono::seconds(1) - Duration(1));
  return {start_of(from), start_of(second_of(range.to))};
}

std::vector<TimeRange> stretches(const std::vector<int64_t>& seconds) {
  std::vector<TimeRange> out;
  for (const int64_t s : seconds) {
    if (!out.empty() && out.back().to == start_of(s)) {
      out.back().to = start_of(s + 1);
    } else {
      out.push_back({start_of(s), start_of(s + 1)});
    }
  }
  return out;
}

std::set<TargetId> targets_of(const Requirement& requirement, const Scenario& scenario) {
  std::set<TargetId> out;
  const std::vector<OperationId> wanted = looks_at(requirement.sli).operations;
  for (std::size_t i = 0; i < scenario.operations.size(); ++i) {
    if (is_among(OperationId(i), wanted)) out.insert(scenario.operations[i].request.target);
  }
  return out;
}

bool concerns(const Requirement& requirement, ProbeId probe, const std::set<TargetId>& targets, const Scenario& scenario) {
  const LooksAt at = looks_at(requirement.sli);
  if (at.outages == OutageFigure::time_up) return std::find(at.probes.begin(), at.probes.end(), probe) != at.probes.end();
  const OperationId operation = scenario.probe(probe).operation;
  return operation.valid() && targets.count(scenario.operation(operation).request.target) > 0;
}

}  // namespace

TimeRange span_of_stages(const Evidence& evidence) {
  std::optional<RunTime> start;
  for (const StageRecord& stage : evidence.timeline->stages()) {
    if (!stage.not_run && (!start || stage.range.from < *start)) start = stage.range.from;
  }
  return {start.value_or(evidence.end), evidence.end};
}

std::optional<QueryWindow> query_window(const Requirement& requirement, const Evidence& evidence) {
  if (looks_at(requirement.sli).outages == OutageFigure::time_up) {
    const TimeRange range = whole_seconds_in(span_of_stages(evidence));
    return range.empty() ? std::nullopt : std::optional(QueryWindow{range, true});
  }
  const Scope* scope = requests_scope(requirement.sli);
  if (scope == nullptr) return std::nullopt;
  const std::vector<int64_t> seconds = seconds_of(LoadScope(*scope, evidence));
  if (seconds.empty()) return std::nullopt;
  return QueryWindow{{start_of(seconds.front()), start_of(seconds.back() + 1)},
                     without_holes(seconds, scope->during.valid(), evidence)};
}

std::string with_window(const std::string& query, Duration window) {
  const int64_t ms = std::chrono::duration_cast<std::chrono::milliseconds>(window).count();
  const std::string text = ms % 1000 == 0 ? fmt::format("{}s", ms / 1000) : fmt::format("{}ms", ms);
  std::string out = query;
  for (std::size_t at = out.find(kWindow); at != std::string::npos; at = out.find(kWindow, at + text.size())) {
    out.replace(at, kWindow.size(), text);
  }
  return out;
}

std::vector<TimeRange> steady_parts(const Evidence& evidence) { return stretches(seconds_of(LoadScope(Scope{}, evidence))); }

std::vector<TimeRange> fault_parts(const Evidence& evidence) {
  std::vector<int64_t> seconds;
  const TimeRange span = whole_seconds_in(span_of_stages(evidence));
  for (int64_t s = second_of(span.from); s < second_of(span.to); ++s) {
    if (in_window(s, evidence.windows)) seconds.push_back(s);
  }
  return stretches(seconds);
}

std::vector<ProbeId> probes_for(const Requirement& requirement, const Evidence& evidence) {
  std::vector<ProbeId> out;
  const std::set<TargetId> targets = targets_of(requirement, *evidence.scenario);
  for (const ProbeEvidence& probe : evidence.probes) {
    if (concerns(requirement, probe.id, targets, *evidence.scenario)) out.push_back(probe.id);
  }
  return out;
}

std::vector<TimeRange> outages_for(const Requirement& requirement, const Evidence& evidence) {
  std::vector<TimeRange> out;
  for (const ProbeId id : probes_for(requirement, evidence)) {
    const ProbeEvidence& probe = evidence.probe(id);
    if (probe.empty()) continue;
    for (const CausedOutage& caused : probe.outages) {
      out.push_back({caused.outage.begin(), caused.outage.end(probe.results.back().end)});
    }
  }
  std::sort(out.begin(), out.end(), [](const TimeRange& a, const TimeRange& b) { return a.from < b.from; });
  return out;
}

std::vector<const Reading*> readings_of(Reading::Kind kind, RequirementId requirement, const Evidence& evidence) {
  std::vector<const Reading*> out;
  for (const Reading& reading : evidence.timeline->readings()) {
    if (reading.kind == kind && reading.requirement == requirement) out.push_back(&reading);
  }
  return out;
}

RunTime run_at(WallTime at, const Manifest& manifest) { return RunTime(at - manifest.started); }
WallTime wall_at(RunTime at, const Manifest& manifest) { return manifest.started + at.time_since_epoch(); }

std::vector<ReadingSample> samples_in(const Reading& reading, RunTime from, RunTime to, const Manifest& manifest) {
  std::vector<ReadingSample> out;
  if (reading.series.size() != 1) return out;
  for (const ReadingSample& sample : reading.series.front().samples) {
    const RunTime at = run_at(sample.at, manifest);
    if (from < at && at <= to) out.push_back(sample);
  }
  return out;
}

}  // namespace shakedown::judging
