// mttr {probe|fault, statistic}: repair times of one cause. mean: modified Cox for log-normal times (Olsson 2005), from
// three on; median: order statistics, from five on. Each length is known within bounds: lower bounds of the lengths give
// the lower bound, upper bounds the upper one.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "controller/judge/families.h"
#include "controller/judge/needed.h"
#include "controller/judge/probe_rows.h"
#include "core/stats/intervals.h"

namespace shakedown::judging {
namespace {

struct Repairs {
  std::vector<double> lower, upper, middle;
  uint64_t by_undo = 0;
};

bool ended_by_undo(const CausedOutage& caused, const Evidence& evidence) {
  if (caused.spontaneous()) return false;
  const FaultEvent* undo = evidence.timeline->injections()[caused.injection.value].find(FaultState::undoing);
  return undo != nullptr && (!caused.outage.good_end || undo->earliest < *caused.outage.good_end);
}

Repairs repairs_of(const ProbeEvidence& probe, FaultId fault, const Evidence& evidence) {
  Repairs out;
  for (const CausedOutage& c : probe.outages) {
    if (c.fault != fault) continue;
    const bool undone = ended_by_undo(c, evidence);
    const double upper = undone ? INFINITY : c.outage.upper_seconds();
    out.by_undo += undone ? 1 : 0;
    out.lower.push_back(c.outage.lower_seconds());
    out.upper.push_back(upper);
    out.middle.push_back(std::isfinite(upper) ? (c.outage.lower_seconds() + upper) / 2 : c.outage.lower_seconds());
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

std::optional<Bounds> bounds_of(const std::vector<double>& values, RepairStatistic statistic, double confidence) {
  return statistic == RepairStatistic::mean ? lognormal_mean(values, confidence) : median_bounds(values, confidence);
}

bool all_finite(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

void set_bounds(Measured& m, const Repairs& repairs, RepairStatistic statistic, double confidence) {
  const bool finite = statistic == RepairStatistic::median || all_finite(repairs.upper);
  const auto high = finite ? bounds_of(repairs.upper, statistic, confidence) : std::nullopt;
  const auto low = bounds_of(repairs.lower, statistic, confidence);
  m.value = statistic_of(repairs.middle, statistic);
  m.lower = low ? std::min(low->lower, *m.value) : 0;
  m.upper = high ? std::max(high->upper, *m.value) : INFINITY;
  m.unit = Unit::seconds;
  m.samples = repairs.middle.size();
}

std::string outlook(const Requirement& requirement, const MttrSli& sli, const Repairs& repairs) {
  const uint64_t fewest = sli.statistic == RepairStatistic::mean ? 3 : 5;
  const uint64_t seen = repairs.middle.size();
  if (repairs.by_undo > 0) return "repairs that end without our undo";
  if (seen < fewest) return fmt::format("{} more", counted(fewest - seen, "repair"));
  if (misses(requirement.objective, statistic_of(repairs.middle, sli.statistic))) return kMoreWillNotHelp;
  return "more repairs: the bounds are too wide";
}

}  // namespace

Judged judge_sli(const Requirement& requirement, const MttrSli& sli, const Evidence& evidence) {
  const std::string cause = sli.fault.valid() ? evidence.scenario->fault(sli.fault).name : "spontaneous causes";
  return worst_probe(sli.probes, requirement, evidence, [&](const ProbeEvidence& probe, const std::string& name) {
    const Repairs repairs = repairs_of(probe, sli.fault, evidence);
    if (repairs.middle.empty()) {
      return nothing(Unit::seconds, fmt::format("No data: {} saw no outage from {}.", name, cause), "repairs to measure");
    }
    Judged out;
    Measured& m = out.verdict.measured;
    set_bounds(m, repairs, sli.statistic, requirement.confidence);
    out.observed_seconds = evidence.last_second();
    out.verdict.reason = fmt::format(
        "{} from {}: {} {}, between {} and {} {}{}; objective {}.", counted(m.samples, "repair"), cause,
        sli.statistic == RepairStatistic::mean ? "mean" : "median", format_value(*m.value, Unit::seconds),
        format_value(*m.lower, Unit::seconds), format_value(*m.upper, Unit::seconds),
        confidence_text(requirement.confidence), repairs.by_undo > 0 ? ", some ended by our undo" : "",
        limit_text(requirement.objective));
    settle(out.verdict, requirement);
    if (out.verdict.state == VerdictState::not_proven) out.verdict.needed = outlook(requirement, sli, repairs);
    return out;
  });
}

}  // namespace shakedown::judging
