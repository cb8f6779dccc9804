// What the plan says of a row's evidence. What can be told beforehand to be not proven is told in capitals: TOO FEW.
// Threads: free functions without state.
#pragma once

#include <string>

#include "controller/model/planned_evidence.h"

namespace shakedown::report {

// "2995 requests without a violation; 1500 are offered in its scope: TOO FEW, ..."
std::string planned_words(const PlannedEvidence& evidence);
// Whether the plan offers the row less than it needs, so that it will not pass whatever the target does.
bool falls_short(const PlannedEvidence& evidence);

}  // namespace shakedown::report
