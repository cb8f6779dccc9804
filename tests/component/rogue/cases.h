// The misbehaviours. `other` and `own` stand for what belongs to `local` and to the rogue itself (for `guest`: to `helper`).
#pragma once

#include <vector>

#include "tests/component/rogue/rogue_drill.h"

namespace shakedown::rogue {

std::vector<Case> stream_cases();   // the session, its frames, floods
std::vector<Case> measure_cases();  // snapshots
std::vector<Case> event_cases();    // events and answers to steps

inline constexpr int64_t kFar = int64_t{1} << 62;
inline RunTime far_away() { return run_time(Duration(kFar)); }

}  // namespace shakedown::rogue
