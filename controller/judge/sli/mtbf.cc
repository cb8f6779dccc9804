// mtbf {probe}: time up / spontaneous outages.
#include "controller/judge/needed.h"
#include "controller/judge/planned/offer.h"
#include "controller/judge/sli/families.h"
#include "controller/judge/sli/form_parts.h"
#include "controller/judge/sli/probe_rows.h"
#include "controller/measure/bounds/clusters.h"

namespace shakedown {

SliForm forms::mtbf() {
  const Shape shape =
      over_outages("mtbf",
                   "Mean time up between spontaneous outages, taken for independent of each other unless they are seen to "
                   "come in clusters. Only measured phases count, without fault windows: no time before, between or after them, "
                   "in searches or in series.");
  return {
      may("mtbf", shape, "Objective: at least a duration."),
      ObjectiveForm{"the MTBF", Comparison::at_least, ">= 30d", Amounts::time},
      [](const View& view, const Names& names, const Scenario&) -> Sli { return MtbfSli{view["probe"].ids<ProbeId>(names)}; }};
}

}  // namespace shakedown

namespace shakedown::judging {

Judged judge_sli(const Requirement& requirement, const MtbfSli& sli, const Evidence& evidence) {
  return worst_probe(sli.probes, requirement, evidence, [&](const ProbeEvidence& probe, const std::string&) {
    const OutageEvents events{probe.up_outside_seconds(), spontaneous(probe).size(), hidden_outside(probe, evidence),
                              cluster_effect(spacings(probe)), probe.idle_seconds};
    return judge_rate(requirement, events, "spontaneous outage");
  });
}

PlannedEvidence evidence_needed(const Requirement& requirement, const MtbfSli&, const Scenario& scenario) {
  const double limit = requirement.objective.limit, confidence = requirement.confidence;
  planned::QuietTime out{needed_test_time(0, 0, limit, confidence).seconds, seconds(promised_duration(scenario)), ""};
  const Needed missing = needed_test_time(out.planned, 0, limit, confidence);
  if (missing.seconds > 0) out.missing = missing.text;
  return out;
}

}  // namespace shakedown::judging
