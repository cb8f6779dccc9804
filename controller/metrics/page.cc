#include "controller/metrics/page.h"

#include <algorithm>
#include <limits>

namespace shakedown {
namespace {

// What our lag is held against: a tenth of the tightest latency limit, or of the shortest timeout without one.
double lag_limit_seconds(const Scenario& scenario) {
  Duration tightest = Duration::max(), shortest = Duration::max();
  for (const Operation& operation : scenario.operations) {
    if (!operation.limits.empty()) tightest = std::min(tightest, operation.limits.front());
    shortest = std::min(shortest, operation.timeout);
  }
  if (tightest == Duration::max()) tightest = shortest;
  return tightest == Duration::max() || tightest <= Duration{} ? std::numeric_limits<double>::infinity() : seconds(tightest) / 10;
}

double share_of_time(const HealthRecord& health) {
  if (health.lines < 2) return 0;
  const double span = seconds(health.last_at - health.before_last_at);
  return span > 0 ? health.last.cpu_seconds / span : 0;
}

}  // namespace

double wall_seconds(const Manifest& manifest, RunTime at) {
  if (manifest.started == WallTime{}) return 0;
  return static_cast<double>((manifest.started.time_since_epoch() + at.time_since_epoch()).count()) * 1e-9;
}

std::string agent_label(const MetricsInput& input, AgentId id) {
  const auto& known = input.manifest.agents;
  if (id.value < known.size() && !known[id.value].name.empty()) return known[id.value].name;
  const auto& declared = input.timeline.scenario().agents;
  return id.value < declared.size() ? declared[id.value].name : "agent " + std::to_string(id.value);
}

void add_states(MetricFamily& family, const char* label, const std::string& name, const char* state_label,
                const std::vector<std::string>& states, const std::string& now) {
  for (const std::string& state : states) {
    if (label == nullptr) {
      family.add({{state_label, state}}, state == now);
    } else {
      family.add({{label, name}, {state_label, state}}, state == now);
    }
  }
}

MetricFamilies metrics_page(const MetricsInput& input) {
  MetricFamilies page;
  add_run_metrics(page, input);
  add_traffic_metrics(page, input);
  add_fault_metrics(page, input);
  add_requirement_metrics(page, input);
  add_judgement_metrics(page, input);
  add_agent_metrics(page, input);
  return page;
}

void add_agent_metrics(MetricFamilies& page, const MetricsInput& input) {
  MetricFamily cpu = counter("shakedown_agent_cpu_seconds_total", "CPU time of the agent's process.");
  MetricFamily share = gauge("shakedown_agent_cpu_cores", "Cores used by the agent's process in its last interval.");
  MetricFamily steal = gauge("shakedown_agent_steal_ratio", "Share of the host's CPU time that was stolen in the last interval.");
  MetricFamily lag =
      gauge("shakedown_agent_worst_lag_seconds", "Largest lag of an arrival behind its schedule in the last interval.");
  MetricFamily saturation = gauge("shakedown_agent_saturation_ratio",
                                  "Worst lag over the lag that validity allows; above 1 our own delay may show in latencies.");
  MetricFamily outstanding = gauge("shakedown_agent_outstanding", "Arrivals that are not yet done.");
  MetricFamily memory = gauge("shakedown_agent_resident_memory_bytes", "Memory of the agent's process.");
  MetricFamily connections = gauge("shakedown_agent_open_connections", "Connections to targets.");
  MetricFamily lost = gauge("shakedown_agent_lost", "1 once the agent is lost.");
  const double limit = lag_limit_seconds(input.timeline.scenario());
  for (std::size_t i = 0; i < std::max(input.timeline.scenario().agents.size(), input.timeline.agents().size()); ++i) {
    const auto found = input.timeline.agents().find(AgentId(i));
    const AgentRecord record = {};
    const AgentRecord& agent = found == input.timeline.agents().end() ? record : found->second;
    const AgentHealth& last = agent.health.last;
    const std::string name = agent_label(input, AgentId(i));
    cpu.add({{"agent", name}}, agent.health.cpu_seconds);
    share.add({{"agent", name}}, share_of_time(agent.health));
    steal.add({{"agent", name}}, last.steal_ratio);
    lag.add({{"agent", name}}, seconds(last.worst_lag));
    saturation.add({{"agent", name}}, seconds(last.worst_lag) / limit);
    outstanding.add({{"agent", name}}, static_cast<double>(last.outstanding));
    memory.add({{"agent", name}}, static_cast<double>(last.rss_bytes));
    connections.add({{"agent", name}}, last.open_connections);
    lost.add({{"agent", name}}, agent.lost);
  }
  for (MetricFamily* family : {&cpu, &share, &steal, &lag, &saturation, &outstanding, &memory, &connections, &lost}) {
    page.push_back(family->take());
  }
}

}  // namespace shakedown
