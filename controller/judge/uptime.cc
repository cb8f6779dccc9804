// availability {probe, period}: the share of time up, judged on spontaneous outages (ratio of two gamma sums); with none
// seen, the time between outages is at least T / 2.996 at 95 % and the repairs are those of the drills.
#include <cmath>

#include <fmt/format.h>

#include "controller/judge/families.h"
#include "controller/judge/needed.h"
#include "controller/judge/probe_rows.h"
#include "core/stats/intervals.h"

namespace shakedown::judging {
namespace {

// The mean repair of drills, from the upper bounds; nullopt when there was none, or one did not end without our undo:
// the mean of the others would leave out the longest.
std::optional<double> drill_repair(const ProbeEvidence& probe, const Evidence& evidence) {
  double sum = 0;
  int n = 0;
  for (const CausedOutage& c : probe.outages) {
    if (c.spontaneous()) continue;
    if (!c.outage.good_end || !std::isfinite(c.outage.upper_seconds())) return std::nullopt;
    const FaultEvent* undo = evidence.timeline->injections()[c.injection.value].find(FaultState::undoing);
    if (undo != nullptr && undo->earliest < *c.outage.good_end) return std::nullopt;
    sum += c.outage.upper_seconds();
    ++n;
  }
  return n > 0 ? std::optional(sum / n) : std::nullopt;
}

Needed outlook(const Requirement& requirement, const ProbeEvidence& probe, std::size_t outages,
                    std::optional<double> repair) {
  if (outages > 0) {
    return misses(requirement.objective, probe.up_outside_seconds() / probe.outside_seconds)
               ? Needed{kMoreWillNotHelp}
               : needed_test_time(probe.outside_seconds, outages,
                                  probe.down_outside_seconds / static_cast<double>(outages) *
                                      requirement.objective.limit / (1 - requirement.objective.limit),
                                  requirement.confidence);
  }
  if (!repair) return {"a drill that shows how long a repair takes, then outage-free observation"};
  return needed_up_time(probe.up_outside_seconds(), requirement.objective.limit, *repair, requirement.confidence);
}

Judged judge_probe(const Requirement& requirement, const UptimeSli& sli, const ProbeEvidence& probe,
                   const std::string& name, const Evidence& evidence) {
  const std::size_t outages = spontaneous(probe).size();
  const std::optional<double> repair = drill_repair(probe, evidence);
  if (probe.outside_seconds <= 0) {
    return nothing(Unit::ratio, fmt::format("No data: {} saw no time outside fault windows.", name), "observation");
  }
  const bool blind = outages == 0 && !repair;
  const Bounds bounds = blind ? Bounds{0, 1}
                              : availability_from_outages(probe.up_outside_seconds(), probe.down_outside_seconds, outages,
                                                          repair.value_or(0), requirement.confidence);
  Judged out;
  out.verdict.measured = {probe.up_outside_seconds() / probe.outside_seconds, bounds.lower, bounds.upper, Unit::ratio,
                          outages, false};
  out.verdict.reason = fmt::format(
      "{} spontaneous in {} seen by {} outside drills{}: availability over {} at least {} {}; objective {}.",
      counted(outages, "outage"), span_text(probe.outside_seconds), name,
      repair ? fmt::format(", repairs of {} in drills", span_text(*repair)) : "",
      sli.period > Duration::zero() ? span_text(seconds(sli.period)) : "any period",
      format_value(bounds.lower, Unit::ratio), confidence_text(requirement.confidence),
      limit_text(requirement.objective));
  settle(out.verdict, requirement);
  if (out.verdict.state == VerdictState::not_proven) {
    set_needed(out.verdict, outlook(requirement, probe, outages, repair));
  }
  return out;
}

}  // namespace

std::vector<Outage> spontaneous(const ProbeEvidence& probe) {
  std::vector<Outage> out;
  for (const CausedOutage& c : probe.outages) {
    if (c.spontaneous()) out.push_back(c.outage);
  }
  return out;
}

Judged judge_sli(const Requirement& requirement, const UptimeSli& sli, const Evidence& evidence) {
  return worst_probe(sli.probes, requirement, evidence, [&](const ProbeEvidence& probe, const std::string& name) {
    return judge_probe(requirement, sli, probe, name, evidence);
  });
}

}  // namespace shakedown::judging
