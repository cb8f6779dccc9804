// mtbf: time up / spontaneous outages; mtbr: time / recoveries from spontaneous outages. Injected ones never count, nor what
// began under load of our own (searches, series, unmeasured phases). Exact chi-square bounds for a time-terminated observation
// (NIST/SEMATECH e-Handbook 8.4.5.1), widened where outages are seen to come in clusters (controller/measure/bounds/clusters.h).
#include <algorithm>

#include <fmt/format.h>

#include "controller/judge/faults/hidden.h"
#include "controller/judge/needed.h"
#include "controller/judge/sli/families.h"
#include "controller/judge/sli/probe_rows.h"
#include "controller/measure/bounds/clusters.h"
#include "controller/measure/bounds/intervals.h"

namespace shakedown::judging {
namespace {

// What is known of the events. hidden counts against a pass and not for a fail.
struct Events {
  double time = 0;
  uint64_t seen = 0;
  HiddenOutside hidden;
  double effect = 1;  // of clusters
};

double at_least(const Events& events, bool with_hidden, double confidence) {
  const uint64_t n = events.seen + (with_hidden ? events.hidden.count : 0);
  const double time = std::max(0.0, events.time - (with_hidden ? events.hidden.seconds : 0));
  const double effect = cluster_effect_of_pass(events.effect, n);
  return mtbf(time / effect, static_cast<double>(n) / effect, confidence).lower;
}

Judged judge_rate(const Requirement& requirement, const Events& events, const std::string& what) {
  if (events.time <= 0) return nothing(Unit::seconds, "No data: no time was observed outside drills.", "observation");
  const double seen = static_cast<double>(events.seen), confidence = requirement.confidence;
  Judged out;
  Measured& m = out.verdict.measured;
  if (events.seen > 0) m.value = events.time / seen;
  m.lower = at_least(events, true, confidence);
  m.upper = mtbf(events.time / events.effect, seen / events.effect, confidence).upper;
  m.unit = Unit::seconds;
  m.samples = events.seen;
  out.verdict.reason =
      fmt::format("{} in {} outside drills{}: at least {} between them {}; objective {}.{}", counted(events.seen, what),
                  span_text(events.time), hidden_words(events.hidden), span_text(*m.lower), confidence_text(confidence),
                  limit_text(requirement.objective), clusters_words(events.effect));
  settle(out.verdict, requirement);
  if (out.verdict.state != VerdictState::not_proven) return out;
  const bool by_gaps = events.hidden.count > 0 && at_least(events, false, confidence) >= requirement.objective.limit;
  set_needed(out.verdict, by_gaps ? Needed{hidden_needed(events.hidden.open), kNotByTime}
                                  : needed_test_time(events.time, events.seen, requirement.objective.limit, confidence));
  return out;
}

}  // namespace

Judged judge_sli(const Requirement& requirement, const MtbfSli& sli, const Evidence& evidence) {
  return worst_probe(sli.probes, requirement, evidence, [&](const ProbeEvidence& probe, const std::string&) {
    const Events events{probe.up_outside_seconds(), spontaneous(probe).size(), hidden_outside(probe, evidence),
                        cluster_effect(spacings(probe))};
    return judge_rate(requirement, events, "spontaneous outage");
  });
}

Judged judge_sli(const Requirement& requirement, const MtbrSli& sli, const Evidence& evidence) {
  return worst_probe(sli.probes, requirement, evidence, [&](const ProbeEvidence& probe, const std::string&) {
    uint64_t recoveries = 0;
    for (const Outage& outage : spontaneous(probe)) recoveries += outage.good_end ? 1 : 0;
    if (recoveries < spontaneous(probe).size()) {
      return nothing(Unit::seconds, "The last outage has not ended, so its recovery cannot be counted.", "a recovery");
    }
    const Events events{probe.outside_seconds, recoveries, hidden_outside(probe, evidence), cluster_effect(spacings(probe))};
    return judge_rate(requirement, events, "recovery");
  });
}

}  // namespace shakedown::judging
