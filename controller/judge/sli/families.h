// Two functions per SLI: what evidence it needs, before the run, and its judgement. Each verdict is complete but for the signals
// that touch the whole run and the watermelon, which judge() adds.
#pragma once

#include "controller/judge/conclude.h"
#include "controller/model/planned_evidence.h"
#include "controller/model/sli.h"

namespace shakedown::judging {

Judged judge_sli(const Requirement& requirement, const AvailabilitySli& sli, const Evidence& evidence);
Judged judge_sli(const Requirement& requirement, const UptimeSli& sli, const Evidence& evidence);
Judged judge_sli(const Requirement& requirement, const LatencySli& sli, const Evidence& evidence);
Judged judge_sli(const Requirement& requirement, const ThroughputSli& sli, const Evidence& evidence);
Judged judge_sli(const Requirement& requirement, const ErrorRatioSli& sli, const Evidence& evidence);
Judged judge_sli(const Requirement& requirement, const MtbfSli& sli, const Evidence& evidence);
Judged judge_sli(const Requirement& requirement, const MtbrSli& sli, const Evidence& evidence);
Judged judge_sli(const Requirement& requirement, const MttrSli& sli, const Evidence& evidence);
Judged judge_sli(const Requirement& requirement, const OutagesSli& sli, const Evidence& evidence);
Judged judge_sli(const Requirement& requirement, const ImpactSli& sli, const Evidence& evidence);
Judged judge_sli(const Requirement& requirement, const ToleratedSli& sli, const Evidence& evidence);
Judged judge_sli(const Requirement& requirement, const RtoSli& sli, const Evidence& evidence);
Judged judge_sli(const Requirement& requirement, const RpoSli& sli, const Evidence& evidence);
Judged judge_sli(const Requirement& requirement, const DurabilitySli& sli, const Evidence& evidence);
Judged judge_sli(const Requirement& requirement, const CapacitySli& sli, const Evidence& evidence);
Judged judge_sli(const Requirement& requirement, const HeadroomSli& sli, const Evidence& evidence);
Judged judge_sli(const Requirement& requirement, const EfficiencySli& sli, const Evidence& evidence);
Judged judge_sli(const Requirement& requirement, const DegradationSli& sli, const Evidence& evidence);
Judged judge_sli(const Requirement& requirement, const DownstreamSli& sli, const Evidence& evidence);
Judged judge_sli(const Requirement& requirement, const CheckSli& sli, const Evidence& evidence);
Judged judge_sli(const Requirement& requirement, const AttestedSli& sli, const Evidence& evidence);

PlannedEvidence evidence_needed(const Requirement& requirement, const AvailabilitySli& sli, const Scenario& scenario);
PlannedEvidence evidence_needed(const Requirement& requirement, const UptimeSli& sli, const Scenario& scenario);
PlannedEvidence evidence_needed(const Requirement& requirement, const LatencySli& sli, const Scenario& scenario);
PlannedEvidence evidence_needed(const Requirement& requirement, const ThroughputSli& sli, const Scenario& scenario);
PlannedEvidence evidence_needed(const Requirement& requirement, const ErrorRatioSli& sli, const Scenario& scenario);
PlannedEvidence evidence_needed(const Requirement& requirement, const MtbfSli& sli, const Scenario& scenario);
PlannedEvidence evidence_needed(const Requirement& requirement, const MtbrSli& sli, const Scenario& scenario);
PlannedEvidence evidence_needed(const Requirement& requirement, const MttrSli& sli, const Scenario& scenario);
PlannedEvidence evidence_needed(const Requirement& requirement, const OutagesSli& sli, const Scenario& scenario);
PlannedEvidence evidence_needed(const Requirement& requirement, const ImpactSli& sli, const Scenario& scenario);
PlannedEvidence evidence_needed(const Requirement& requirement, const ToleratedSli& sli, const Scenario& scenario);
PlannedEvidence evidence_needed(const Requirement& requirement, const RtoSli& sli, const Scenario& scenario);
PlannedEvidence evidence_needed(const Requirement& requirement, const RpoSli& sli, const Scenario& scenario);
PlannedEvidence evidence_needed(const Requirement& requirement, const DurabilitySli& sli, const Scenario& scenario);
PlannedEvidence evidence_needed(const Requirement& requirement, const CapacitySli& sli, const Scenario& scenario);
PlannedEvidence evidence_needed(const Requirement& requirement, const HeadroomSli& sli, const Scenario& scenario);
PlannedEvidence evidence_needed(const Requirement& requirement, const EfficiencySli& sli, const Scenario& scenario);
PlannedEvidence evidence_needed(const Requirement& requirement, const DegradationSli& sli, const Scenario& scenario);
PlannedEvidence evidence_needed(const Requirement& requirement, const DownstreamSli& sli, const Scenario& scenario);
PlannedEvidence evidence_needed(const Requirement& requirement, const CheckSli& sli, const Scenario& scenario);
PlannedEvidence evidence_needed(const Requirement& requirement, const AttestedSli& sli, const Scenario& scenario);

}  // namespace shakedown::judging
