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

bool in_window(int64_t second, const std::vector<FaultWindow>& windows) {
  const RunTime from = run_time(std::chrono::seconds(second));
  const RunTime to = from + std::chrono::seconds(1);
  return std::any_of(windows.begin(), windows.end(), [&](const FaultWindow& window) {
    const bool begins_inside = from <= window.range.from && window.range.from < to;
    return begins_inside || (window.range.from < to && window.range.to > from);
  });
}

}  // namespace shakedown
