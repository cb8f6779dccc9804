// mtbf {probe}: time up / spontaneous outages.
#include "controller/judge/sli/families.h"
#include "controller/judge/sli/probe_rows.h"
#include "controller/measure/bounds/clusters.h"

namespace shakedown::judging {

Judged judge_sli(const Requirement& requirement, const MtbfSli& sli, const Evidence& evidence) {
  return worst_probe(sli.probes, requirement, evidence, [&](const ProbeEvidence& probe, const std::string&) {
    const OutageEvents events{probe.up_outside_seconds(), spontaneous(probe).size(), hidden_outside(probe, evidence),
                              cluster_effect(spacings(probe))};
    return judge_rate(requirement, events, "spontaneous outage");
  });
}

}  // namespace shakedown::judging
