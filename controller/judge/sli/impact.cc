// impact {fault}: what one injection costs; the worst one counts. Failed requests and lost writes are counted; a delay is told
// from how answers vary anyway only within bounds (controller/judge/faults/delay.h).
#include "controller/judge/faults/impact.h"
#include "controller/judge/sli/form_parts.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "controller/judge/planned/offer.h"
#include "controller/judge/scope.h"
#include "controller/judge/sli/families.h"
#include "controller/judge/valid/row_validity.h"

namespace shakedown {

SliForm forms::impact() {
  const Shape shape = mapping("impact", "What one injection of a fault costs; the worst counts.", {fault_key()});
  return {may("impact", shape,
              "Objective: at most a number of requests, a number of writes, or a duration (delay "
              "summed up). Requests and delay count as far as they exceed those of quiet time under the same load. What the load "
              "did not "
              "show has no upper bound: after its end, or what users of a closed load did not ask for while they waited."),
          ObjectiveForm{"the impact", Comparison::at_most, "<= 100 requests", Amounts::impact},
          [](const View& view, const Names& names, const Scenario&) -> Sli {
            return ImpactSli{view["fault"].id<FaultId>(names), ImpactUnit::failed_requests};  // the objective says which
          }};
}

}  // namespace shakedown

namespace shakedown::judging {
namespace {

// How sure each of several injections must be judged: for a pass every one must clear by itself, for a fail the error is
// shared out among them, because the worst of many is bad by chance.
struct Confidence {
  double pass = 0, fail = 0;
};

// What the load did not show: users who waited made no requests, and after its end nobody did.
void note_unseen(InjectionBound& bound, const InjectionView& view, double held_up, const Evidence& evidence) {
  if (held_up >= 1) {
    bound.verdict.note = std::isfinite(held_up)
                             ? fmt::format("users who waited did not make about {:.0f} other requests", held_up)
                             : "users who waited did not make other requests";
    bound.needed = "an open load, which keeps its rate when the target does not answer";
  }
  if (!outlasted(view, evidence)) return;
  bound.verdict.upper = INFINITY;
  bound.verdict.note = "the load ended before the service was back";
  bound.needed = kLoadTooShort;
}

// The part of the window that is the fault's on every clock that stamps the load.
TimeRange within_clocks(const InjectionView& view, const ImpactSli& sli, const Evidence& evidence) {
  Duration bound{};
  for (std::size_t i = 0; i < evidence.scenario->agents.size(); ++i) {
    const AgentId agent(i);
    if (evidence.has_load_role(agent)) bound = std::max(bound, evidence.clock_bound(agent, sli.fault));
  }
  return {view.window.from + bound, view.window.to - bound};
}

void measure(InjectionBound& bound, const InjectionView& view, const ImpactSli& sli, const HarmMeter& meter,
             Confidence confidence, const Evidence& evidence) {
  if (sli.unit == ImpactUnit::lost_writes) {
    const LostWrites lost = lost_writes(view, evidence);
    if (!lost.known) reject(bound, Signal::unobserved, "not every ledger was completely read back");
    bound.verdict.lower = lost.lower;
    bound.verdict.upper = lost.upper;
    bound.value = lost.lower;
    return;
  }
  const Harm harm = meter.over(view.window);
  const HarmMeter::Inside inside = meter.inside(within_clocks(view, sli, evidence));
  const TimeRange within = inside.seconds;
  if (harm.failed + harm.unfinished + harm.answered == 0) return reject(bound, Signal::none, "no load during the fault");
  if (sli.unit == ImpactUnit::delayed_seconds) {
    if (!meter.has_baseline(view.window)) return reject(bound, Signal::none, "no quiet time under the same load to compare with");
    bound.value = harm.delayed_seconds;
    const double lower = within.empty() ? 0 : meter.delay(within, confidence.fail).lower;
    bound.verdict.lower = std::clamp(lower - inside.outside * inside.longest, 0.0, bound.value);
    bound.verdict.upper = std::max(bound.value, meter.delay(view.window, confidence.pass).upper) + harm.unseen_seconds;
    return note_unseen(bound, view, harm.held_up_or_slow, evidence);
  }
  // What was due before or after the window in a second that it shares may have failed without the fault.
  bound.value = static_cast<double>(harm.excess);
  const double lower = within.empty() ? 0 : meter.failures(within, confidence.fail).lower;
  bound.verdict.lower = std::clamp(lower - inside.outside, 0.0, bound.value);
  const Harm at_fault = meter.in_flight_at_fault(view.window);
  const double held_up = harm.held_up + at_fault.held_up;
  bound.verdict.upper = std::max(bound.value, meter.failures(view.window, confidence.pass).upper) +
                        static_cast<double>(harm.unfinished + harm.ours + at_fault.failed) + held_up;
  if (!meter.knows_usual_failures(view.window)) {
    bound.value = bound.verdict.lower;
    bound.verdict.note = "no quiet time under the same load tells how many fail without the fault";
    bound.needed = "seconds outside fault windows under the same load, to compare with";
  }
  note_unseen(bound, view, held_up, evidence);
}

}  // namespace

Judged judge_sli(const Requirement& requirement, const ImpactSli& sli, const Evidence& evidence) {
  const HarmMeter meter(evidence);
  std::vector<InjectionBound> bounds;
  std::vector<ProbeId> probes;
  for (const ProbeEvidence& probe : evidence.probes) probes.push_back(probe.id);
  std::vector<InjectionView> views = injections_of(sli.fault, evidence);
  const double each = (1 - requirement.confidence) / std::max<double>(1, static_cast<double>(views.size()));
  for (InjectionView& view : views) {
    reject_disturbed(view, probes, evidence);
    InjectionBound bound;
    bound.blocks = view.blocks;
    bound.verdict.injection = view.record->injection;
    bound.verdict.number = view.number;
    if (view.valid()) {
      measure(bound, view, sli, meter.before(view.window.from), {requirement.confidence, 1 - each}, evidence);
    } else {
      reject(bound, view.signal, view.invalid);
      if (!view.overlap.empty()) bound.needed = kAlone;
    }
    if (view.cut_short) {
      bound.verdict.upper = INFINITY;
      bound.verdict.note = kEndedByUndo;
    }
    bound.clearing = bound.verdict.upper;
    bounds.push_back(std::move(bound));
  }
  Judged out = judge_injections(requirement, std::move(bounds), {1, std::nullopt, "such faults"}, unit_of(requirement.sli));
  out.observed_seconds = evidence.last_second();
  const LoadScope scope(Scope{{}, sli.fault}, evidence);
  if (sli.unit != ImpactUnit::lost_writes && scope.missing().empty() && out.verdict.measured.samples > 0) {
    if (missing_in(scope, {}, {}, evidence).never_offered > 0) check_our_losses(out, scope, kDefaultBudget, evidence);
    check_load_agents(out, scope, evidence);
  }
  return out;
}

PlannedEvidence evidence_needed(const Requirement&, const ImpactSli& sli, const Scenario& scenario) {
  planned::Injections out = injections_needed(scenario, {sli.fault}, 1);
  const Fault& fault = scenario.fault(sli.fault);
  const Phase& phase = scenario.phase(fault.phase);
  out.compared = sli.unit == ImpactUnit::delayed_seconds;
  if (sli.unit == ImpactUnit::lost_writes || !phase.load) return out;
  out.load_goes_on = phase.duration - fault.at;
  out.closed = !std::holds_alternative<OpenLoad>(phase.load->kind);
  return out;
}

}  // namespace shakedown::judging
