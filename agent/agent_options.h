// What an agent is started with. Plain values; the factories are replaced by tests.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "agent/check/check_runner.h"
#include "agent/fault/fault_runner.h"
#include "agent/load/load_runner.h"
#include "agent/policy/policy.h"
#include "core/base/host_facts.h"
#include "core/stats/snapshot.h"

namespace shakedown {

// What an agent knows about itself once a second.
struct AgentStatus {
  AgentHealth health;
  uint64_t snapshots = 0;          // handed to the stream
  std::size_t unacknowledged = 0;  // messages that the controller has not yet taken
};

struct AgentOptions {
  std::string name;         // of the scenario's agents; empty = any free place
  std::string token;        // join token; empty in one process
  std::string orders_from;  // who commands it, for the audit: the name in a certificate, else an address
  HostFacts host;
  uint32_t workers = 1;                                 // load threads
  std::string work_dir;                                 // ledger crash copies; empty = a temporary folder
  std::string state_dir;                                // undo records; empty = the host-wide folder
  Policy policy;                                        // what may be touched and run, whatever a controller asks
  std::string watchdog_program;                         // empty = our own executable
  Duration lease = std::chrono::seconds(10);            // until the controller says another
  bool controllers_clock = false;                       // we are in the controller's process: nothing to measure
  Duration farewell = std::chrono::seconds(5);          // how long Goodbye may take to arrive
  std::function<void(const AgentStatus&)> each_second;  // on the agent's loop; may be empty
  std::function<Result<std::unique_ptr<LoadRunner>>(const Assignment&, LoadOptions, boost::asio::io_context&)> make_load =
      make_load_runner;
  std::function<Result<std::unique_ptr<FaultRunner>>(const Assignment&, FaultOptions, boost::asio::io_context&)> make_fault =
      make_fault_runner;
  std::function<std::unique_ptr<CheckRunner>(const Assignment&, RunClock, boost::asio::io_context&, std::string note,
                                             AddressRanges within)>
      make_check = make_check_runner;
};

}  // namespace shakedown
