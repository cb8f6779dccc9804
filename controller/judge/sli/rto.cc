// rto {fault, probe}: from the effect in [e-, e+] to the sustained recovery after the last outage that begins before the
// next injection or the phase's end: a service that comes back and falls again has not recovered. lower = max(0, last
// failed start - e+); upper = end of the first check of the sustained good run - e-. Without an outage: as long as the
// failed checks, too few for one, may have been one; without any, as long as the cadence can miss.
// Where requests of the load to the probe's target still fail after that, upper ends with them.
// Method: honest bounds from checks at a fixed cadence.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "controller/judge/faults/hidden.h"
#include "controller/judge/faults/injections.h"
#include "controller/judge/faults/load_watch.h"
#include "controller/judge/planned/offer.h"
#include "controller/judge/sli/families.h"
#include "controller/judge/sli/form_parts.h"
#include "controller/measure/bounds/intervals.h"

namespace shakedown {

SliForm forms::rto() {
  const Shape shape = mapping("rto", "Time from the fault's effect to sustained recovery; judged on every injection.",
                              with_injections({fault_key(), probe_key()}));
  return {may("rto", shape, "Objective: at most a duration."),
          ObjectiveForm{"the RTO", Comparison::at_most, "<= 5s", Amounts::time},
          [](const View& view, const Names& names, const Scenario&) -> Sli {
            RtoSli sli{view["fault"].id<FaultId>(names), view["probe"].ids<ProbeId>(names)};
            read_injections(sli, view);
            return sli;
          }};
}

}  // namespace shakedown

namespace shakedown::judging {
namespace {

bool dark_between(const ProbeEvidence& probe, RunTime from, RunTime to) {
  return std::any_of(probe.unobserved.begin(), probe.unobserved.end(),
                     [&](const TimeRange& r) { return r.from < to && from < r.to; });
}

// One injection as one probe saw it.
struct Watched {
  const InjectionView& view;
  const ProbeEvidence& evidence;
  const Probe& probe;
  RunTime horizon;               // outages that begin before it count: the next injection or the phase's end
  Duration late;                 // of our own recovery steps
  RunTime own = RunTime::max();  // until then the service had its own time: a repair was due that could not be carried out
};

// The first and the last outage that began between the effect and the horizon.
std::pair<const Outage*, const Outage*> outages_of(const Watched& w) {
  std::pair<const Outage*, const Outage*> out{nullptr, nullptr};
  for (const CausedOutage& c : w.evidence.outages) {
    if (c.outage.begun_by() < w.view.effect_from || c.outage.first_failed_start >= w.horizon) continue;
    if (out.first == nullptr) out.first = &c.outage;
    out.second = &c.outage;
  }
  return out;
}

// Failed checks that made no outage, from the effect to the first sustained recovery after the fault's window.
struct Blips {
  bool any = false;
  std::optional<RunTime> good_before;  // start of the last good check before the first
  std::optional<RunTime> good_after;   // earliest end of a good check after the last
  std::optional<RunTime> sustained;    // first sustained recovery after the first

  void fail() {
    any = true;
    good_after.reset();
    run_ = 0;
  }
  void good(const ProbeResult& result, uint32_t up_after) {
    if (!any) {
      good_before = result.start;
    } else {
      good_after = good_after ? std::min(*good_after, result.end) : result.end;
    }
    first_ = run_ == 0 ? result.end : std::min(first_, result.end);
    if (++run_ == up_after && any && !sustained) sustained = first_;
  }
  uint32_t run() const { return run_; }

 private:
  uint32_t run_ = 0;
  RunTime first_{};
};

// What began here or later may have been under way when the fault struck; before it lies a good check, if there was one.
ProbeLog::Iterator checks_from_effect(const Watched& w) {
  const ProbeLog& results = w.evidence.results;
  return good_before(results, w.probe, w.view.effect_from - results.longest(), 1);
}

Blips blips_of(const Watched& w, RunTime until) {
  Blips out;
  const uint32_t enough = std::max(1U, w.probe.up_after);
  for (auto at = checks_from_effect(w), end = w.evidence.results.end(); at != end; ++at) {
    const ProbeResult& result = *at;
    if (result.start >= w.horizon || (result.start >= until && out.run() >= enough)) break;
    const bool failed = has_failed(result, w.probe);
    if (!failed && result.start < w.view.effect_from) {
      if (!out.any) out.good_before = result.start;
    } else if (!failed) {
      out.good(result, enough);
    } else if (result.end >= w.view.effect_from) {
      out.fail();
    }
  }
  return out;
}

// The longest that could have gone unseen while the fault was at work: from the start of a good check to the end of the next.
// The cadence says it only where it was kept.
Duration longest_unseen(const Watched& w, RunTime until) {
  Duration out = w.probe.every + w.evidence.report.longest_good;
  std::optional<RunTime> before;
  for (auto at = checks_from_effect(w), end = w.evidence.results.end(); at != end; ++at) {
    if (before && *before >= until) break;
    if (before && at->end > w.view.effect_from) out = std::max(out, at->end - *before);
    before = at->start;
  }
  return out;
}

// What checks that were not made may hide after `from`: an outage longer than 10 % of the limit makes its end the recovery, as a
// later outage does; a shorter one adds its length.
void widen_by_hidden(InjectionBound& bound, const Watched& w, RunTime from, double limit) {
  for (const HiddenOutage& one : hidden_outages(w.evidence, w.probe, from, w.horizon)) {
    if (one.dark) continue;
    const double length = one.open ? INFINITY : seconds(one.range.to - one.range.from);
    if (std::isfinite(limit) && length <= 0.1 * limit) {
      bound.verdict.upper += length;
      continue;
    }
    bound.verdict.upper = std::max(bound.verdict.upper, one.open ? INFINITY : seconds(one.range.to - w.view.effect_from));
    bound.verdict.note = "checks that were not made may hide another outage";
  }
}

// The fault bit and no outage was seen: it lasted less than down_after checks can miss.
// Returns whether no check failed.
bool masked(InjectionBound& bound, const Watched& w, double limit) {
  const RunTime until = std::max(w.view.effect_to, std::min(w.view.window.to, w.horizon));
  if (w.evidence.results.back().start < w.view.effect_to || dark_between(w.evidence, w.view.effect_from, w.horizon)) {
    reject(bound, Signal::unobserved, fmt::format("probe {} did not watch the whole fault", w.probe.name));
    return false;
  }
  const Blips blips = blips_of(w, until);
  bound.verdict.note = "masked";
  const double unseen = seconds(longest_unseen(w, until));
  bound.verdict.upper = unseen;
  if (!blips.any && !w.view.cut_short) {
    widen_by_hidden(bound, w, until, limit);
    return true;
  }
  bound.verdict.upper = INFINITY;
  if (w.view.undo_at && (!blips.sustained || *w.view.undo_at < *blips.sustained)) {
    bound.verdict.note = kEndedByUndo;
  } else if (blips.good_after && *blips.good_after <= w.view.phase_end) {
    bound.verdict.upper = std::max(unseen, seconds(*blips.good_after - blips.good_before.value_or(w.view.effect_from)));
  }
  return !blips.any;
}

void measure_outages(InjectionBound& bound, const Watched& w, const Outage& first, const Outage& last, double limit) {
  const InjectionView& view = w.view;
  bound.verdict.lower = std::max(0.0, seconds(std::min(last.last_failed_start, w.own) - view.effect_to - w.late));
  bound.verdict.upper = INFINITY;
  if (w.late > Duration{}) bound.verdict.note = fmt::format("our own recovery step was {:.3f} s late", seconds(w.late));
  const bool recovered = last.good_end && *last.good_end <= view.phase_end;
  if (view.undo_at && (!first.good_end || *view.undo_at < *first.good_end)) {
    bound.verdict.note = kEndedByUndo;
  } else if (!recovered) {
    bound.verdict.note = "not recovered";
  } else if (dark_between(w.evidence, *last.good_end, w.horizon) && bound.verdict.lower <= limit) {
    reject(bound, Signal::unobserved, fmt::format("probe {} did not watch the time after the recovery", w.probe.name));
  } else {
    bound.verdict.upper = std::max(bound.verdict.lower, seconds(*last.good_end - view.effect_from));
    if (&first != &last) bound.verdict.note = "down again after the first recovery";
    widen_by_hidden(bound, w, *last.good_end, limit);
  }
}

// Another fault was at work too: only what was missed before it struck is the fault's own.
void measure_overlapped(InjectionBound& bound, const Watched& w, double limit) {
  const Outage* last = outages_of(w).second;
  if (w.view.alone_at_effect && last != nullptr) {
    const auto end = w.evidence.results.end();
    for (auto at = w.evidence.results.from(last->begin()); at != end && at->start < w.view.next; ++at) {
      if (at->start > last->last_failed_start) break;
      if (has_failed(*at, w.probe)) bound.verdict.lower = std::max(0.0, seconds(at->start - w.view.effect_to));
    }
  }
  bound.verdict.upper = INFINITY;
  bound.verdict.note = overlap_text(w.view);
  bound.verdict.valid = bound.verdict.lower > limit;  // a proven miss stands all the same
  bound.signal = Signal::overlap;
}

// A recovery step that ended by its limit or was answered `failed`; nullptr when there is none. One that we cut short, or could
// not begin, ends when it started and is not the target's.
const StepEvent* failed_recovery(const InjectionView& view) {
  for (const StepEvent& step : view.record->steps) {
    if (step.kind != StepEvent::Kind::recover || step.ok || step.ended <= step.started) continue;
    if (!view.undo_at || step.ended < *view.undo_at) return &step;
  }
  return nullptr;
}

// The probe saw the service up again while requests of the load still failed: it does not look at what they ask.
void outlasted_by_load(InjectionBound& bound, const Watched& w, bool blind, LoadWatch& load, const Evidence& run) {
  if (!bound.verdict.valid || !std::isfinite(bound.verdict.upper)) return;
  const RunTime up =
      w.view.effect_from + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(bound.verdict.upper));
  const auto until = load.failing_until(w.view, run.scenario->operation(w.probe.operation).request.target, up, blind);
  if (!until || *until <= up) return;
  bound.verdict.upper = *until == RunTime::max() ? INFINITY : seconds(*until - w.view.effect_from);
  bound.verdict.note = fmt::format("requests of the load still failed when probe {} saw the service up", w.probe.name);
  bound.needed = "a probe that asks what the load asks";
}

InjectionBound recovery_on(InjectionView view, const ProbeEvidence& evidence, const Probe& probe, FaultId fault, double limit,
                           LoadWatch& load, const Evidence& run) {
  InjectionBound bound;
  bool blind = false;
  bound.verdict.injection = view.record->injection;
  bound.verdict.number = view.number;
  if (view.valid()) widen_by_clocks(view, evidence.agent, fault, limit, run);
  bound.blocks = view.blocks;
  if (!view.overlap.empty()) bound.needed = kAlone;
  if (!view.valid()) {
    reject(bound, view.signal, view.invalid);
    return bound;
  }
  // Before it was due the service had its own time.
  const StepEvent* unmade = repair_not_begun(view);
  if (unmade != nullptr && seconds(unmade->started - view.effect_to) <= limit) {
    reject(bound, Signal::repair, repair_text(*unmade));
    bound.blocks = true;
    return bound;
  }
  const RunTime own = unmade != nullptr ? unmade->started : RunTime::max();
  const Watched w{view, evidence, probe, std::min(view.phase_end, view.next), view.late, own};
  const std::optional<RunTime> lost = run.lost_at(evidence.agent);
  if (evidence.empty() || evidence.results.front().start >= view.effect_from) {
    reject(bound, Signal::unobserved, fmt::format("probe {} has no result before the fault", probe.name));
  } else if (lost && *lost < std::max(view.window.to, view.effect_to)) {
    reject(bound, Signal::lost_agent, fmt::format("agent {} of probe {} was lost", run.agent_name(evidence.agent), probe.name));
  } else if (outage_open_at(evidence, view.effect_from) != nullptr) {
    reject(bound, Signal::down_before, kDownBefore);
    bound.blocks = true;
  } else if (!view.overlap.empty()) {
    measure_overlapped(bound, w, limit);
  } else if (const auto [first, last] = outages_of(w); first != nullptr) {
    measure_outages(bound, w, *first, *last, limit);
  } else {
    blind = masked(bound, w, limit);
  }
  outlasted_by_load(bound, w, blind, load, run);
  const StepEvent* step = failed_recovery(view);
  if (step != nullptr && view.overlap.empty()) {
    bound.failed = bound.verdict.valid = true;
    bound.verdict.upper = INFINITY;
    bound.verdict.note = fmt::format("the recovery step \"{}\" failed", step->what);
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
    return valid.verdict.lower > limit || valid.failed ? valid : other;
  }
  InjectionBound& top = a.clearing >= b.clearing ? a : b;
  InjectionBound out = top;
  out.verdict.lower = std::max(a.verdict.lower, b.verdict.lower);
  out.verdict.upper = std::max(a.verdict.upper, b.verdict.upper);
  out.value = std::max(a.value, b.value);
  out.blocks = a.blocks || b.blocks;
  return out;
}

}  // namespace

Judged judge_sli(const Requirement& requirement, const RtoSli& sli, const Evidence& evidence) {
  if (sli.probes.empty()) return nothing(Unit::seconds, "No data: no probe watches the recovery.", "a probe");
  std::vector<InjectionBound> bounds;
  const double limit = requirement.objective.limit;
  const std::vector<InjectionView> views = injections_of(sli.fault, evidence);
  std::optional<LoadWatch> load;  // which reads the whole record
  if (!views.empty()) load.emplace(evidence);
  Elsewhere elsewhere;
  std::size_t beside = 0;
  for (const InjectionView& view : views) {
    if (view.valid() && view.overlap.empty()) add_elsewhere(elsewhere, load->failing_elsewhere(view, sli.probes));
    std::optional<InjectionBound> worst;
    for (const ProbeId id : sli.probes) {
      InjectionBound one = recovery_on(view, evidence.probe(id), evidence.scenario->probe(id), sli.fault, limit, *load, evidence);
      worst = worst ? worse_bound(*worst, one, limit) : one;
    }
    if (worst->verdict.valid && worst->verdict.note == "masked" && beside_the_door(view, sli.probes, evidence)) ++beside;
    bounds.push_back(*worst);
  }
  Judged out = judge_injections(requirement, std::move(bounds), {sli.injections, sli.share, "failovers"}, Unit::seconds);
  out.observed_seconds = evidence.last_second();
  out.verdict.reason += elsewhere_words(elsewhere, sli.probes, *evidence.scenario);
  out.verdict.elsewhere = std::move(elsewhere);
  out.verdict.reason += beside_words(beside, sli.fault, sli.probes, *evidence.scenario);
  out.verdict.beside = beside > 0;
  return out;
}

PlannedEvidence evidence_needed(const Requirement& requirement, const RtoSli& sli, const Scenario& scenario) {
  const uint64_t needed = sli.share ? clean_trials_needed(sli.share->value, requirement.confidence) : sli.injections;
  planned::Injections out = injections_needed(scenario, {sli.fault}, needed);
  const Fault& fault = scenario.fault(sli.fault);
  if (fault.kind.hold > Duration{} && fault.recover.empty()) out.ended_by_us = fault.kind.name;
  return out;
}

}  // namespace shakedown::judging
