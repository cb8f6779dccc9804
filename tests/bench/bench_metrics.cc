// What /metrics costs the controller: 100 operations, 10 agents, a scrape a second, compressed as Prometheus asks for it.
// Ten simulated minutes; each second takes the agents' snapshots (not counted), then makes and serves one page (counted,
// with the live verdicts and, unfairly, the client's part of the scrape). Seconds of CPU per second are the share of a core.
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <vector>

#include "controller/metrics.h"
#include "core/base/rng.h"
#include "core/runtime/http_client.h"

namespace {

using namespace shakedown;
using namespace std::chrono_literals;

constexpr uint32_t kOperations = 100, kAgents = 10, kPhases = 3;
constexpr int64_t kSeconds = 600;
constexpr int kSamples = 20;  // per agent, operation and second

Scenario scenario() {
  Scenario out;
  out.name = out.service = "bench";
  for (uint32_t i = 0; i < kAgents; ++i) out.agents.push_back({.name = "agent-" + std::to_string(i)});
  for (uint32_t i = 0; i < kOperations; ++i) {
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
  for (uint32_t i = 0; i < kPhases; ++i) {
    Phase phase;
    phase.name = "phase-" + std::to_string(i);
    phase.duration = std::chrono::seconds(kSeconds / kPhases);
    Load load;
    load.kind = OpenLoad{};
    for (uint32_t o = 0; o < kOperations; ++o) load.mix.push_back({OperationId(o), 1});
    phase.load = load;
    out.phases.push_back(phase);
  }
  return out;
}

Snapshot snapshot(AgentId agent, int64_t second, Rng& rng) {
  Snapshot out;
  out.agent = agent;
  out.seq = static_cast<uint64_t>(second) + 1;
  out.from = run_time(std::chrono::seconds(second));
  out.to = run_time(std::chrono::seconds(second + 1));
  const StageId stage(static_cast<uint32_t>(second / (kSeconds / kPhases)));
  out.offered[stage] = kOperations * kSamples;
  for (uint32_t o = 0; o < kOperations; ++o) {
    Cell cell;
    cell.over_limit.resize(1);
    cell.counts[0] = kSamples;
    for (int i = 0; i < kSamples; ++i) {
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

double mean(const std::vector<double>& values, std::size_t from, std::size_t to) {
  double sum = 0;
  for (std::size_t i = from; i < to; ++i) sum += values[i];
  return sum / static_cast<double>(to - from);
}

// CPU of each second's page and scrape; empty when the page could not be had.
std::vector<double> measure(RunMetrics& metrics, std::size_t& bytes) {
  const Scenario scenario = ::scenario();
  Timeline timeline(scenario);
  Manifest manifest;
  manifest.run_id = "bench";
  manifest.started = WallTime(1700000000s);
  Rng rng(1);
  const HttpCall call{.url = "http://" + metrics.bound_address() + "/metrics", .headers = {{"Accept-Encoding", "gzip"}}};
  std::vector<double> costs;
  for (int64_t second = 0; second < kSeconds; ++second) {
    const int64_t each = kSeconds / kPhases;
    const StageId stage(static_cast<uint32_t>(second / each));
    const RunTime begin = run_time(std::chrono::seconds(second));
    if (second % each == 0) {
      StageEvent planned;
      planned.stage = stage;
      planned.phase = PhaseId(stage.value);
      planned.start = begin;
      planned.end = begin + std::chrono::seconds(each);
      timeline.add(Event(planned));
    }
    for (uint32_t a = 0; a < kAgents; ++a) timeline.add(snapshot(AgentId(a), second, rng));
    const double before = cpu_seconds();
    metrics.each_second(timeline, manifest, begin + 1s);
    const Result<HttpReply> reply = http_fetch(call);
    costs.push_back(cpu_seconds() - before);
    if (!reply) return {};
    bytes = reply.value().body.size();
  }
  return costs;
}

void print(const char* figure, double value, double low, double high, double bar, const char* unit) {
  const nlohmann::json line = {{"figure", figure}, {"value", value}, {"low", low}, {"high", high}, {"repeats", kSeconds},
                               {"bar", bar}, {"unit", unit}, {"reached", value <= bar}};
  std::printf("%s\n", line.dump().c_str());
}

int complain(const std::string& text) {
  std::fprintf(stderr, "%s\n", text.c_str());
  return 1;
}

}  // namespace

int main() {
  auto metrics = RunMetrics::serve("127.0.0.1:0");
  if (!metrics) return complain(metrics.error().text());
  std::size_t bytes = 0;
  std::vector<double> costs = measure(*metrics.value(), bytes);
  if (costs.empty()) return complain("no page");
  const double first = mean(costs, 100, 200), last = mean(costs, 500, 600), all = mean(costs, 0, costs.size());
  std::fprintf(stderr, "compressed page: %zu bytes\n", bytes);
  // The median is of pages without a judgement; seconds with one are the few dear ones that the mean holds.
  std::sort(costs.begin(), costs.end());
  print("metrics_share_of_a_core", all, costs[costs.size() / 2], costs.back(), 0.05, "of a core");
  print("metrics_growth_from_minute_3_to_10", last / first, last / first, last / first, 2, "x");
}
