// What would happen, in words: `shakedown plan`. Pure.
#pragma once

#include <string>
#include <vector>

#include "controller/model/scenario.h"

namespace shakedown {

// Phases with their load, targets, faults with their exact commands and undo, the evidence that each requirement
// needs, and what cannot be proven before a launch.
std::string plan_text(const Scenario& scenario);

// What one of them needs, and what the plan offers it.
std::string evidence_text(const Scenario& scenario, const Requirement& requirement);

// The rows that the plan offers less than they need, a line each: they will not pass, whatever the target does.
std::vector<std::string> falling_short(const Scenario& scenario);

}  // namespace shakedown
