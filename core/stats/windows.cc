#include "core/stats/windows.h"

#include <algorithm>

#include "core/stats/outages.h"

namespace shakedown {
namespace {

// The end of the last outage, over all probes, that overlaps the fault's [from, clean].
RunTime recovered_by(const std::vector<OutageReport>& reports, TimeRange fault, RunTime until) {
  RunTime end = fault.to;
  for (const OutageReport& report : reports) {
    for (const Outage& outage : report.outages) {
      const RunTime over = outage.end(until);
      if (outage.begin() <= fault.to && over >= fault.from) end = std::max(end, over);
    }
  }
  return end;
}

// The outages that end at `from` or later, and perhaps earlier ones: before it, at the end of as many good checks as a
// recovery takes, none was open.
OutageReport outages_until(const ProbeLog& results, const Probe& probe, RunTime from) {
  const auto begin = good_before(results, probe, from == RunTime::min() ? from : from - results.longest(), std::max(1U, probe.up_after));
  return begin == results.end() ? OutageReport{} : find_outages(results, probe, {begin->start, RunTime::max()});
}

std::optional<RunTime> start_of_teardown(const Timeline& timeline) {
  std::optional<RunTime> start;
  for (const StepEvent& step : timeline.steps()) {
    if (step.kind == StepEvent::Kind::teardown && (!start || step.started < *start)) start = step.started;
  }
  return start;
}

}  // namespace

std::vector<FaultWindow> fault_windows(const Timeline& timeline, RunTime from) {
  std::vector<FaultWindow> windows;
  std::vector<OutageReport> reports;
  for (const InjectionRecord& record : timeline.injections()) {
    const FaultEvent* injected = record.find(FaultState::injected);
    if (injected == nullptr) continue;
    if (reports.empty()) {
      const std::vector<Probe>& probes = timeline.scenario().probes;
      for (std::size_t i = 0; i < probes.size(); ++i) {
        reports.push_back(outages_until(timeline.probe(ProbeId(i)), probes[i], from));
      }
    }
    const FaultEvent* clean = record.find(FaultState::clean);
    TimeRange range{injected->earliest, timeline.last()};
    if (clean != nullptr) {
      range.to = recovered_by(reports, {range.from, clean->latest}, timeline.last());
    }
    range.to = std::max(range.to, range.from);
    if (range.to >= from) windows.push_back({record.injection, record.fault, range});
  }
  return windows;
}

std::optional<RunTime> start_of_stages(const Timeline& timeline) {
  std::optional<RunTime> start;
  for (const StageRecord& stage : timeline.stages()) {
    if (stage.stage.valid() && !stage.not_run && (!start || stage.range.from < *start)) start = stage.range.from;
  }
  return start;
}

ProbeLog checks_that_count(const Timeline& timeline, ProbeId id) {
  const std::optional<RunTime> started = start_of_stages(timeline);
  if (!started && !timeline.scenario().phases.empty()) return {};
  ProbeLog results = timeline.probe(id);
  if (const auto over = start_of_teardown(timeline)) results = results.before(*over);
  if (results.empty()) return results;
  const RunTime from = started.value_or(timeline.last());
  std::optional<RunTime> since;
  for (const Outage& outage : find_outages(results, timeline.scenario().probe(id), {results.front().start, from}).outages) {
    if (outage.good_end && *outage.good_end <= from) since = outage.last_failed_start + Duration(1);
  }
  return since ? ProbeLog(std::vector<ProbeResult>(results.from(*since), results.end())) : results;
}

bool in_window(int64_t second, const std::vector<FaultWindow>& windows) {
  const RunTime from = run_time(std::chrono::seconds(second));
  const RunTime to = from + std::chrono::seconds(1);
  return std::any_of(windows.begin(), windows.end(), [&](const FaultWindow& window) {
    const bool begins_inside = from <= window.range.from && window.range.from < to;
    return begins_inside || (window.range.from < to && window.range.to > from);
  });
}

}  // namespace shakedown
