#include "controller/measure/windows.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "controller/measure/outages.h"

namespace shakedown {
namespace {

// What is left of the range without the holes, ascending.
std::vector<TimeRange> without(TimeRange range, const std::vector<TimeRange>& holes) {
  std::vector<TimeRange> left{range};
  for (const TimeRange& hole : holes) {
    std::vector<TimeRange> rest;
    for (const TimeRange& one : left) {
      if (hole.to <= one.from || one.to <= hole.from) {
        rest.push_back(one);
        continue;
      }
      if (one.from < hole.from) rest.push_back({one.from, hole.from});
      if (hole.to < one.to) rest.push_back({hole.to, one.to});
    }
    left = std::move(rest);
  }
  return left;
}

// A check that was under way when the fault struck counts as hit by it, unless it had hung before.
bool began_in(const Outage& outage, TimeRange window) { return outage.begun_by() >= window.from && outage.begin() < window.to; }

void set_apart(std::vector<FaultWindow>& windows, const std::vector<OutageReport>& reports, RunTime until) {
  std::vector<TimeRange> drilled, own, apart;
  for (const OutageReport& report : reports) {
    for (const Outage& outage : report.outages) {
      const bool caused =
          std::any_of(windows.begin(), windows.end(), [&](const FaultWindow& w) { return began_in(outage, w.range); });
      (caused ? drilled : own).push_back({outage.begin(), outage.end(until)});
    }
  }
  for (const TimeRange& range : own) {
    for (const TimeRange& one : without(range, drilled)) apart.push_back(one);
  }
  for (FaultWindow& window : windows) {
    for (const TimeRange& one : apart) {
      if (one.from < window.range.to && window.range.from < one.to) window.apart.push_back(one);
    }
  }
}

// What an injection is charged with: outages that begin within its [injected, clean], and relapses before `next` strikes.
// up: where no outage is seen, the service is taken to be up again from here on.
struct Charged {
  TimeRange fault;
  RunTime up, next;
};

// The end of the last outage of one probe that is the fault's, if there is one. One that stood before it is not its own.
std::optional<RunTime> recovered_by(const OutageReport& report, const Probe& probe, const Charged& charged, RunTime until) {
  std::optional<RunTime> end;
  for (const Outage& outage : report.outages) {
    if (outage.begun_by() < charged.fault.from) continue;
    const RunTime up = end.value_or(charged.up);
    const bool relapse = outage.begin() <= up + relapse_time(probe) && outage.first_failed_end < charged.next;
    if (outage.begin() > charged.fault.to && !relapse) break;
    end = std::max(outage.end(until), end.value_or(RunTime::min()));
  }
  return end;
}

// Its effect, or the end of the last step that repairs it.
RunTime up_again(const InjectionRecord& record, RunTime injected) {
  const FaultEvent* effective = record.find(FaultState::effective);
  RunTime out = effective != nullptr ? effective->latest : injected;
  for (const StepEvent& step : record.steps) {
    if (step.kind == StepEvent::Kind::recover) out = std::max(out, step.ended);
  }
  return out;
}

// When the next fault strikes after this one.
RunTime next_injection(const Timeline& timeline, RunTime injected) {
  RunTime next = RunTime::max();
  for (const InjectionRecord& record : timeline.injections()) {
    const std::optional<RunTime> other = record.struck();
    if (other && *other > injected) next = std::min(next, *other);
  }
  return next;
}

// The outages that end at `from` or later, and perhaps earlier ones: before it, at the end of good checks for as long as a
// relapse takes, none was open, and no later one is a relapse of what was before.
OutageReport outages_until(const ProbeLog& results, const Probe& probe, RunTime from) {
  const Duration quiet = relapse_time(probe) + std::max(probe.timeout, results.longest());
  const auto checks = probe.every > Duration{} ? static_cast<uint32_t>(quiet / probe.every) + 2 : 0;
  const auto begin = good_before(results, probe, from == RunTime::min() ? from : from - results.longest(),
                                 std::max({1U, probe.up_after, checks}));
  return begin == results.end() ? OutageReport{} : find_outages(results, probe, {begin->start, RunTime::max()});
}

}  // namespace

Duration relapse_time(const Probe& probe) { return std::max(1U, probe.up_after) * probe.every + std::chrono::seconds(3); }

std::vector<FaultWindow> fault_windows(const Timeline& timeline, RunTime from) {
  std::vector<FaultWindow> windows;
  std::vector<OutageReport> reports;
  for (const InjectionRecord& record : timeline.injections()) {
    const std::optional<RunTime> struck = record.struck();
    if (!struck) continue;
    if (reports.empty()) {
      const std::vector<Probe>& probes = timeline.scenario().probes;
      for (std::size_t i = 0; i < probes.size(); ++i) {
        reports.push_back(outages_until(timeline.probe(ProbeId(i)), probes[i], from));
      }
    }
    const FaultEvent* clean = record.find(FaultState::clean);
    TimeRange range{*struck, timeline.last()};
    if (clean != nullptr) {
      const Charged charged{{range.from, clean->latest}, up_again(record, range.from), next_injection(timeline, range.from)};
      range.to = clean->latest;
      for (std::size_t i = 0; i < reports.size(); ++i) {
        const auto end = recovered_by(reports[i], timeline.scenario().probes[i], charged, timeline.last());
        range.to = std::max(range.to, end.value_or(range.to));
      }
    }
    range.to = std::max(range.to, range.from);
    windows.push_back({record.injection, record.fault, range});
  }
  set_apart(windows, reports, timeline.last());
  std::erase_if(windows, [from](const FaultWindow& window) { return window.range.to < from; });
  return windows;
}

std::vector<TimeRange> own_time(const FaultWindow& window) { return without(window.range, window.apart); }

std::optional<RunTime> start_of_stages(const Timeline& timeline) {
  std::optional<RunTime> start;
  for (const StageRecord& stage : timeline.stages()) {
    if (stage.stage.valid() && !stage.not_run && (!start || stage.range.from < *start)) start = stage.range.from;
  }
  return start;
}

std::optional<RunTime> start_of_teardown(const Timeline& timeline) {
  std::optional<RunTime> start;
  for (const StepEvent& step : timeline.steps()) {
    if (step.kind == StepEvent::Kind::teardown && (!start || step.started < *start)) start = step.started;
  }
  return start;
}

namespace {

// Without the checks that failed after `over` in the end of the log: what they asked was stopped by us.
ProbeLog ended_by_themselves(const ProbeLog& results, RunTime over, const Probe& probe) {
  const auto cut = [&](const ProbeResult& one) { return one.end > over && has_failed(one, probe); };
  const auto tail = results.from(over - results.longest());
  if (std::none_of(tail, results.end(), cut)) return results;
  std::vector<ProbeResult> kept;
  std::copy_if(results.begin(), results.end(), std::back_inserter(kept), [&](const ProbeResult& one) { return !cut(one); });
  return ProbeLog(std::move(kept));
}

}  // namespace

ProbeLog checks_that_count(const Timeline& timeline, ProbeId id) {
  const std::optional<RunTime> started = start_of_stages(timeline);
  if (!started && !timeline.scenario().phases.empty()) return {};
  ProbeLog results = timeline.probe(id);
  if (const auto over = start_of_teardown(timeline))
    results = ended_by_themselves(results.before(*over), *over, timeline.scenario().probe(id));
  if (results.empty()) return results;
  const RunTime from = started.value_or(timeline.last());
  std::optional<RunTime> since;
  const Probe& probe = timeline.scenario().probe(id);
  const std::vector<Outage> outages = find_outages(results, probe, {results.front().start, from}).outages;
  for (const Outage& outage : outages) {
    if (outage.good_end && *outage.good_end <= from) since = outage.last_failed_start + Duration(1);
  }
  // So were first checks that failed and were too few for one.
  const auto good = std::find_if(results.begin(), results.end(), [&](const ProbeResult& one) { return !has_failed(one, probe); });
  if (outages.empty() && good != results.begin() && good != results.end() && good->end <= from) since = good->start;
  return since ? ProbeLog(std::vector<ProbeResult>(results.from(*since), results.end())) : results;
}

bool in_window(int64_t second, const std::vector<FaultWindow>& windows) {
  const RunTime from = run_time(std::chrono::seconds(second));
  const RunTime to = from + std::chrono::seconds(1);
  return std::any_of(windows.begin(), windows.end(), [&](const FaultWindow& window) {
    const auto meets = [from, to](const TimeRange& range) {
      return (from <= range.from && range.from < to) || (range.from < to && range.to > from);
    };
    if (!meets(window.range) || window.apart.empty()) return meets(window.range);
    const std::vector<TimeRange> own = own_time(window);
    return std::any_of(own.begin(), own.end(), meets);
  });
}

}  // namespace shakedown
