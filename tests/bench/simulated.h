// A drill that never ran: what agents would have sent in it, for measuring the controller alone.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>

#include "controller/model/scenario.h"
#include "core/base/rng.h"
#include "core/model/event.h"
#include "core/stats/snapshot.h"

namespace shakedown::bench {

struct SimulatedDrill {
  uint32_t agents = 10, operations = 100, phases = 3;
  int64_t seconds = 600;
  int samples = 20;  // per agent, operation and second

  int64_t phase_seconds() const { return seconds / phases; }
  // Every operation has a limit of 20 ms, every tenth a requirement on it.
  Scenario scenario() const;
  StageEvent planned(uint32_t phase) const;
  StageEvent ended(uint32_t phase) const;
  // Latencies are Pareto from 1 ms.
  Snapshot snapshot(AgentId agent, int64_t second, Rng& rng) const;
};

// CPU of this process so far.
double cpu_seconds();
// One line for tests/bench/run.py; `line` has figure and unit, and bar or note.
void print(nlohmann::json line, double value, double low, double high, int64_t repeats);

}  // namespace shakedown::bench
