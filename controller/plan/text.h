// What would happen, in words: `shakedown plan`. Pure.
#pragma once

#include <string>

#include "controller/model/scenario.h"

namespace shakedown {

// Phases with their load, targets, faults with their exact commands and undo, the evidence that each requirement
// needs, and what cannot be proven before a launch.
std::string plan_text(const Scenario& scenario);

}  // namespace shakedown
