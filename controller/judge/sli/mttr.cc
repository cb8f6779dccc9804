// mttr {probe|fault, statistic}: repair times of one cause. mean: of log-normal times, from three on (core/stats/lognormal:
// the generalised pivot for a pass, Student's bound of the mean logarithm for a fail); median: order statistics, from
// five on, which assume nothing. Each length is known within bounds: for the outage that an injection caused, from the
// instant of its effect.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "controller/judge/faults/hidden.h"
#include "controller/judge/faults/injections.h"
#include "controller/judge/needed.h"
#include "controller/judge/planned/offer.h"
#include "controller/judge/sli/families.h"
#include "controller/judge/sli/form_parts.h"
#include "controller/judge/sli/probe_rows.h"
#include "controller/measure/bounds/intervals.h"
#include "controller/measure/bounds/lognormal.h"

namespace shakedown {

SliForm forms::mttr() {
  const Shape shape = mapping(
      "mttr", "Mean time to recovery, for each cause.",
      {probe_key(),
       otherwise(
           "fault", reference("fault"), "spontaneous outages",
           "Outages that this fault caused, relapses within the first seconds up among them: one repair for each injection."),
       may("statistic", choice({"mean", "median"}), "mean",
           "The mean needs 3 outages and takes repair times for log-normal, so that a rare kind of repair that "
           "no outage showed is not in it; the median needs 5 and assumes nothing.")});
  return {may("mttr", shape, "Objective: at most a duration."),
          ObjectiveForm{"the MTTR", Comparison::at_most, "<= 5m", Amounts::time},
          [](const View& view, const Names& names, const Scenario&) -> Sli {
            const bool median = view["statistic"].text() == "median";
            return MttrSli{view["probe"].ids<ProbeId>(names), view["fault"].id<FaultId>(names),
                           median ? RepairStatistic::median : RepairStatistic::mean};
          }};
}

}  // namespace shakedown

namespace shakedown::judging {
namespace {

struct Repairs {
  std::vector<KnownWithin> known;
  std::vector<double> middle;
  // Outages that checks which were not made may hide. A pass must hold with those that may be longer than the limit (others lead
  // no mean over it); a fail with those within time that counts as observed: which outages a longer gap hides is left to chance.
  std::vector<KnownWithin> hidden, hidden_observed;
  std::vector<HiddenOutage> stretches;  // these, and those that may have lengthened one
  bool open = false;                    // of some it is only known how long they took at least
  uint64_t by_undo = 0;
  bool overlapped = false;  // an injection met another fault
  std::string blocked;      // why an injection without a repair forbids a pass; empty = none does

  void add(KnownWithin one) {
    open = open || !std::isfinite(one.upper);
    known.push_back(one);
    middle.push_back(std::isfinite(one.upper) ? (one.lower + one.upper) / 2 : one.lower);
  }
  void add_hidden(const HiddenOutage& one, RunTime from, const Probe& probe, double limit) {
    const double shortest = seconds(probe.every * std::max<int64_t>(1, int64_t{probe.down_after} - 1));
    const KnownWithin may_be{shortest, one.open ? INFINITY : std::max(shortest, seconds(one.range.to - from))};
    if (!one.dark) hidden_observed.push_back(may_be);
    if (may_be.upper <= limit) return;
    hidden.push_back(may_be);
    stretches.push_back(one);
  }
};

void add_spontaneous(Repairs& out, const ProbeEvidence& probe, const Probe& spec, double limit) {
  for (const CausedOutage& c : probe.outages) {
    if (c.spontaneous()) out.add({c.outage.lower_seconds(), c.outage.upper_seconds()});
  }
  for (const HiddenOutage& one : unseen_outages(probe, spec, RunTime::min(), RunTime::max())) {
    const bool drilled = std::any_of(probe.drilled.begin(), probe.drilled.end(),
                                     [&](const TimeRange& r) { return r.from <= one.range.from && one.range.to <= r.to; });
    if (!drilled) out.add_hidden(one, one.range.from, spec, limit);
  }
}

// Down since the effect, unless a good check began after it. Our own late recovery step is not the target's time, nor is what
// comes after one that could not be carried out.
KnownWithin repair_of(const Outage& outage, const InjectionView& view, const StepEvent* unmade, Repairs& out) {
  const RunTime before = outage.last_good_start.value_or(RunTime::min());
  const bool undone = view.undo_at && *view.undo_at >= std::min(before, view.effect_from) &&
                      (!outage.good_end || *view.undo_at < *outage.good_end);
  out.by_undo += undone ? 1 : 0;
  const RunTime latest = before > view.effect_to ? outage.first_failed_end : std::min(outage.first_failed_end, view.effect_to);
  const RunTime earliest = std::max(before, view.effect_from);
  const RunTime last = unmade != nullptr ? std::min(outage.last_failed_start, unmade->started) : outage.last_failed_start;
  const double low = std::max(0.0, seconds(last - latest - outage.unobserved - view.late));
  const bool open = undone || unmade != nullptr || !outage.good_end;
  return {low, open ? INFINITY : std::max(low, seconds(*outage.good_end - earliest))};
}

// What was seen of it, from the first outage to the end of the last: one injection is one repair, however often it was up in
// between.
std::optional<Outage> whole_outage(const InjectionView& view, const ProbeEvidence& probe) {
  std::optional<Outage> whole;
  for (const CausedOutage& c : probe.outages) {
    if (c.injection != view.record->injection || c.overlapped()) continue;
    if (!whole) {
      whole = c.outage;
    } else {
      whole->last_failed_start = c.outage.last_failed_start;
      whole->good_end = c.outage.good_end;
      whole->unobserved += c.outage.unobserved;
    }
  }
  return whole;
}

void add_injection(Repairs& out, const InjectionView& view, const StepEvent* unmade, const ProbeEvidence& probe,
                   const Probe& spec, double limit) {
  const std::optional<Outage> whole = whole_outage(view, probe);
  std::optional<KnownWithin> repair;
  if (whole) repair = repair_of(*whole, view, unmade, out);
  for (const HiddenOutage& one : unseen_outages(probe, spec, view.effect_from, view.window.to)) {
    if (!repair) {
      out.add_hidden(one, view.effect_from, spec, limit);
      continue;
    }
    const double until = one.open ? INFINITY : seconds(one.range.to - view.effect_from);
    if (until <= repair->upper) continue;
    out.stretches.push_back(one);
    out.open = true;
    repair->upper = until;
  }
  if (repair) out.add(*repair);
}

// limit: in seconds. As in rto an injection whose repair could not be carried out counts where the service had more time than
// that of its own before.
Repairs repairs_of(const ProbeEvidence& probe, FaultId fault, double limit, const Evidence& evidence) {
  Repairs out;
  const Probe& spec = evidence.scenario->probe(probe.id);
  if (!fault.valid()) return add_spontaneous(out, probe, spec, limit), out;
  for (InjectionView& view : injections_of(fault, evidence)) {
    if (view.record->find(FaultState::effective) != nullptr) widen_by_clocks(view, probe.agent, fault, INFINITY, evidence);
    reject_disturbed(view, {probe.id}, evidence);
    if (view.blocks && out.blocked.empty()) out.blocked = fmt::format("injection {}: {}", view.number, view.invalid);
    out.overlapped = out.overlapped || !view.overlap.empty();
    if (!view.valid()) continue;
    const StepEvent* unmade = repair_not_begun(view);
    if (unmade != nullptr && out.blocked.empty())
      out.blocked = fmt::format("injection {}: {}", view.number, repair_text(*unmade));
    if (unmade != nullptr && seconds(unmade->started - view.effect_to) <= limit) continue;
    add_injection(out, view, unmade, probe, spec, limit);
  }
  return out;
}

double statistic_of(std::vector<double> values, RepairStatistic statistic) {
  if (statistic == RepairStatistic::mean) {
    double sum = 0;
    for (const double v : values) sum += v;
    return sum / static_cast<double>(values.size());
  }
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

constexpr double kWidestMean = 10;  // a bound so many times the value proves no mean

Bounds bounds_of(const Repairs& repairs, const std::vector<KnownWithin>& more, RepairStatistic statistic, double confidence) {
  std::vector<KnownWithin> known = repairs.known;
  known.insert(known.end(), more.begin(), more.end());
  if (statistic == RepairStatistic::mean) {
    double least = INFINITY;
    for (const KnownWithin& one : known) least = std::min(least, one.lower);
    return {repairs.open ? lognormal_mean_at_least(least, known.size(), confidence) : lognormal_mean_lower(known, confidence),
            lognormal_mean_upper(known, confidence)};
  }
  std::vector<double> low, high;
  for (const KnownWithin& one : known) {
    low.push_back(one.lower);
    high.push_back(one.upper);
  }
  const auto least = median_bounds(std::move(low), confidence), most = median_bounds(std::move(high), confidence);
  return {least ? least->lower : 0, most ? most->upper : INFINITY};
}

// The upper bound as if nothing could be hidden.
double upper_as_seen(const Repairs& repairs, RepairStatistic statistic, double confidence) {
  return bounds_of(repairs, {}, statistic, confidence).upper;
}

void set_bounds(Measured& m, const Repairs& repairs, RepairStatistic statistic, double confidence) {
  const Bounds seen = bounds_of(repairs, {}, statistic, confidence);
  const double lower = bounds_of(repairs, repairs.hidden_observed, statistic, confidence).lower;
  const double upper = bounds_of(repairs, repairs.hidden, statistic, confidence).upper;
  m.value = statistic_of(repairs.middle, statistic);
  m.lower = std::min({*m.value, seen.lower, lower});
  m.upper = std::max({*m.value, seen.upper, upper});
  m.unit = Unit::seconds;
  m.samples = repairs.middle.size();
}

bool too_coarse(const Repairs& repairs, const Measured& m, RepairStatistic statistic) {
  if (statistic != RepairStatistic::mean) return false;
  const bool zero =
      std::any_of(repairs.known.begin(), repairs.known.end(), [](const KnownWithin& one) { return one.lower <= 0; });
  return zero || *m.upper > kWidestMean * *m.value;
}

// What forbids a pass whatever the bounds say.
void hold_back(Verdict& verdict, const Repairs& repairs, RepairStatistic statistic) {
  if (repairs.blocked.empty() && !too_coarse(repairs, verdict.measured, statistic)) return;
  verdict.supportable.reset();
  if (verdict.state != VerdictState::pass) return;
  verdict.state = VerdictState::not_proven;
  verdict.at_risk = false;
}

std::string outlook(const Requirement& requirement, const MttrSli& sli, const Repairs& repairs, const Measured& measured,
                    const std::string& gap) {
  const uint64_t fewest = sli.statistic == RepairStatistic::mean ? 3 : 5;
  const uint64_t seen = repairs.middle.size();
  if (repairs.by_undo > 0) return "repairs that end without our undo";
  if (!repairs.blocked.empty()) return "a run in which every injection counts; " + repairs.blocked;
  if (seen < fewest) return fmt::format("{} more", counted(fewest - seen, "repair"));
  if (misses(requirement.objective, statistic_of(repairs.middle, sli.statistic))) return kMoreWillNotHelp;
  const double as_seen = upper_as_seen(repairs, sli.statistic, requirement.confidence);
  const bool open = std::any_of(repairs.stretches.begin(), repairs.stretches.end(), [](const auto& one) { return one.open; });
  if (!repairs.hidden.empty() && as_seen <= requirement.objective.limit) return hidden_needed(open, gap);
  if (too_coarse(repairs, measured, sli.statistic)) return "measure finer, or use the median";
  return "more repairs: the bounds are too wide";
}

// Without the probes that watched all the time and saw nothing to repair, where another did: they were away for no longer.
std::vector<ProbeId> with_repairs(const MttrSli& sli, double limit, const Evidence& evidence) {
  std::vector<ProbeId> down, left;
  for (const ProbeId id : sli.probes) {
    const ProbeEvidence& probe = evidence.probe(id);
    const Repairs repairs = repairs_of(probe, sli.fault, limit, evidence);
    const bool seen = !repairs.middle.empty();
    const bool watched = !probe.empty() && probe.unobserved.empty() &&
                         unseen_outages(probe, evidence.scenario->probe(id), RunTime::min(), RunTime::max()).empty();
    if (seen) down.push_back(id);
    if (seen || !watched || !repairs.blocked.empty()) left.push_back(id);
  }
  return down.empty() ? sli.probes : left;
}

}  // namespace

Judged judge_sli(const Requirement& requirement, const MttrSli& sli, const Evidence& evidence) {
  const std::string cause = sli.fault.valid() ? evidence.scenario->fault(sli.fault).name : "spontaneous causes";
  const double limit = requirement.objective.limit;
  const auto told = [limit](double value) { return figure(value, Unit::seconds, limit); };
  const auto judge_probe = [&](const ProbeEvidence& probe, const std::string& name) {
    const Repairs repairs = repairs_of(probe, sli.fault, limit, evidence);
    if (repairs.middle.empty()) {
      return nothing(Unit::seconds, fmt::format("No data: {} saw no outage from {}.", name, cause),
                     repairs.overlapped ? kAlone : "repairs to measure");
    }
    Judged out;
    Measured& m = out.verdict.measured;
    set_bounds(m, repairs, sli.statistic, requirement.confidence);
    out.observed_seconds = evidence.last_second();
    out.verdict.reason = fmt::format(
        "{} from {}{}: {} {}, between {} and {} {}{}; objective {}.", counted(m.samples, "repair"), cause,
        repairs.hidden.empty() ? "" : fmt::format(" ({} more may lie where checks were not made)", repairs.hidden.size()),
        sli.statistic == RepairStatistic::mean ? "mean of log-normal times" : "median", told(*m.value), told(*m.lower),
        told(*m.upper), confidence_text(requirement.confidence), repairs.by_undo > 0 ? ", some ended by our undo" : "",
        limit_text(requirement.objective));
    conclude(out.verdict, requirement);
    hold_back(out.verdict, repairs, sli.statistic);
    if (out.verdict.state == VerdictState::not_proven)
      out.verdict.needed = outlook(requirement, sli, repairs, m, gap_words(repairs.stretches, probe, evidence));
    return out;
  };
  return worst_probe(with_repairs(sli, limit, evidence), requirement, evidence, judge_probe);
}

PlannedEvidence evidence_needed(const Requirement&, const MttrSli& sli, const Scenario& scenario) {
  const uint32_t least = sli.statistic == RepairStatistic::mean ? 3 : 5;
  if (!sli.fault.valid()) return planned::SpontaneousOutages{least};
  return injections_needed(scenario, {sli.fault}, least);
}

}  // namespace shakedown::judging
