// mtbf: time up / spontaneous outages; mtbr: time / recoveries from spontaneous outages. Injected ones never count.
// Exact chi-square bounds for a time-terminated observation (NIST/SEMATECH e-Handbook 8.4.5.1).
#include <cmath>

#include <fmt/format.h>

#include "controller/judge/families.h"
#include "controller/judge/needed.h"
#include "controller/judge/probe_rows.h"
#include "core/stats/intervals.h"

namespace shakedown::judging {
namespace {

Judged judge_rate(const Requirement& requirement, double time, uint64_t events, const std::string& what) {
  if (time <= 0) return nothing(Unit::seconds, "No data: no time was observed outside fault windows.", "observation");
  const Bounds bounds = mtbf(time, events, requirement.confidence);
  Judged out;
  Measured& m = out.verdict.measured;
  if (events > 0) m.value = time / static_cast<double>(events);
  m.lower = bounds.lower;
  m.upper = bounds.upper;
  m.unit = Unit::seconds;
  m.samples = events;
  out.verdict.reason = fmt::format("{} in {} outside drills: at least {} between them {}; objective {}.",
                                   counted(events, what), span_text(time), span_text(bounds.lower),
                                   confidence_text(requirement.confidence), limit_text(requirement.objective));
  settle(out.verdict, requirement);
  if (out.verdict.state == VerdictState::not_proven) {
    set_needed(out.verdict, needed_test_time(time, events, requirement.objective.limit, requirement.confidence));
  }
  return out;
}

}  // namespace

Judged judge_sli(const Requirement& requirement, const MtbfSli& sli, const Evidence& evidence) {
  return worst_probe(sli.probes, requirement, evidence, [&](const ProbeEvidence& probe, const std::string&) {
    return judge_rate(requirement, probe.up_outside_seconds(), spontaneous(probe).size(), "spontaneous outage");
  });
}

Judged judge_sli(const Requirement& requirement, const MtbrSli& sli, const Evidence& evidence) {
  return worst_probe(sli.probes, requirement, evidence, [&](const ProbeEvidence& probe, const std::string&) {
    uint64_t recoveries = 0;
    for (const Outage& outage : spontaneous(probe)) recoveries += outage.good_end ? 1 : 0;
    if (recoveries < spontaneous(probe).size()) {
      return nothing(Unit::seconds, "The last outage has not ended, so its recovery cannot be counted.", "a recovery");
    }
    return judge_rate(requirement, probe.outside_seconds, recoveries, "recovery");
  });
}

}  // namespace shakedown::judging
