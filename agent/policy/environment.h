// What a scenario may put into the environment of a policy's commands: the variables that the policy lists, and no others, since
// some of them say which program is run, or what it loads.
// Threads: pure.
#pragma once

#include <string>
#include <vector>

#include "agent/policy/admit.h"

namespace shakedown {

// Takes every variable of `env` that the policy does not list out of the plan; a denial for each.
std::vector<Denial> keep_environment(const Policy& policy, DrillPlan& plan);

// In which folder the plan's commands run and with which variables, for the audit: " in /srv with A=b TOKEN={token}". A secret
// is named, not told.
std::string where_commands_run(const DrillPlan& plan);

}  // namespace shakedown
