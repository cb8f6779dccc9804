// mtbr {probe}: time / recoveries from spontaneous outages.
#include "controller/judge/sli/families.h"
#include "controller/judge/sli/probe_rows.h"
#include "controller/measure/bounds/clusters.h"

namespace shakedown::judging {

Judged judge_sli(const Requirement& requirement, const MtbrSli& sli, const Evidence& evidence) {
  return worst_probe(sli.probes, requirement, evidence, [&](const ProbeEvidence& probe, const std::string&) {
    uint64_t recoveries = 0;
    for (const Outage& outage : spontaneous(probe)) recoveries += outage.good_end ? 1 : 0;
    if (recoveries < spontaneous(probe).size()) {
      return nothing(Unit::seconds, "The last outage has not ended, so its recovery cannot be counted.", "a recovery");
    }
    const OutageEvents events{probe.outside_seconds, recoveries, hidden_outside(probe, evidence),
                              cluster_effect(spacings(probe))};
    return judge_rate(requirement, events, "recovery");
  });
}

}  // namespace shakedown::judging
