// Holds plans and orders against the policy. What it allows is made ready: commands by name get their program and arguments, a
// process its identity, from the policy alone.
// Threads: pure.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "agent/policy/policy.h"
#include "core/model/plan.h"

namespace shakedown {

// One thing that is asked for and not allowed. line: what would allow it; empty = nothing should.
struct Denial {
  std::string what, why, line;
  std::string text() const;
};

// What the plan gives this agent to touch and run, held against the policy: every denial at once. now: for the hours.
std::vector<Denial> admit(const Policy& policy, Assignment& assignment, WallTime now);
// Whether every file that the plan wants read as a secret may be: asked before any is.
bool may_read_secrets(const Policy& policy, const DrillPlan& plan);
// An order of the moment.
std::vector<Denial> admit(const Policy& policy, const DrillPlan& plan, Action& action);
// One injection now, of whose components each counts. broken: the components of this agent whose faults stand here already;
// others: how many faults of other runs do.
std::vector<Denial> admit_injection(const Policy& policy, const Assignment& assignment, FaultId fault,
                                    std::set<ComponentId> broken, std::size_t others, WallTime now);

// Error refused, which names the policy, each denial and the line to add. who: "agent east".
Error refusal(const Policy& policy, const std::vector<Denial>& denials);

// The rules of the policy, a line each, for `shakedown plan`.
std::vector<std::string> rules_of(const Policy& policy);

}  // namespace shakedown
