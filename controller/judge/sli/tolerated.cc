// tolerated {faults, probe}: the share of injections that caused no outage; an objective of 100 % is judged on every injection,
// any other one by the binomial claim.
#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "controller/judge/faults/hidden.h"
#include "controller/judge/faults/injections.h"
#include "controller/judge/faults/load_watch.h"
#include "controller/judge/needed.h"
#include "controller/judge/planned/offer.h"
#include "controller/judge/sli/families.h"
#include "controller/judge/sli/form_parts.h"
#include "controller/judge/sli/probe_rows.h"
#include "controller/measure/bounds/clusters.h"
#include "controller/measure/bounds/intervals.h"

namespace shakedown {

SliForm forms::tolerated() {
  const Shape shape =
      mapping("tolerated",
              "The share of injections that caused no outage while they stood, which the row tells; one that we took back "
              "before its time does not count. Widened where they end like the ones before them.",
              {need("faults", one_or_list_of(reference("fault")), "Which faults."), probe_key()});
  return {may("tolerated", shape, "Objective: at least a share."),
          ObjectiveForm{"the share of tolerated faults", Comparison::at_least, ">= 100%", Amounts::share},
          [](const View& view, const Names& names, const Scenario&) -> Sli {
            return ToleratedSli{view["faults"].ids<FaultId>(names), view["probe"].ids<ProbeId>(names)};
          }};
}

}  // namespace shakedown

namespace shakedown::judging {
namespace {

constexpr uint64_t kFewestInjections = 3;

struct Toleration {
  uint64_t valid = 0, clean = 0, all = 0;
  uint64_t blocked = 0;  // not valid for what the target did: no pass may rest on leaving them out
  std::vector<InjectionVerdict> rows;
  std::vector<ValidityReason> signals;
  bool overlapped = false;                // one of them met another fault
  std::map<FaultId, std::size_t> beside;  // of the clean ones, see beside_the_door
  Elsewhere elsewhere;
  std::vector<std::pair<RunTime, bool>> outcomes;  // of the valid ones: when, and whether it was tolerated
};

// By how much the injections depend on those before them (controller/measure/bounds/clusters.h).
double effect_of(Toleration& counts) {
  std::sort(counts.outcomes.begin(), counts.outcomes.end());
  std::vector<bool> in_order;
  for (const auto& [at, clean] : counts.outcomes) in_order.push_back(clean);
  return trials_effect(in_order);
}

// nullopt: the probe cannot tell; else whether the injection caused an outage.
std::optional<bool> caused_outage(const InjectionView& view, const ProbeEvidence& probe) {
  for (const CausedOutage& c : probe.outages) {
    if (c.injection == view.record->injection) return true;
    if (c.outage.begun_by() < view.effect_from && (!c.outage.good_end || *c.outage.good_end > view.effect_from)) {
      return std::nullopt;
    }
  }
  const bool dark = std::any_of(probe.unobserved.begin(), probe.unobserved.end(),
                                [&](const TimeRange& r) { return r.from < view.window.to && view.effect_from < r.to; });
  if (probe.empty() || dark || probe.results.front().start >= view.effect_from) return std::nullopt;
  return false;
}

// An outage follows, before the next fault or the phase's end: as in rto, that may be late harm of this one.
bool followed(const InjectionView& view, const ProbeEvidence& probe) {
  const RunTime horizon = std::min(view.phase_end, view.next);
  return std::any_of(probe.outages.begin(), probe.outages.end(), [&](const CausedOutage& c) {
    return c.outage.first_failed_start >= view.window.to && c.outage.first_failed_start < horizon;
  });
}

// Until the next fault or the end of the checks the probe asked often enough to see an outage.
bool could_see(const InjectionView& view, const ProbeEvidence& probe, const Evidence& evidence) {
  const auto first = probe.results.from(view.effect_from);
  uint32_t checks = 0;
  const uint32_t enough = std::max(1U, evidence.scenario->probe(probe.id).down_after);
  for (auto at = first; at != probe.results.end() && at->start < view.next && checks < enough; ++at) ++checks;
  return checks >= enough;
}

// Most requests to the probe's target failed for as long as makes an outage, and the probe did not see it.
bool blind_for_load(const InjectionView& view, ProbeId id, LoadWatch& load, const Evidence& evidence) {
  const Probe& probe = evidence.scenario->probe(id);
  const Duration away = load.mostly_failing(view, evidence.scenario->operation(probe.operation).request.target);
  return away > Duration{} && away >= probe.every * std::max(1U, probe.down_after);
}

InjectionVerdict tolerated_by(InjectionView& view, const ToleratedSli& sli, LoadWatch& load, const Evidence& evidence) {
  InjectionVerdict row;
  row.injection = view.record->injection;
  row.number = view.number;
  row.valid = view.valid();
  row.note = view.invalid;
  bool hit = false, blind = sli.probes.empty();
  for (const ProbeId id : sli.probes) {
    const auto caused = view.valid() ? caused_outage(view, evidence.probe(id)) : std::nullopt;
    hit = hit || caused.value_or(false);
    const auto hidden = hidden_outages(evidence.probe(id), evidence.scenario->probe(id), view.effect_from, view.window.to);
    blind = blind || !caused || !hidden.empty();
    if (std::any_of(hidden.begin(), hidden.end(), [](const HiddenOutage& one) { return one.open; })) view.blocks = true;
  }
  if (row.valid && blind && !hit) {
    row.valid = false;
    row.note = "the probes did not watch the whole fault";
  }
  const auto sees = [&](ProbeId id) { return could_see(view, evidence.probe(id), evidence); };
  if (row.valid && !hit && !std::all_of(sli.probes.begin(), sli.probes.end(), sees)) {
    row.valid = false;
    row.note = "fewer checks than make an outage were made before the next fault or the end";
  }
  const std::string stood = view.stood ? format_value(seconds(*view.stood), Unit::seconds) : "";
  if (row.valid && view.cut_short && !hit) {
    row.valid = false;
    row.note = fmt::format("{}: we took it back after {}, before its time", kEndedByUndo, stood);
    view.blocks = true;
  }
  const auto late = [&](ProbeId id) { return followed(view, evidence.probe(id)); };
  if (row.valid && !hit && std::any_of(sli.probes.begin(), sli.probes.end(), late)) {
    row.valid = false;
    row.note = "an outage followed in the same phase, which may be late harm of the fault";
    view.blocks = true;
  }
  const auto unseen = [&](ProbeId id) { return blind_for_load(view, id, load, evidence); };
  if (row.valid && !hit && std::any_of(sli.probes.begin(), sli.probes.end(), unseen)) {
    row.valid = false;
    row.note = "most requests of the load failed, and the probe saw no outage: it does not ask what they ask";
    view.blocks = true;
  }
  row.lower = row.upper = hit ? 0 : 1;
  if (row.valid && !hit && view.stood) row.stood = seconds(*view.stood);
  if (row.valid) row.note = hit ? "outage" : stood.empty() ? "tolerated" : "tolerated, at work for " + stood;
  return row;
}

Toleration count_tolerated(const ToleratedSli& sli, const Evidence& evidence) {
  Toleration out;
  LoadWatch load(evidence);
  for (const FaultId fault : sli.faults) {
    for (InjectionView& view : injections_of(fault, evidence)) {
      reject_disturbed(view, sli.probes, evidence);
      InjectionVerdict row = tolerated_by(view, sli, load, evidence);
      out.overlapped = out.overlapped || (!row.valid && !view.overlap.empty());
      if (row.valid) add_elsewhere(out.elsewhere, load.failing_elsewhere(view, sli.probes));
      ++out.all;
      if (row.valid) ++out.valid;
      if (!row.valid && view.blocks) ++out.blocked;
      if (row.valid && row.upper > 0) ++out.clean;
      if (row.valid && row.upper > 0 && beside_the_door(view, sli.probes, evidence)) ++out.beside[fault];
      if (row.valid) out.outcomes.emplace_back(view.effect_from, row.upper > 0);
      if (!row.valid && view.signal != Signal::none) out.signals.push_back({view.signal, view.invalid, false});
      out.rows.push_back(std::move(row));
    }
  }
  return out;
}

// " (at work for 4.9 s to 5 s)"; empty = not known.
std::string stood_words(const Toleration& counts) {
  double least = INFINITY, most = 0;
  for (const InjectionVerdict& row : counts.rows) {
    if (!row.stood) continue;
    least = std::min(least, *row.stood);
    most = std::max(most, *row.stood);
  }
  if (!std::isfinite(least)) return "";
  const std::string from = format_value(least, Unit::seconds), to = format_value(most, Unit::seconds);
  return from == to ? fmt::format(" (at work for {})", from) : fmt::format(" (at work for {} to {})", from, to);
}

void decide_all(Verdict& verdict, const Toleration& counts) {
  if (counts.clean < counts.valid) {
    verdict.state = VerdictState::fail;
  } else {
    const bool enough = counts.valid >= kFewestInjections && counts.blocked == 0;
    verdict.state = enough ? VerdictState::pass : VerdictState::not_proven;
  }
}

}  // namespace

Judged judge_sli(const Requirement& requirement, const ToleratedSli& sli, const Evidence& evidence) {
  Toleration counts = count_tolerated(sli, evidence);
  if (counts.valid == 0) {
    Judged none = nothing(Unit::ratio, "No valid injection of these faults.",
                          counts.overlapped ? kAlone : needed_injections(0, kFewestInjections));
    none.verdict.injections = std::move(counts.rows);
    none.signals = std::move(counts.signals);
    return none;
  }
  Judged out;
  const double n = static_cast<double>(counts.valid), clean = static_cast<double>(counts.clean);
  const double all = n + static_cast<double>(counts.blocked);  // a pass must hold with these bad, a fail without them
  const double effect = effect_of(counts);
  const double of_pass = trials_effect_of_pass(effect, counts.valid - counts.clean);
  const Bounds bounds{clopper_pearson(clean / of_pass, all / of_pass, requirement.confidence).lower,
                      clopper_pearson(clean / effect, n / effect, requirement.confidence).upper};
  out.verdict.measured = {clean / n, bounds.lower, bounds.upper, Unit::ratio, counts.valid, false};
  out.observed_seconds = evidence.last_second();
  out.signals = std::move(counts.signals);
  conclude(out.verdict, requirement);
  if (requirement.objective.limit >= 1 && requirement.objective.comparison == Comparison::at_least &&
      out.verdict.state != VerdictState::unknown) {
    decide_all(out.verdict, counts);
  }
  if (out.verdict.state != VerdictState::unknown) {
    out.verdict.reason = fmt::format(
        "{} of {} valid injections caused no outage{} ({} recorded); at least {} of such "
        "faults {}; objective {}.{}",
        counts.clean, counts.valid, stood_words(counts), counts.all, at_least_percent(bounds.lower),
        confidence_text(requirement.confidence), limit_text(requirement.objective), alike_words(effect));
    out.verdict.reason += elsewhere_words(counts.elsewhere, sli.probes, *evidence.scenario);
    for (const auto& [fault, beside] : counts.beside)
      out.verdict.reason += beside_words(beside, fault, sli.probes, *evidence.scenario);
  }
  out.verdict.elsewhere = std::move(counts.elsewhere);
  out.verdict.injections = std::move(counts.rows);
  if (out.verdict.state == VerdictState::not_proven) {
    const double limit = requirement.objective.limit;
    out.verdict.needed = counts.blocked > 0                         ? "a run in which every injection counts"
                         : misses(requirement.objective, clean / n) ? kMoreWillNotHelp
                         : limit >= 1                               ? needed_injections(counts.valid, kFewestInjections)
                                      : needed_injections(counts.valid, clean_trials_needed(limit, requirement.confidence));
  }
  return out;
}

PlannedEvidence evidence_needed(const Requirement& requirement, const ToleratedSli& sli, const Scenario& scenario) {
  const double limit = requirement.objective.limit;
  return injections_needed(scenario, sli.faults, limit >= 1 ? 3 : clean_trials_needed(limit, requirement.confidence));
}

}  // namespace shakedown::judging
