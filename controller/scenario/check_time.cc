// Whether the declared loads, probes and waits leave room for what the rows ask: what no run of the file can show is told before
// it. Warnings only.
#include <algorithm>
#include <cmath>

#include "controller/model/looks_at.h"
#include "controller/scenario/sections/decode.h"

namespace shakedown {
namespace {

// Users ask again when they are answered and have thought: the sooner they are answered the more, up to no time at all.
double most_asked(const Load& load, Duration length) {
  if (const auto* open = std::get_if<OpenLoad>(&load.kind)) return arrivals_until(open->shape, length, length);
  const auto& closed = std::get<ClosedLoad>(load.kind);
  return closed.think > Duration::zero() ? closed.users * seconds(length) / seconds(closed.think) : INFINITY;
}

}  // namespace

// What is not offered cannot be answered, and a rate takes 8 whole seconds.
void check_rate(Decoding& d, const Row& row, const ThroughputSli& s) {
  if (s.scope.during.valid()) return;
  double offered = 0;
  Duration length{};
  for (const Phase* phase : phases_of(d, s.scope)) {
    if (!phase->load) continue;
    const double asked = most_asked(*phase->load, phase->duration);
    if (std::isinf(asked)) return;
    offered += share_of_mix(*phase->load, s.operations) * asked * phase->repeat;
    length += phase->duration * static_cast<int64_t>(phase->repeat);
  }
  if (length == Duration{} || offered <= 0) return;  // told by check_scope
  if (length < std::chrono::seconds(8)) {
    d.diagnostics.warning(row.view["sli"].at(),
                          "a rate takes 8 whole seconds at least, and the phases that " + row.requirement.id + " looks at last " +
                              format_duration(length) + ": it cannot be proven",
                          "make them longer");
  }
  const double rate = offered / seconds(length);
  if (rate >= row.requirement.objective.limit * (1 - 1e-9)) return;
  d.diagnostics.warning(row.view["objective"].at(),
                        "the phases that " + row.requirement.id + " looks at offer " + format_rate({rate}) +
                            " of these requests at most: it cannot pass",
                        "offer more");
}

// A run in which fewer checks are made than an outage takes shows none.
void check_shows(Decoding& d, const Row& row, const std::vector<ProbeId>& probes) {
  Duration planned{};
  for (const Phase& phase : d.scenario.phases) planned += phase.duration * static_cast<int64_t>(phase.repeat);
  for (const ProbeId id : probes) {
    const Probe& probe = d.scenario.probe(id);
    const Duration least = (std::max(1U, probe.down_after) + 1) * probe.every;
    if (planned == Duration{} || planned >= least) continue;
    d.diagnostics.warning(row.view["sli"].at(),
                          "probe " + ticked(probe.name) + " can show no outage in less than " + format_duration(least) +
                              ", and the phases take " + format_duration(planned) + ": " + row.requirement.id +
                              " cannot be proven",
                          "probe more often");
  }
}

// The same of the time after a fault.
void check_shows_after(Decoding& d, const Row& row, FaultId id, const std::vector<ProbeId>& probes) {
  if (!is_there(d, id)) return;
  const Fault& fault = d.scenario.fault(id);
  const Phase& phase = d.scenario.phase(fault.phase);
  if (fault.at >= phase.duration) return;
  for (const ProbeId one : probes) {
    const Probe& probe = d.scenario.probe(one);
    const Duration least = std::max(1U, probe.down_after) * probe.every, left = phase.duration - fault.at;
    if (left > least) continue;
    d.diagnostics.warning(row.view["sli"].at(),
                          "phase " + ticked(phase.name) + " leaves " + format_duration(left) + " after fault " +
                              ticked(fault.name) + ", and probe " + ticked(probe.name) + " shows no outage in less than " +
                              format_duration(least) + ": " + row.requirement.id + " may see nothing of the last one",
                          "make the phase longer, or probe more often");
  }
}

// What waits longer than promised fails by its own declaration.
void check_waits(Decoding& d, const Row& row, FaultId id) {
  if (!is_there(d, id)) return;
  Duration waits{};
  for (const Action& action : d.scenario.fault(id).recover) waits += action.after;
  if (seconds(waits) <= row.requirement.objective.limit) return;
  d.diagnostics.warning(row.view["objective"].at(),
                        "the declared recovery of " + ticked(d.scenario.fault(id).name) + " waits " + format_duration(waits) +
                            " before its last step: where it takes that step to be back, " + row.requirement.id + " fails",
                        "shorten `after`, or promise what it takes");
}

}  // namespace shakedown
