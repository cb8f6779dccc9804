// rto {fault, probe}: from the effect in [e-, e+] to sustained recovery. lower = max(0, last failed start - e+);
// upper = end of the first check of the sustained good run - e-. Method: honest bounds from checks at a fixed cadence.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "controller/judge/families.h"
#include "controller/judge/injections.h"

namespace shakedown::judging {
namespace {

bool dark_between(const ProbeEvidence& probe, RunTime from, RunTime to) {
  return std::any_of(probe.unobserved.begin(), probe.unobserved.end(),
                     [&](const TimeRange& r) { return r.from < to && from < r.to; });
}

const Outage* outage_open_at(const ProbeEvidence& probe, RunTime at) {
  for (const CausedOutage& c : probe.outages) {
    if (c.outage.first_failed_end < at && (!c.outage.good_end || *c.outage.good_end > at)) return &c.outage;
  }
  return nullptr;
}

const Outage* first_outage_in(const ProbeEvidence& probe, RunTime from, RunTime to) {
  for (const CausedOutage& c : probe.outages) {
    if (c.outage.first_failed_end >= from && c.outage.first_failed_start < to) return &c.outage;
  }
  return nullptr;
}

void reject(InjectionBound& bound, std::string signal, std::string why) {
  bound.verdict.valid = false;
  bound.verdict.note = std::move(why);
  bound.signal = std::move(signal);
}

// The fault bit and no outage was seen: it lasted less than down_after checks can miss.
void masked(InjectionBound& bound, const InjectionView& view, const ProbeEvidence& evidence, const Probe& probe) {
  const RunTime until = std::max(view.effect_to, std::min(view.window.to, view.phase_end));
  if (evidence.results.back().start < view.effect_to || dark_between(evidence, view.effect_from, until)) {
    return reject(bound, "unobserved", fmt::format("probe {} did not watch the whole fault", probe.name));
  }
  bound.verdict.note = "masked";
  bound.verdict.upper = seconds(probe.every + evidence.report.longest_good);
}

void measure_outage(InjectionBound& bound, const InjectionView& view, const Outage& outage) {
  bound.verdict.lower = std::max(0.0, seconds(outage.last_failed_start - view.effect_to));
  bound.verdict.upper = INFINITY;
  const bool recovered = outage.good_end && *outage.good_end <= view.phase_end;
  if (view.undo_at && (!outage.good_end || *view.undo_at < *outage.good_end)) {
    bound.verdict.note = "ended_by: undo";
  } else if (!recovered) {
    bound.verdict.note = "not recovered";
  } else {
    bound.verdict.upper = std::max(bound.verdict.lower, seconds(*outage.good_end - view.effect_from));
  }
}

InjectionBound recovery_on(InjectionView view, const ProbeEvidence& evidence, const Probe& probe, FaultId fault,
                           double limit, const Evidence& run) {
  InjectionBound bound;
  bound.verdict.injection = view.record->injection;
  bound.verdict.number = view.number;
  if (view.valid()) widen_by_clocks(view, evidence.agent, fault, limit, run);
  if (!view.valid()) {
    reject(bound, view.signal, view.invalid);
    return bound;
  }
  const std::optional<RunTime> lost = run.lost_at(evidence.agent);
  if (evidence.empty() || evidence.results.front().start >= view.effect_from) {
    reject(bound, "unobserved", fmt::format("probe {} has no result before the fault", probe.name));
  } else if (lost && *lost < std::max(view.window.to, view.effect_to)) {
    reject(bound, "lost agent", fmt::format("agent {} of probe {} was lost", run.agent_name(evidence.agent), probe.name));
  } else if (outage_open_at(evidence, view.effect_from) != nullptr) {
    reject(bound, "down before", "already down before the fault took effect");
  } else if (const Outage* outage = first_outage_in(evidence, view.effect_from, view.window.to)) {
    measure_outage(bound, view, *outage);
  } else {
    masked(bound, view, evidence, probe);
  }
  const InjectionVerdict& v = bound.verdict;
  bound.clearing = v.upper;
  bound.value = std::isfinite(v.upper) ? (v.lower + v.upper) / 2 : v.lower;
  return bound;
}

// The worst of several probes counts; one that cannot tell makes the injection invalid, unless another proves a miss.
InjectionBound worse_bound(InjectionBound a, InjectionBound b, double limit) {
  if (a.verdict.valid != b.verdict.valid) {
    InjectionBound& valid = a.verdict.valid ? a : b;
    InjectionBound& other = a.verdict.valid ? b : a;
    return valid.verdict.lower > limit ? valid : other;
  }
  InjectionBound& top = a.clearing >= b.clearing ? a : b;
  InjectionBound out = top;
  out.verdict.lower = std::max(a.verdict.lower, b.verdict.lower);
  out.verdict.upper = std::max(a.verdict.upper, b.verdict.upper);
  out.value = std::max(a.value, b.value);
  return out;
}

}  // namespace

Judged judge_sli(const Requirement& requirement, const RtoSli& sli, const Evidence& evidence) {
  if (sli.probes.empty()) return nothing(Unit::seconds, "No data: no probe watches the recovery.", "a probe");
  std::vector<InjectionBound> bounds;
  const double limit = requirement.objective.limit;
  for (const InjectionView& view : injections_of(sli.fault, evidence)) {
    std::optional<InjectionBound> worst;
    for (const ProbeId id : sli.probes) {
      InjectionBound one = recovery_on(view, evidence.probe(id), evidence.scenario->probe(id), sli.fault, limit, evidence);
      worst = worst ? worse_bound(*worst, one, limit) : one;
    }
    bounds.push_back(*worst);
  }
  Judged out = judge_injections(requirement, std::move(bounds), {sli.injections, sli.share, "failovers"}, Unit::seconds);
  out.observed_seconds = evidence.last_second();
  return out;
}

}  // namespace shakedown::judging
