// The parts of a scorecard that describe the run instead of judging it: outages, faults, ledgers, agents, accounting.
#pragma once

#include "controller/judge/evidence.h"
#include "controller/model/scorecard.h"

namespace shakedown::judging {

std::vector<ScoredProbe> summarize_probes(const Evidence& evidence);
std::vector<ScoredOutage> summarize_outages(const Evidence& evidence);
std::vector<ScoredFault> summarize_faults(const Evidence& evidence);
std::vector<ScoredLedger> summarize_ledgers(const Evidence& evidence);
std::vector<ScoredAgent> summarize_agents(const Evidence& evidence);
Accounting summarize_accounting(const Evidence& evidence);

}  // namespace shakedown::judging
