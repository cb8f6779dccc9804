// One look at a condition. Ownership: refers to nothing. Threads: one; blocks for at most a few seconds.
#pragma once

#include <string>

#include "controller/model/scenario.h"

namespace shakedown {

// What was seen: "3", "firing", "open"; of a command "exit code 0". Error: it could not be read, or what came is no answer.
Result<std::string> look_at(const Scenario& scenario, const Condition& condition);

}  // namespace shakedown
