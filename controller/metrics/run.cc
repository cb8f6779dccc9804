// The run, its phases and its faults on the page.
#include <algorithm>
#include <cmath>

#include "controller/measure/windows.h"
#include "controller/metrics/page.h"

namespace shakedown {
namespace {

const std::vector<std::string> kRunStates = {"running", "completed", "stopped", "aborted", "interrupted"};

// Of the one that was injected, until it is clean: also when it failed after that, or left something.
bool stands(const InjectionRecord& record) {
  const bool injected = record.struck() || record.find(FaultState::effective) != nullptr;
  return injected && record.state != FaultState::clean;
}

void add_info(MetricFamilies& page, const MetricsInput& input) {
  const Scenario& scenario = input.timeline.scenario();
  const Manifest& manifest = input.manifest;
  MetricFamily info = gauge("shakedown_run_info", "The run that this page is about; join the others with it.");
  info.add({{"run_id", manifest.run_id},
            {"scenario", scenario.name},
            {"scenario_sha256", manifest.scenario_sha256},
            {"service", scenario.service},
            {"environment", scenario.environment.name},
            {"release", manifest.release_start},
            {"version", manifest.tool_version}},
           1);
  page.push_back(info.take());
}

// The latest stage of each phase that has begun; nullptr when none has.
const StageRecord* latest_stage(const Timeline& timeline, PhaseId phase, RunTime now) {
  const StageRecord* latest = nullptr;
  for (const StageRecord& stage : timeline.stages()) {
    if (stage.phase == phase && !stage.not_run && stage.range.from <= now && !stage.range.empty()) latest = &stage;
  }
  return latest;
}

void add_phases(MetricFamilies& page, const MetricsInput& input) {
  MetricFamily active = gauge("shakedown_phase_active", "1 while the phase runs.");
  MetricFamily started = gauge("shakedown_phase_started_timestamp_seconds", "Start of the phase's latest stage; 0 = none yet.");
  MetricFamily ended = gauge("shakedown_phase_ended_timestamp_seconds", "End of the phase's latest ended stage; 0 = none yet.");
  const Scenario& scenario = input.timeline.scenario();
  for (std::size_t i = 0; i < scenario.phases.size(); ++i) {
    const StageRecord* stage = latest_stage(input.timeline, PhaseId(i), input.now);
    const std::string& name = scenario.phases[i].name;
    active.add({{"phase", name}}, stage != nullptr && !stage->ended && stage->range.contains(input.now));
    started.add({{"phase", name}}, stage != nullptr ? wall_seconds(input.manifest, stage->range.from) : 0);
    ended.add({{"phase", name}}, stage != nullptr && stage->ended ? wall_seconds(input.manifest, stage->range.to) : 0);
  }
  for (MetricFamily* family : {&active, &started, &ended}) page.push_back(family->take());
}

struct FaultNow {
  bool active = false;
  double injections = 0, injected = 0, undone = 0, leftovers = 0;
};

FaultNow fault_now(const MetricsInput& input, FaultId id) {
  FaultNow out;
  for (const InjectionRecord& record : input.timeline.injections()) {
    if (record.fault != id) continue;
    const FaultEvent* injected = record.find(FaultState::injected);
    const FaultEvent* clean = record.find(FaultState::clean);
    if (injected == nullptr) injected = record.find(FaultState::effective);
    out.active = out.active || stands(record);
    out.injections += injected != nullptr;
    out.leftovers += record.find(FaultState::leftover) != nullptr;
    if (injected != nullptr) out.injected = std::max(out.injected, wall_seconds(input.manifest, injected->latest));
    if (clean != nullptr) out.undone = std::max(out.undone, wall_seconds(input.manifest, clean->latest));
  }
  return out;
}

bool probe_is_down(const ProbeLog& log, const Probe& probe) {
  const std::size_t needed = std::max<uint32_t>(1, probe.down_after);
  const std::vector<ProbeResult> last = log.last(needed);
  return last.size() == needed && std::none_of(last.begin(), last.end(), [](const ProbeResult& r) { return r.good; });
}

void add_probes(MetricFamilies& page, const MetricsInput& input) {
  MetricFamily checks = counter("shakedown_probe_checks_total", "Checks made by the probe.");
  MetricFamily down = gauge("shakedown_probe_down", "1 while the last down_after checks of the probe failed.");
  MetricFamily at = gauge("shakedown_probe_checked_timestamp_seconds", "Start of the probe's last check; 0 = none yet.");
  const Scenario& scenario = input.timeline.scenario();
  for (std::size_t i = 0; i < scenario.probes.size(); ++i) {
    const ProbeLog& results = input.timeline.probe(ProbeId(i));
    const std::string& name = scenario.probes[i].name;
    checks.add({{"probe", name}}, static_cast<double>(results.size()));
    down.add({{"probe", name}}, probe_is_down(checks_that_count(input.timeline, ProbeId(i)), scenario.probes[i]));
    at.add({{"probe", name}}, results.empty() ? 0 : wall_seconds(input.manifest, results.back().start));
  }
  for (MetricFamily* family : {&checks, &down, &at}) page.push_back(family->take());
}

}  // namespace

void add_run_metrics(MetricFamilies& page, const MetricsInput& input) {
  add_info(page, input);
  MetricFamily state = gauge("shakedown_run_state", "1 for the state of the run.");
  add_states(state, nullptr, "", "state", kRunStates, to_string(input.manifest.state));
  MetricFamily started = gauge("shakedown_run_started_timestamp_seconds", "Zero of the run's axis; 0 = not begun.");
  started.add({}, wall_seconds(input.manifest, RunTime{}));
  MetricFamily finished = gauge("shakedown_run_finished_timestamp_seconds", "End of the run; 0 = not finished.");
  finished.add({}, static_cast<double>(input.manifest.finished.time_since_epoch().count()) * 1e-9);
  MetricFamily cpu =
      counter("shakedown_controller_cpu_seconds_total", "CPU time of the controller's process, an agent in it included.");
  cpu.add({}, input.controller_cpu_seconds);
  for (MetricFamily* family : {&state, &started, &finished, &cpu}) page.push_back(family->take());
  add_phases(page, input);
}

void add_fault_metrics(MetricFamilies& page, const MetricsInput& input) {
  MetricFamily active = gauge("shakedown_fault_active", "1 while an injection of the fault stands.");
  MetricFamily injections = counter("shakedown_fault_injections_total", "Injections of the fault so far.");
  MetricFamily injected = gauge("shakedown_fault_injected_timestamp_seconds", "Latest injection; 0 = none yet.");
  MetricFamily undone = gauge("shakedown_fault_undone_timestamp_seconds", "When the fault was last clean again; 0 = not yet.");
  MetricFamily leftovers = gauge("shakedown_fault_leftovers", "Injections of which something still stands after undo.");
  const Scenario& scenario = input.timeline.scenario();
  for (std::size_t i = 0; i < scenario.faults.size(); ++i) {
    const FaultNow now = fault_now(input, FaultId(i));
    const std::string& name = scenario.faults[i].name;
    active.add({{"fault", name}}, now.active);
    injections.add({{"fault", name}}, now.injections);
    injected.add({{"fault", name}}, now.injected);
    undone.add({{"fault", name}}, now.undone);
    leftovers.add({{"fault", name}}, now.leftovers);
  }
  for (MetricFamily* family : {&active, &injections, &injected, &undone, &leftovers}) page.push_back(family->take());
  add_probes(page, input);
}

}  // namespace shakedown
