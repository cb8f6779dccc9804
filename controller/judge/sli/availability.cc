// availability {operations}: the success ratio of requests in a window, under this load.
// availability {probe, period}: the share of time up, judged on spontaneous outages (ratio of two gamma sums, and the total of
// log-normal repairs), widened where they are seen to come in clusters; with none seen, the time between outages has a bound of
// its own and so has the mean repair of the drills (three at least).
#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "controller/judge/faults/hidden.h"
#include "controller/judge/needed.h"
#include "controller/judge/planned/offer.h"
#include "controller/judge/scope.h"
#include "controller/judge/sli/families.h"
#include "controller/judge/sli/form_parts.h"
#include "controller/judge/sli/probe_rows.h"
#include "controller/judge/valid/row_validity.h"
#include "controller/measure/bounds/clusters.h"
#include "controller/measure/bounds/intervals.h"
#include "controller/measure/bounds/lognormal.h"

namespace shakedown {

SliForm forms::availability() {
  Shape shape = mapping(
      "availability",
      "With operations: the share of good answers, in this window under this "
      "load; seconds that depend "
      "on each other widen it, outages that it did not contain it cannot show. With probe: the share of "
      "time up over a period, judged on outages; repairs are taken for exponential or log-normal, whichever is "
      "worse, and outages for independent of each other unless they are seen to come in clusters.",
      scoped({operations_key(), may("probe", one_or_list_of(reference("probe")), "Which probe; of several the worst counts."),
              may("period", duration_above_zero(3660 * kDay), "The period that is claimed, such as 30d.")}));
  shape.not_together = {{"operations", "probe"}, {"phases", "probe"}, {"during", "probe"}};
  shape.needs = {{"probe", "period"}, {"period", "probe"}};
  return {may("availability", shape, "Objective: at least a share."),
          ObjectiveForm{"availability", Comparison::at_least, ">= 99.9%", Amounts::share},
          [](const View& view, const Names& names, const Scenario&) -> Sli {
            if (view["probe"].written()) return UptimeSli{view["probe"].ids<ProbeId>(names), view["period"].duration()};
            return AvailabilitySli{view["operations"].ids<OperationId>(names), read_scope(view, names)};
          }};
}

}  // namespace shakedown

namespace shakedown::judging {
namespace {

RatioEvidence bad_ratio(const std::vector<SecondTally>& seconds, const Missing& missing) {
  RatioEvidence out;
  out.missing = missing.total();
  out.waiting = missing.waiting;
  for (const SecondTally& s : seconds) {
    if (s.judged() == 0) continue;
    out.high.push_back({s.second, s.bad + s.unfinished, s.judged()});
    out.unfinished += s.unfinished;
    out.low.push_back({s.second, s.bad - s.in_flight, s.judged()});
    out.outside_good += static_cast<double>(std::min(s.ok, s.outside));
    out.outside_bad += static_cast<double>(std::min(s.bad - s.in_flight, s.outside));
  }
  return out;
}

std::string sentence(const Requirement& requirement, const ShareBounds& share, const LoadScope& scope, const SecondTally& sum,
                     const std::string& noun) {
  const auto told = [&](double value) { return figure(value, Unit::ratio, requirement.objective.limit); };
  return fmt::format(
      "{} of {} {} succeeded in this window under this load ({}); success ratio {}, between {} and {} {}; objective {}."
      "{}{}",
      share.total - share.bad, share.ended(), noun, scope.describe(), told(1 - share.value), told(1 - share.upper),
      told(1 - share.lower), confidence_text(requirement.confidence), limit_text(requirement.objective), what_was_not_good(sum),
      share.effect_high > 1 ? fmt::format(" Failures came in bursts: bounds widened {:.3g} times.", share.effect_high) : "");
}

}  // namespace

Judged judge_sli(const Requirement& requirement, const AvailabilitySli& sli, const Evidence& evidence) {
  const LoadScope scope(sli.scope, evidence);
  if (!scope.missing().empty()) return nothing(Unit::ratio, "No data: " + scope.missing() + ".", "a run of that phase");
  const std::vector<SecondTally> seconds = tally(scope, sli.operations, evidence);
  const SecondTally sum = total(seconds);
  const Missing missing = missing_in(scope, sli.operations, sum, evidence);
  const ShareBounds share = bad_share(bad_ratio(seconds, missing), requirement.confidence);
  if (share.ended() == 0) return none_ended(Unit::ratio, share.unfinished, scope);
  Judged out;
  out.observed_seconds = scope.length();
  out.until = scope.until();
  out.verdict.outside_faults = scope.leaves_out_faults();
  Measured& m = out.verdict.measured;
  m = {1 - share.value, 1 - share.upper, 1 - share.lower, Unit::ratio, share.total, false};
  out.verdict.reason = sentence(requirement, share, scope, sum, nouns(sli.operations, *evidence.scenario));
  out.verdict.reason += in_flight_at_fault(sum) + outside_of_fault(sum) + places_shared(scope, sum, evidence) +
                        sent_again(scope, sli.operations, evidence) + pool_was_full(scope.stages(), sli.operations, evidence);
  conclude(out.verdict, requirement);
  const double budget = 1 - requirement.objective.limit;
  if (out.verdict.state == VerdictState::not_proven) {
    set_needed(out.verdict, needed_samples(share, budget, requirement.confidence, out.observed_seconds));
    need_their_ends(out.verdict, share, budget);
    need_whole_seconds(out.verdict, share, budget);
  }
  conclude_missing(out, missing, compare(requirement.objective, 1 - share.upper, 1 - share.lower_all_bad),
                   compare(requirement.objective, 1 - share.upper_all_good, 1 - share.lower));
  check_called(out, scope, sli.operations, evidence);
  check_outlasted(out, sli.scope.during, requirement, evidence);
  check_load_agents_of_pass(out, scope, evidence);
  return out;
}

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
  const double up = probe.up_outside_seconds() + probe.idle_seconds, n = static_cast<double>(shortest.size()) / effect;
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
  conclude(out.verdict, requirement);
  if (out.verdict.state == VerdictState::not_proven) {
    const bool by_gaps = hidden.count > 0 && without_gaps >= requirement.objective.limit;
    set_needed(out.verdict, by_gaps ? Needed{hidden_needed(hidden.open, hidden.gap), kNotByTime}
                                    : outlook(requirement, probe, outages, repair));
  }
  return out;
}

}  // namespace

Judged judge_sli(const Requirement& requirement, const UptimeSli& sli, const Evidence& evidence) {
  return worst_probe(sli.probes, requirement, evidence, [&](const ProbeEvidence& probe, const std::string& name) {
    return judge_probe(requirement, sli, probe, name, evidence);
  });
}

PlannedEvidence evidence_needed(const Requirement& requirement, const AvailabilitySli& sli, const Scenario& scenario) {
  return requests_needed(requirement, scenario, sli.operations, sli.scope, 1 - requirement.objective.limit);
}

PlannedEvidence evidence_needed(const Requirement& requirement, const UptimeSli& sli, const Scenario&) {
  return planned::Waiting{-std::log(1 - requirement.confidence), sli.period};
}

}  // namespace shakedown::judging
