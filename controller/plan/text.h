// What would happen, in words: `shakedown plan`. Pure.
#pragma once

#include <string>

#include "controller/model/scenario.h"

namespace shakedown {

// Phases with their load, targets, faults with their exact commands and undo, the evidence that each requirement
// needs, and what cannot be proven before a launch.
std::string plan_text(const Scenario& scenario);

// What one of them needs, and what the plan offers it.
std::string evidence_text(const Scenario& scenario, const Requirement& requirement);

}  // namespace shakedown
