// The capacity that another drill has proven, from its scorecard.json.
#pragma once

#include <string>

#include "core/model/reading.h"

namespace shakedown {

// The lower bound of the first capacity requirement that passes, else of the first with one, else of the first search.
// Evidence that should not be built on (older than 30 days at `now` or not yet over, no GO, invalid, a capacity that its own
// drill did not prove, a search without its confirmation) is named in `problem` beside the value.
Reading read_capacity(const std::string& path, WallTime now);

}  // namespace shakedown
