// One function per SLI. Each returns a complete verdict but for the signals that touch the whole run and the
// watermelon, which judge() adds.
#pragma once

#include "controller/judge/conclude.h"
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

}  // namespace shakedown::judging
