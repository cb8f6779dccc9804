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
  std::vector<double> lower, upper, middle;
  uint64_t by_undo = 0;
  bool overlapped = false;  // an injection met another fault
  std::string blocked;      // why an injection without a repair forbids a pass; empty = none does

  void add(double low, double high) {
    known.push_back({low, high});
    lower.push_back(low);
    upper.push_back(high);
    middle.push_back(std::isfinite(high) ? (low + high) / 2 : low);
  }
};

void add_spontaneous(Repairs& out, const ProbeEvidence& probe) {
  for (const CausedOutage& c : probe.outages) {
    if (c.spontaneous()) out.add(c.outage.lower_seconds(), c.outage.upper_seconds());
  }
}

// Down since the effect, unless a good check began after it. Our own late recovery step is not the target's time.
void add_repair(Repairs& out, const Outage& outage, const InjectionView& view) {
  const RunTime before = outage.last_good_start.value_or(RunTime::min());
  const bool undone = view.undo_at && *view.undo_at >= std::min(before, view.effect_from) &&
                      (!outage.good_end || *view.undo_at < *outage.good_end);
  out.by_undo += undone ? 1 : 0;
  const RunTime latest = before > view.effect_to ? outage.first_failed_end : std::min(outage.first_failed_end, view.effect_to);
  const RunTime earliest = std::max(before, view.effect_from);
  const double low = std::max(0.0, seconds(outage.last_failed_start - latest - outage.unobserved - view.late));
  out.add(low, undone || !outage.good_end ? INFINITY : std::max(low, seconds(*outage.good_end - earliest)));
}

Repairs repairs_of(const ProbeEvidence& probe, FaultId fault, const Evidence& evidence) {
  Repairs out;
  if (!fault.valid()) return add_spontaneous(out, probe), out;
  for (InjectionView& view : injections_of(fault, evidence)) {
    if (view.record->find(FaultState::effective) != nullptr) widen_by_clocks(view, probe.agent, fault, INFINITY, evidence);
    reject_disturbed(view, {probe.id}, evidence);
    if (view.blocks && out.blocked.empty()) out.blocked = fmt::format("injection {}: {}", view.number, view.invalid);
    out.overlapped = out.overlapped || !view.overlap.empty();
    if (!view.valid()) continue;
    if (const StepEvent* unmade = repair_not_begun(view)) {
      if (out.blocked.empty()) out.blocked = fmt::format("injection {}: {}", view.number, repair_text(*unmade));
      continue;
    }
    std::optional<Outage> whole;  // one injection is one repair, however often it was up in between
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
    if (whole) add_repair(out, *whole, view);
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

void set_bounds(Measured& m, const Repairs& repairs, RepairStatistic statistic, double confidence) {
  m.value = statistic_of(repairs.middle, statistic);
  m.lower = 0;
  m.upper = INFINITY;
  m.unit = Unit::seconds;
  m.samples = repairs.middle.size();
  if (statistic == RepairStatistic::mean) {
    m.lower = std::min(*m.value, lognormal_mean_lower(repairs.known, confidence));
    m.upper = std::max(*m.value, lognormal_mean_upper(repairs.known, confidence));
    return;
  }
  if (const auto low = median_bounds(repairs.lower, confidence)) m.lower = std::min(low->lower, *m.value);
  if (const auto high = median_bounds(repairs.upper, confidence)) m.upper = std::max(high->upper, *m.value);
}

bool too_coarse(const Repairs& repairs, const Measured& m, RepairStatistic statistic) {
  if (statistic != RepairStatistic::mean) return false;
  const bool zero = std::any_of(repairs.lower.begin(), repairs.lower.end(), [](double v) { return v <= 0; });
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

std::string outlook(const Requirement& requirement, const MttrSli& sli, const Repairs& repairs, const Measured& measured) {
  const uint64_t fewest = sli.statistic == RepairStatistic::mean ? 3 : 5;
  const uint64_t seen = repairs.middle.size();
  if (repairs.by_undo > 0) return "repairs that end without our undo";
  if (!repairs.blocked.empty()) return "a run in which every injection counts; " + repairs.blocked;
  if (seen < fewest) return fmt::format("{} more", counted(fewest - seen, "repair"));
  if (misses(requirement.objective, statistic_of(repairs.middle, sli.statistic))) return kMoreWillNotHelp;
  if (too_coarse(repairs, measured, sli.statistic)) return "measure finer, or use the median";
  return "more repairs: the bounds are too wide";
}

// Without the probes that watched all the time and saw nothing to repair, where another did: they were away for no longer.
std::vector<ProbeId> with_repairs(const MttrSli& sli, const Evidence& evidence) {
  std::vector<ProbeId> down, left;
  for (const ProbeId id : sli.probes) {
    const ProbeEvidence& probe = evidence.probe(id);
    const Repairs repairs = repairs_of(probe, sli.fault, evidence);
    const bool seen = !repairs.middle.empty();
    const bool watched = !probe.empty() && probe.unobserved.empty() &&
                         hidden_outages(probe, evidence.scenario->probe(id), RunTime::min(), RunTime::max()).empty();
    if (seen) down.push_back(id);
    if (seen || !watched || !repairs.blocked.empty()) left.push_back(id);
  }
  return down.empty() ? sli.probes : left;
}

}  // namespace

Judged judge_sli(const Requirement& requirement, const MttrSli& sli, const Evidence& evidence) {
  const std::string cause = sli.fault.valid() ? evidence.scenario->fault(sli.fault).name : "spontaneous causes";
  return worst_probe(with_repairs(sli, evidence), requirement, evidence,
                     [&](const ProbeEvidence& probe, const std::string& name) {
                       const Repairs repairs = repairs_of(probe, sli.fault, evidence);
                       if (repairs.middle.empty()) {
                         return nothing(Unit::seconds, fmt::format("No data: {} saw no outage from {}.", name, cause),
                                        repairs.overlapped ? kAlone : "repairs to measure");
                       }
                       Judged out;
                       Measured& m = out.verdict.measured;
                       set_bounds(m, repairs, sli.statistic, requirement.confidence);
                       out.observed_seconds = evidence.last_second();
                       const auto told = [&](double value) { return figure(value, Unit::seconds, requirement.objective.limit); };
                       out.verdict.reason =
                           fmt::format("{} from {}: {} {}, between {} and {} {}{}; objective {}.", counted(m.samples, "repair"),
                                       cause, sli.statistic == RepairStatistic::mean ? "mean of log-normal times" : "median",
                                       told(*m.value), told(*m.lower), told(*m.upper), confidence_text(requirement.confidence),
                                       repairs.by_undo > 0 ? ", some ended by our undo" : "", limit_text(requirement.objective));
                       conclude(out.verdict, requirement);
                       hold_back(out.verdict, repairs, sli.statistic);
                       if (out.verdict.state == VerdictState::not_proven)
                         out.verdict.needed = outlook(requirement, sli, repairs, m);
                       return out;
                     });
}

PlannedEvidence evidence_needed(const Requirement&, const MttrSli& sli, const Scenario& scenario) {
  const uint32_t least = sli.statistic == RepairStatistic::mean ? 3 : 5;
  if (!sli.fault.valid()) return planned::SpontaneousOutages{least};
  return injections_needed(scenario, {sli.fault}, least);
}

}  // namespace shakedown::judging
