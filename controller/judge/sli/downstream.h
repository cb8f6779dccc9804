// Whether the systems that the service calls can take the load that the forecast brings.
#pragma once

#include <vector>

#include "controller/judge/evidence.h"
#include "controller/model/scored_parts.h"

namespace shakedown::judging {

// By DependencyId. fail: it cannot take it, or its team has not agreed to; unknown: nobody knows what it can take, or the
// evidence for it is in doubt; not_proven: between the bounds of the calls, each one-sided at 95 %; a row is judged by them
// at its own confidence, and each of its dependencies for itself. A dependency without any evidence is unknown.
std::vector<ScoredDependency> summarize_downstream(const Evidence& evidence);

}  // namespace shakedown::judging
