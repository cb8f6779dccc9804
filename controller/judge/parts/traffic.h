// What the requests of a run were answered, by phase and operation: for the engineer who has to mend it.
#pragma once

#include "controller/judge/evidence.h"
#include "controller/model/scorecard.h"

namespace shakedown::judging {

std::vector<ScoredTraffic> summarize_traffic(const Evidence& evidence);
// Which of them lie in the scope of a row about load; none for other rows.
std::vector<std::size_t> traffic_of(const Requirement& requirement, const std::vector<ScoredTraffic>& all,
                                    const Evidence& evidence);

}  // namespace shakedown::judging
