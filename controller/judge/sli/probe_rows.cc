#include "controller/judge/sli/probe_rows.h"

#include "controller/judge/needed.h"
#include "controller/measure/bounds/clusters.h"
#include "controller/measure/bounds/intervals.h"

namespace shakedown::judging {
namespace {

double at_least(const OutageEvents& events, bool with_hidden, double confidence) {
  const uint64_t n = events.seen + (with_hidden ? events.hidden.count : 0);
  const double time = std::max(0.0, events.time - (with_hidden ? events.hidden.seconds : 0));
  const double effect = cluster_effect_of_pass(events.effect, n);
  return mtbf(time / effect, static_cast<double>(n) / effect, confidence).lower;
}

}  // namespace

std::vector<Outage> spontaneous(const ProbeEvidence& probe) {
  std::vector<Outage> out;
  for (const CausedOutage& c : probe.outages) {
    if (c.spontaneous()) out.push_back(c.outage);
  }
  return out;
}

std::vector<double> spacings(const ProbeEvidence& probe) {
  std::vector<double> out;
  if (probe.empty()) return out;
  std::vector<TimeRange> holes = probe.unobserved;
  holes.insert(holes.end(), probe.drilled.begin(), probe.drilled.end());
  holes.insert(holes.end(), probe.idle.begin(), probe.idle.end());
  RunTime from = probe.results.front().start;
  for (const Outage& outage : spontaneous(probe)) {
    out.push_back(seconds_outside({from, outage.begin()}, holes));
    from = outage.end(RunTime::max());
  }
  const RunTime last = probe.results.back().end;
  if (from < last) out.push_back(seconds_outside({from, last}, holes));
  return out;
}

std::string clusters_words(double effect) {
  return effect > 1 ? fmt::format(" Outages came in clusters: bounds widened {:.3g} times.", effect) : "";
}

Judged judge_rate(const Requirement& requirement, const OutageEvents& events, const std::string& what) {
  if (events.time <= 0) return nothing(Unit::seconds, "No data: no time was observed outside drills.", "observation");
  const double seen = static_cast<double>(events.seen), confidence = requirement.confidence;
  Judged out;
  Measured& m = out.verdict.measured;
  if (events.seen > 0) m.value = events.time / seen;
  m.lower = at_least(events, true, confidence);
  m.upper = mtbf((events.time + events.idle) / events.effect, seen / events.effect, confidence).upper;
  m.unit = Unit::seconds;
  m.samples = events.seen;
  out.verdict.reason =
      fmt::format("{} in {} outside drills{}: at least {} between them {}; objective {}.{}", counted(events.seen, what),
                  span_text(events.time), hidden_words(events.hidden), span_text(*m.lower), confidence_text(confidence),
                  limit_text(requirement.objective), clusters_words(events.effect));
  conclude(out.verdict, requirement);
  if (out.verdict.state != VerdictState::not_proven) return out;
  const bool by_gaps = events.hidden.count > 0 && at_least(events, false, confidence) >= requirement.objective.limit;
  set_needed(out.verdict, by_gaps ? Needed{hidden_needed(events.hidden.open, events.hidden.gap), kNotByTime}
                                  : needed_test_time(events.time, events.seen, requirement.objective.limit, confidence));
  return out;
}

}  // namespace shakedown::judging
