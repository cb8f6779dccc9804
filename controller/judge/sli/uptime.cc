// availability {probe, period}: the share of time up, judged on spontaneous outages (ratio of two gamma sums, and the total of
// log-normal repairs), widened where they are seen to come in clusters; with none seen, the time between outages has a bound of
// its own and so has the mean repair of the drills (three at least).
#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "controller/judge/faults/hidden.h"
#include "controller/judge/needed.h"
#include "controller/judge/sli/families.h"
#include "controller/judge/sli/probe_rows.h"
#include "controller/measure/bounds/clusters.h"
#include "controller/measure/bounds/intervals.h"
#include "controller/measure/bounds/lognormal.h"

namespace shakedown::judging {
namespace {

// What drills say of the length of a repair: one for each injection, however often it was down. The mean, and its upper
// bound: infinite with fewer than three, or where checks were too coarse to know a length.
struct DrillRepairs {
  std::size_t count = 0;
  double mean = 0, upper = INFINITY;
};

// With no spontaneous outage two bounds are multiplied: each gets half of what may be wrong.
double halved(double confidence) { return 1 - (1 - confidence) / 2; }

// nullopt when there was none, or one did not end without our undo: the mean of the others would leave out the longest.
std::optional<DrillRepairs> drill_repairs(const ProbeEvidence& probe, double confidence, const Evidence& evidence) {
  std::map<InjectionId, KnownWithin> repairs;
  for (const CausedOutage& c : probe.outages) {
    if (!c.injection.valid()) continue;
    if (!c.outage.good_end || !std::isfinite(c.outage.upper_seconds())) return std::nullopt;
    const FaultEvent* undo = evidence.timeline->injections()[c.injection.value].find(FaultState::undoing);
    if (undo != nullptr && undo->earliest < *c.outage.good_end) return std::nullopt;
    repairs[c.injection].lower += c.outage.lower_seconds();
    repairs[c.injection].upper += c.outage.upper_seconds();
  }
  if (repairs.empty()) return std::nullopt;
  DrillRepairs out;
  std::vector<KnownWithin> all;
  for (const auto& [injection, known] : repairs) {
    all.push_back(known);
    out.mean += known.upper / static_cast<double>(repairs.size());
  }
  out.count = all.size();
  out.upper = lognormal_mean_upper(all, halved(confidence));
  return out;
}

// How much of the time is up in the long run: by exponential repairs (F) and by log-normal ones, whichever is worse; with the
// outages that checks which were not made may hide.
double at_least_up(const ProbeEvidence& probe, const HiddenOutside& hidden, double effect,
                   const std::optional<DrillRepairs>& repair, double confidence) {
  if (hidden.open) return 0;
  std::vector<double> longest;
  for (const Outage& outage : spontaneous(probe)) longest.push_back(outage.upper_seconds());
  for (uint64_t i = 0; i < hidden.count; ++i) longest.push_back(hidden.seconds / static_cast<double>(hidden.count));
  const double up = probe.up_outside_seconds() - hidden.seconds;
  if (longest.empty()) {
    const bool known = repair && std::isfinite(repair->upper);
    return known ? availability_from_outages(up, 0, 0, repair->upper, halved(confidence)).lower : 0;
  }
  const double widened = cluster_effect_of_pass(effect, longest.size());
  const double n = static_cast<double>(longest.size()) / widened;
  const double by_f = availability_from_outages(up, probe.down_outside_seconds + hidden.seconds, n, 0, confidence).lower;
  if (!(up > 0)) return by_f;
  return std::min(by_f, 1 / (1 + lognormal_total_upper(longest, widened, confidence) / up));
}

double at_most_up(const ProbeEvidence& probe, double effect, double confidence) {
  std::vector<double> shortest;
  for (const Outage& outage : spontaneous(probe)) shortest.push_back(outage.lower_seconds());
  const double up = probe.up_outside_seconds(), n = static_cast<double>(shortest.size()) / effect;
  if (shortest.empty()) return 1;
  const double by_f = availability_from_outages(up, probe.down_outside_seconds, n, 0, confidence).upper;
  if (!(up > 0)) return by_f;
  return std::max(by_f, 1 / (1 + lognormal_total_lower(shortest, effect, confidence) / up));
}

Needed outlook(const Requirement& requirement, const ProbeEvidence& probe, std::size_t outages,
               const std::optional<DrillRepairs>& repair) {
  if (outages > 0) {
    return misses(requirement.objective, probe.up_outside_seconds() / probe.outside_seconds)
               ? Needed{kMoreWillNotHelp}
               : needed_test_time(probe.outside_seconds, outages,
                                  probe.down_outside_seconds / static_cast<double>(outages) * requirement.objective.limit /
                                      (1 - requirement.objective.limit),
                                  requirement.confidence);
  }
  if (!repair) return {"a drill that shows how long a repair takes, then outage-free observation"};
  if (repair->count < 3)
    return {fmt::format("{} more in drills, then outage-free observation", counted(3 - repair->count, "repair"))};
  if (!std::isfinite(repair->upper)) return {"repairs in drills measured finer, then outage-free observation"};
  return needed_up_time(probe.up_outside_seconds(), requirement.objective.limit, repair->upper, halved(requirement.confidence));
}

// The probe's own; where no drill took it down, the longest that one of the row's other probes saw.
std::optional<DrillRepairs> repairs_for(const ProbeEvidence& probe, const UptimeSli& sli, double confidence,
                                        const Evidence& evidence) {
  const bool own =
      std::any_of(probe.outages.begin(), probe.outages.end(), [](const CausedOutage& c) { return !c.spontaneous(); });
  if (own) return drill_repairs(probe, confidence, evidence);
  std::optional<DrillRepairs> longest;
  for (const ProbeId id : sli.probes) {
    const auto other = drill_repairs(evidence.probe(id), confidence, evidence);
    if (other && (!longest || longest->upper < other->upper)) longest = other;
  }
  return longest;
}

Judged judge_probe(const Requirement& requirement, const UptimeSli& sli, const ProbeEvidence& probe, const std::string& name,
                   const Evidence& evidence) {
  const std::size_t outages = spontaneous(probe).size();
  const std::optional<DrillRepairs> repair = repairs_for(probe, sli, requirement.confidence, evidence);
  if (probe.outside_seconds <= 0) {
    return nothing(Unit::ratio, fmt::format("No data: {} saw no time outside drills.", name), "observation");
  }
  const HiddenOutside hidden = hidden_outside(probe, evidence);
  const double effect = cluster_effect(spacings(probe)), confidence = requirement.confidence;
  const double without_gaps = at_least_up(probe, {}, effect, repair, confidence);
  const Bounds bounds{std::min(without_gaps, at_least_up(probe, hidden, effect, repair, confidence)),
                      at_most_up(probe, effect, confidence)};
  Judged out;
  out.verdict.measured = {
      probe.up_outside_seconds() / probe.outside_seconds, bounds.lower, bounds.upper, Unit::ratio, outages, false};
  out.verdict.reason = fmt::format(
      "{} spontaneous in {} seen by {} outside drills{}{}: availability over {} at least {} {}; objective {}.{}",
      counted(outages, "outage"), span_text(probe.outside_seconds), name, hidden_words(hidden),
      repair ? fmt::format(", {} in drills of {} on average", counted(repair->count, "repair"), span_text(repair->mean)) : "",
      sli.period > Duration::zero() ? span_text(seconds(sli.period)) : "any period",
      figure(bounds.lower, Unit::ratio, requirement.objective.limit), confidence_text(requirement.confidence),
      limit_text(requirement.objective), clusters_words(effect));
  settle(out.verdict, requirement);
  if (out.verdict.state == VerdictState::not_proven) {
    const bool by_gaps = hidden.count > 0 && without_gaps >= requirement.objective.limit;
    set_needed(out.verdict,
               by_gaps ? Needed{hidden_needed(hidden.open), kNotByTime} : outlook(requirement, probe, outages, repair));
  }
  return out;
}

}  // namespace

Judged judge_sli(const Requirement& requirement, const UptimeSli& sli, const Evidence& evidence) {
  return worst_probe(sli.probes, requirement, evidence, [&](const ProbeEvidence& probe, const std::string& name) {
    return judge_probe(requirement, sli, probe, name, evidence);
  });
}

}  // namespace shakedown::judging
