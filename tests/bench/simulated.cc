#include "tests/bench/simulated.h"

#include <sys/resource.h>

#include <cstdio>

#include "core/base/clock.h"

namespace shakedown::bench {

using namespace std::chrono_literals;

Scenario SimulatedDrill::scenario() const {
  Scenario out;
  out.name = out.service = "bench";
  for (uint32_t i = 0; i < agents; ++i) out.agents.push_back({.name = "agent-" + std::to_string(i)});
  for (uint32_t i = 0; i < operations; ++i) {
    Operation operation;
    operation.name = "operation-" + std::to_string(i);
    operation.limits = {20ms};
    out.operations.push_back(operation);
    Requirement requirement;
    requirement.id = "PE-" + std::to_string(i);
    requirement.sli = LatencySli{OperationId(i), 0.99, {}};
    requirement.objective.limit = 0.02;
    if (i % 10 == 0) out.requirements.push_back(requirement);
  }
  for (uint32_t i = 0; i < phases; ++i) {
    Phase phase;
    phase.name = "phase-" + std::to_string(i);
    phase.duration = std::chrono::seconds(phase_seconds());
    Load load;
    load.kind = OpenLoad{};
    for (uint32_t o = 0; o < operations; ++o) load.mix.push_back({OperationId(o), 1});
    phase.load = load;
    out.phases.push_back(phase);
  }
  return out;
}

StageEvent SimulatedDrill::planned(uint32_t phase) const {
  StageEvent out;
  out.stage = StageId(phase);
  out.phase = PhaseId(phase);
  out.start = run_time(std::chrono::seconds(phase * phase_seconds()));
  out.end = out.start + std::chrono::seconds(phase_seconds());
  return out;
}

StageEvent SimulatedDrill::ended(uint32_t phase) const {
  StageEvent out = planned(phase);
  out.kind = StageEvent::Kind::ended;
  return out;
}

Snapshot SimulatedDrill::snapshot(AgentId agent, int64_t second, Rng& rng) const {
  Snapshot out;
  out.agent = agent;
  out.seq = static_cast<uint64_t>(second) + 1;
  out.from = run_time(std::chrono::seconds(second));
  out.to = run_time(std::chrono::seconds(second + 1));
  const StageId stage(static_cast<uint32_t>(second / phase_seconds()));
  const auto n = static_cast<uint64_t>(samples);
  out.offered[stage] = operations * n;
  for (uint32_t o = 0; o < operations; ++o) {
    Cell cell;
    cell.over_limit.resize(1);
    cell.counts[0] = n;
    for (int i = 0; i < samples; ++i) {
      const Duration latency = from_seconds(0.001 / (1.0 - rng.uniform()));
      cell.latency[0].add(latency);
      cell.service.add(latency);
      cell.wait.add(20us);
      cell.lag.add(from_seconds(5e-5 * rng.uniform()));
      cell.over_limit[0] += latency > 20ms;
    }
    out.cells[{second, stage, OperationId(o)}] = cell;
  }
  out.health = {.cpu_seconds = 0.1, .outstanding = 10, .worst_lag = 1ms};
  return out;
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

void print(nlohmann::json line, double value, double low, double high, int64_t repeats) {
  line.update({{"value", value}, {"low", low}, {"high", high}, {"repeats", repeats}});
  line["reached"] = !line.contains("bar") || value <= line["bar"].get<double>();
  std::printf("%s\n", line.dump().c_str());
}

}  // namespace shakedown::bench
