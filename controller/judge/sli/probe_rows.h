// What the SLIs over outages share: a row per probe, of which the worst counts.
#pragma once

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "controller/judge/conclude.h"
#include "controller/judge/faults/hidden.h"

namespace shakedown::judging {

// " An outage is 3 failed checks in a row, one every 2s.": what such a probe can call one.
inline std::string outage_words(const Probe& probe) {
  const uint32_t n = std::max(1U, probe.down_after);
  return fmt::format(" An outage is {} in a row, one every {}.", counted(n, "failed check"), format_duration(probe.every));
}

// summary.cc
ScoredProbe count_checks(const ProbeEvidence& evidence, const Probe& probe);

// " 25 of 50 checks failed, never more than 1 in a row."; empty = none failed. Fewer than an outage takes are none.
inline std::string failed_checks_words(const ProbeEvidence& evidence, const Probe& probe) {
  const ScoredProbe count = count_checks(evidence, probe);
  if (count.failed == 0) return "";
  return fmt::format(" {} of {} checks failed, never more than {} in a row.", count.failed, count.checks, count.longest);
}

// Calls judge(probe) for each probe with results and returns the worst; rows without results are unknown.
template <typename JudgeOne>
Judged worst_probe(const std::vector<ProbeId>& probes, const Requirement& requirement, const Evidence& evidence,
                   JudgeOne judge_one) {
  const Unit unit = unit_of(requirement.sli);
  if (probes.empty()) return nothing(unit, "No data: no probe is named.", "a probe");
  if (evidence.no_phase_ran()) return nothing(unit, "No data: no phase ran.", "a run with its phases");
  std::vector<Judged> rows;
  for (const ProbeId id : probes) {
    const ProbeEvidence& probe = evidence.probe(id);
    const std::string& name = evidence.scenario->probe(id).name;
    if (probe.empty()) {
      rows.push_back(nothing(unit, "No data: probe " + name + " has no result.", "a run with that probe"));
      continue;
    }
    rows.push_back(judge_one(probe, name));
    Verdict& verdict = rows.back().verdict;
    if (verdict.measured.value) verdict.reason += outage_words(evidence.scenario->probe(id));
    if (verdict.state != VerdictState::unknown) verdict.reason += failed_checks_words(probe, evidence.scenario->probe(id));
    rows.back().until = probe.results.back().end;
    if (rows.back().observed_seconds == 0) rows.back().observed_seconds = probe.outside_seconds;
  }
  return worst_of(std::move(rows), requirement);
}

// The spontaneous outages of a probe.
std::vector<Outage> spontaneous(const ProbeEvidence& probe);
// The watched time of measured phases outside drills before the first of them, between each two and after the last (clusters.h).
std::vector<double> spacings(const ProbeEvidence& probe);
std::string clusters_words(double effect);

// What is known of the events. hidden counts against a pass and not for a fail.
struct OutageEvents {
  double time = 0;
  uint64_t seen = 0;
  HiddenOutside hidden;
  double effect = 1;  // of clusters
  double idle = 0;    // further time, in which some of them may have begun: it counts for a fail alone
};
// The mean time between such events, `what` each. Injected ones never count, nor what began under load of our own (searches,
// series, unmeasured phases). Exact chi-square bounds for a time-terminated observation (NIST/SEMATECH e-Handbook 8.4.5.1),
// widened where outages are seen to come in clusters (controller/measure/bounds/clusters.h).
Judged judge_rate(const Requirement& requirement, const OutageEvents& events, const std::string& what);

}  // namespace shakedown::judging
