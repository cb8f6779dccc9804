#include "agent/metrics.h"

namespace shakedown {

AgentMetrics::AgentMetrics(std::unique_ptr<MetricsServer> server, std::string name, std::string version)
    : server_(std::move(server)), name_(std::move(name)), version_(std::move(version)) {}

Result<std::unique_ptr<AgentMetrics>> AgentMetrics::serve(const std::string& address, const std::string& name,
                                                          const std::string& version) {
  SHAKEDOWN_TRY(auto server, MetricsServer::listen(address));
  std::unique_ptr<AgentMetrics> metrics(new AgentMetrics(std::move(server), name, version));
  metrics->publish(AgentStatus{});
  return metrics;
}

void AgentMetrics::update(const AgentStatus& status) {
  cpu_seconds_ += status.health.cpu_seconds;
  publish(status);
}

void AgentMetrics::publish(const AgentStatus& status) {
  MetricFamilies page;
  MetricFamily info = gauge("shakedown_self_info", "The agent that is scraped.");
  info.add({{"agent", name_}, {"version", version_}}, 1);
  page.push_back(info.take());
  const auto put = [&page](MetricFamily family, double value) {
    family.add({}, value);
    page.push_back(family.take());
  };
  const AgentHealth& health = status.health;
  put(counter("shakedown_self_snapshots_total", "Snapshots handed to the stream."), static_cast<double>(status.snapshots));
  put(gauge("shakedown_self_unacknowledged_messages", "Messages that the controller has not yet taken."),
      static_cast<double>(status.unacknowledged));
  put(counter("shakedown_self_cpu_seconds_total", "CPU time of this process since the run began."), cpu_seconds_);
  put(gauge("shakedown_self_steal_ratio", "Share of the host's CPU time that was stolen in the last interval."),
      health.steal_ratio);
  put(gauge("shakedown_self_worst_lag_seconds", "Largest lag behind the schedule in the last interval."),
      seconds(health.worst_lag));
  put(gauge("shakedown_self_outstanding", "Arrivals that are not yet done."), static_cast<double>(health.outstanding));
  put(gauge("shakedown_self_resident_memory_bytes", "Memory of this process."), static_cast<double>(health.rss_bytes));
  put(gauge("shakedown_self_open_connections", "Connections to targets."), health.open_connections);
  server_->publish(std::move(page));
}

}  // namespace shakedown
