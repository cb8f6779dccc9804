// Short words for the instants of hand-written drills.
#pragma once

#include "core/base/time.h"

namespace shakedown {

// Seconds after the run's start.
inline RunTime at(double s) { return run_time(from_seconds(s)); }

}  // namespace shakedown
