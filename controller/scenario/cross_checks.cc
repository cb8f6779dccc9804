#include <algorithm>
#include <cmath>

#include "controller/model/looks_at.h"
#include "controller/scenario/sections/decode.h"

namespace shakedown {
std::vector<Row> rows_of(const Decoding& d, const View& root) {
  std::vector<Row> rows;
  const std::vector<View> views = root["requirements"].items();
  for (std::size_t i = 0; i < views.size(); ++i) {
    if (views[i]["objective"] && views[i]["sli"]) rows.push_back({d.scenario.requirements[i], views[i]});
  }
  return rows;
}

bool is_there(const Decoding& d, FaultId fault) { return fault.value < d.scenario.faults.size(); }

namespace {

// objective + timeout + up_after x every must fit between the fault and the end of its phase.
void check_fit(Decoding& d, const View& root, FaultId fault_id, const Requirement& r, ProbeId probe_id) {
  const Fault& fault = d.scenario.fault(fault_id);
  const Phase& phase = d.scenario.phase(fault.phase);
  const Probe& probe = d.scenario.probe(probe_id);
  const View length = root["phases"].items()[fault.phase.value]["duration"];
  if (!length || fault.at >= phase.duration || probe.every <= Duration::zero()) return;
  const Duration need = from_seconds(r.objective.limit) + probe.timeout + probe.every * probe.up_after;
  const Duration left = phase.duration - fault.at;
  if (left >= need) return;
  d.diagnostics.error(length.at(),
                      "phase " + ticked(phase.name) + " leaves " + format_duration(left) + " after fault " + ticked(fault.name) +
                          ", " + r.id + " needs " + format_duration(need) + ": " +
                          format_duration(from_seconds(r.objective.limit)) + " objective, " + format_duration(probe.timeout) +
                          " timeout, " + std::to_string(probe.up_after) + " x " + format_duration(probe.every) + " to be up",
                      "make it at least " + format_duration(fault.at + need));
}

void check_rto(Decoding& d, const View& root, const Row& row) {
  const LooksAt at = looks_at(row.requirement.sli);
  if (!is_there(d, at.fault)) return;
  for (const ProbeId id : at.probes) {
    check_fit(d, root, at.fault, row.requirement, id);
    const Probe& probe = d.scenario.probe(id);
    if (from_seconds(row.requirement.objective.limit) > probe.every) continue;
    d.diagnostics.warning(row.view["objective"].at(),
                          "not longer than the cadence of probe " + ticked(probe.name) + ", " + format_duration(probe.every) +
                              ": it cannot be proven",
                          "probe more often");
  }
}

// The soonest that a probe can be seen up after an outage.
Duration seen_up(const Probe& probe) { return probe.every * (std::max(1U, probe.up_after) - 1); }

Duration slowest(const Decoding& d) {
  Duration longest{};
  for (const Probe& probe : d.scenario.probes) longest = std::max(longest, seen_up(probe) + probe.timeout);
  return longest;
}

// Twice the objective, or a minute; in any case what the declared steps may take, and the probes to see it.
Duration default_recover_within(const Decoding& d, const Fault& fault, Duration objective) {
  Duration steps{};
  for (const Action& action : fault.recover) steps += action.after + action.limit;
  const Duration usual = objective > Duration::zero() ? 2 * objective : std::chrono::seconds(60);
  return std::max({usual, steps + objective, slowest(d)});
}

// A recovery that is declared to take longer than it may would be undone before it is over, each time.
void check_recover_within(Decoding& d, const View& view, const Fault& fault) {
  Duration waits{};
  for (const Action& action : fault.recover) waits += action.after;
  Duration probes{};
  for (const Probe& probe : d.scenario.probes) probes = std::max(probes, seen_up(probe));
  const Duration need = waits + probes;
  if (fault.recover_within > need || need == Duration::zero()) return;
  d.diagnostics.error(view.at(),
                      "fault " + ticked(fault.name) + " must recover within " + format_duration(fault.recover_within) +
                          ", its declared recovery takes more than " + format_duration(need) + ": " + format_duration(waits) +
                          " of `after`, " + format_duration(probes) + " until the slowest probe is seen up",
                      "make it longer, or shorten `after` or the probe's `up_after` x `every`");
}

// The views of the faults, in the order of their ids.
std::vector<View> fault_views(const View& root) {
  std::vector<View> views;
  for (const View& phase : root["phases"].items()) {
    for (const View& fault : phase["faults"].items()) views.push_back(fault);
  }
  return views;
}

void check_ready(Decoding& d, const View& view, ReadyCheck& ready) {
  if (!ready.probe.valid()) return;
  const Probe& probe = d.scenario.probe(ready.probe);
  const Duration need = seen_up(probe) + probe.timeout;
  if (ready.limit > need) return;
  if (!view["limit"].written()) {
    ready.limit = need + std::chrono::seconds(30);
    return;
  }
  d.diagnostics.error(view["limit"].at(),
                      "probe " + ticked(probe.name) + " needs up to " + format_duration(need) +
                          " to be seen up: " + std::to_string(probe.up_after) + " good checks, one every " +
                          format_duration(probe.every) + ", and " + format_duration(probe.timeout) + " timeout",
                      "make it longer, or the probe's `up_after` x `every` shorter");
}

}  // namespace

void check_whole_seconds(Decoding& d, const View& view, Duration over) {
  if (!view || over % std::chrono::seconds(1) == Duration::zero()) return;
  const auto next = std::chrono::ceil<std::chrono::seconds>(over);
  d.diagnostics.error(view.at(),
                      "`over` is " + format_duration(over) + ": answers are counted by the second, so it must be whole seconds",
                      "write for example " + std::to_string(next.count()) + "s");
}

void complete_operations(Decoding& d, const View& root) {
  for (const Row& row : rows_of(d, root)) {
    const LooksAt at = looks_at(row.requirement.sli);
    if (at.load != LoadFigure::quantile || row.requirement.objective.limit <= 0) continue;
    const Duration limit = from_seconds(row.requirement.objective.limit);
    for (std::size_t i = 0; i < d.scenario.operations.size(); ++i) {
      Operation& operation = d.scenario.operations[i];
      if (!at.operations.empty() && at.operations.front() != OperationId(i)) continue;
      operation.limits.push_back(limit);
      if (limit <= operation.timeout || operation.timeout <= Duration::zero()) continue;
      d.diagnostics.warning(row.view["objective"].at(),
                            "longer than the timeout of operation " + ticked(operation.name) + ", " +
                                format_duration(operation.timeout) + ", after which a request counts as too late",
                            "raise the operation's `timeout`");
    }
  }
  for (Operation& operation : d.scenario.operations) {
    std::sort(operation.limits.begin(), operation.limits.end());
    operation.limits.erase(std::unique(operation.limits.begin(), operation.limits.end()), operation.limits.end());
  }
}

void complete_faults(Decoding& d, const View& root) {
  std::vector<Duration> largest(d.scenario.faults.size());
  for (const Row& row : rows_of(d, root)) {
    const LooksAt at = looks_at(row.requirement.sli);
    if (at.injections != InjectionFigure::recovery || row.requirement.objective.limit <= 0) continue;
    check_rto(d, root, row);
    if (!is_there(d, at.fault)) continue;
    Duration& longest = largest[at.fault.value];
    longest = std::max(longest, from_seconds(row.requirement.objective.limit));
  }
  const std::vector<View> views = fault_views(root);
  for (std::size_t i = 0; i < largest.size(); ++i) {
    Fault& fault = d.scenario.faults[i];
    if (fault.recover_within > Duration::zero()) {
      if (i < views.size()) check_recover_within(d, views[i]["recover_within"], fault);
      continue;
    }
    fault.recover_within = default_recover_within(d, fault, largest[i]);
  }
  if (d.scenario.ready) check_ready(d, root["ready"], *d.scenario.ready);
  const std::vector<View> phases = root["phases"].items();
  for (StepSeries& series : d.scenario.step_series) {
    if (series.ready) check_ready(d, phases[series.phase.value]["steps"]["ready"], *series.ready);
  }
}

}  // namespace shakedown
