// What one agent is told to do: the scenario without its requirements, plus the agent's share.
#pragma once

#include <string>

#include "core/model/scenario.h"

namespace shakedown {

// Arrival i of every load belongs to the lane with i % count == index, so that the union over lanes is the
// same global sequence for any number of agents and workers. A load with `from` runs whole on that agent.
struct Lane {
  uint32_t index = 0;
  uint32_t count = 1;
};

struct Assignment {
  std::string run_id;
  AgentId self;        // position in scenario.agents, which is the roster (spawned agents are entries of their own)
  Lane lane;           // of the agents with the role load; count 0 = this agent has no load
  Scenario scenario;   // requirements empty; every AgentId in it refers to the roster
  std::string work_dir;  // where the agent keeps crash copies and undo records; empty = its own choice
};

}  // namespace shakedown
