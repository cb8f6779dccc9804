// mtbr {probe}: time / recoveries from spontaneous outages.
#include "controller/judge/sli/families.h"
#include "controller/judge/sli/form_parts.h"
#include "controller/judge/sli/probe_rows.h"
#include "controller/measure/bounds/clusters.h"

namespace shakedown {

SliForm forms::mtbr() {
  const Shape shape = over_outages("mtbr", "Mean time from recovery to recovery; as mtbf.");
  return {
      may("mtbr", shape, "Objective: at least a duration."),
      ObjectiveForm{"the MTBR", Comparison::at_least, ">= 30d", Amounts::time},
      [](const View& view, const Names& names, const Scenario&) -> Sli { return MtbrSli{view["probe"].ids<ProbeId>(names)}; }};
}

}  // namespace shakedown

namespace shakedown::judging {

Judged judge_sli(const Requirement& requirement, const MtbrSli& sli, const Evidence& evidence) {
  return worst_probe(sli.probes, requirement, evidence, [&](const ProbeEvidence& probe, const std::string&) {
    uint64_t recoveries = 0;
    for (const Outage& outage : spontaneous(probe)) recoveries += outage.good_end ? 1 : 0;
    if (recoveries < spontaneous(probe).size()) {
      return nothing(Unit::seconds, "The last outage has not ended, so its recovery cannot be counted.", "a recovery");
    }
    const OutageEvents events{probe.outside_seconds, recoveries, hidden_outside(probe, evidence), cluster_effect(spacings(probe)),
                              probe.idle_seconds};
    return judge_rate(requirement, events, "recovery");
  });
}

PlannedEvidence evidence_needed(const Requirement&, const MtbrSli&, const Scenario&) { return planned::Recoveries{}; }

}  // namespace shakedown::judging
