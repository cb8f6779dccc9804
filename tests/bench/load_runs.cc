#include "tests/bench/load_runs.h"

#include <utility>

#include "tests/component/load/rig/drill.h"

namespace shakedown {
namespace {

Snapshot run_one(DrillPlan scenario, Phase phase) {
  scenario.phases = {std::move(phase)};
  Drill drill(std::move(scenario));
  return drill.run();
}

}  // namespace

Snapshot run_closed(uint16_t port, uint32_t users, Duration length) {
  DrillPlan scenario = one_operation(port);
  scenario.connections.max = users;
  return run_one(std::move(scenario), phase_with(ClosedLoad{users, {}}, length));
}

Snapshot run_open(uint16_t port, double per_second, Duration length) {
  return run_one(one_operation(port), phase_with(open_rate(per_second), length));
}

IdleMemory idle_memory(uint16_t port, uint32_t connections) {
  DrillPlan scenario = one_operation(port, std::chrono::seconds(60));
  scenario.connections.max = connections;
  scenario.phases = {phase_with(ClosedLoad{connections, std::chrono::hours(1)}, std::chrono::hours(1))};
  Drill drill(std::move(scenario));
  drill.begin_stage(0);
  IdleMemory memory;
  for (int i = 0; i < 600 && total(drill.collected(), Outcome::ok) < connections; ++i) {
    drill.run_for(std::chrono::milliseconds(100));
  }
  drill.run_for(std::chrono::milliseconds(500));
  const AgentHealth health = drill.collect().health;
  memory.connections = health.open_connections;
  memory.resident_bytes = health.rss_bytes;
  return memory;
}

}  // namespace shakedown
