// Whether somebody who says Hello may take part, and whose place it is. Every refusal says what was expected, what was found and
// what to do. Pure. Threads: free functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/agents/roster.h"

namespace shakedown {

struct Greeting {
  std::optional<std::size_t> place;  // in the roster; nothing: refused
  std::string refusal;
};
// who: by the agent's certificate; nullptr where the stream has none. begun: the run is under way.
Greeting greeting(const Hello& hello, const Identity* who, const std::vector<Member>& members, const Scenario& roster_scenario,
                  bool begun);

// What the certificate of this agent must allow: the roles that the scenario gives it, and `check` when a check is its own.
Roles needed_roles(const Scenario& roster_scenario, AgentId agent);

}  // namespace shakedown
