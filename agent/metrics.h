// /metrics of shakedown-agent: its own health, as it reported it to the controller. Published once a second from the
// agent's loop; load threads know nothing of it.
// Ownership: owns its server. Threads: update on the agent's loop.
#pragma once

#include <memory>
#include <string>

#include "agent/agent_options.h"
#include "core/runtime/http/metrics_server.h"

namespace shakedown {

class AgentMetrics {
 public:
  // Errors: those of MetricsServer::listen. An empty page of zeros is there at once.
  static Result<std::unique_ptr<AgentMetrics>> serve(const std::string& address, const std::string& name,
                                                     const std::string& version);

  std::string bound_address() const { return server_->bound_address(); }
  void update(const AgentStatus& status);

 private:
  AgentMetrics(std::unique_ptr<MetricsServer> server, std::string name, std::string version);
  void publish(const AgentStatus& status);

  std::unique_ptr<MetricsServer> server_;
  const std::string name_, version_;
  double cpu_seconds_ = 0;
};

}  // namespace shakedown
