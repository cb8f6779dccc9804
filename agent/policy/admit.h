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
// Of `env` what the policy does not list is taken out, and the folder of commands becomes the policy's.
std::vector<Denial> admit(const Policy& policy, Assignment& assignment, WallTime now);
// Whether every file that the plan wants read as a secret may be: asked before any is.
bool may_read_secrets(const Policy& policy, const DrillPlan& plan);
// An order of the moment.
std::vector<Denial> admit(const Policy& policy, const DrillPlan& plan, Action& action);
// One injection now, of whose components each counts. broken: the components of this agent whose faults stand here already;
// others: those of other agents of this host, of whatever run.
std::vector<Denial> admit_injection(const Policy& policy, const Assignment& assignment, FaultId fault,
                                    std::set<ComponentId> broken, const std::vector<std::string>& others, WallTime now);
// What would be broken at one time: by this agent, as parts of the same fault on other hosts, and by other agents of this host.
struct Broken {
  std::set<ComponentId> here, elsewhere;
  std::vector<std::string> others;
};
// That it is now: how many at once, which share of each group, at this hour.
std::vector<Denial> admit_together(const Policy& policy, const DrillPlan& plan, const std::string& what, Broken broken,
                                   WallTime now);

// Error refused, which names the policy, each denial and the line to add. who: "agent east".
Error refusal(const Policy& policy, const std::vector<Denial>& denials);

// The rules of the policy, a line each, for `shakedown plan`.
std::vector<std::string> rules_of(const Policy& policy);

}  // namespace shakedown
