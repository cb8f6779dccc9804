// Agents started here as processes of their own (`run --spawn N`).
#pragma once

#include <sys/types.h>

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace shakedown {

// The destructor waits for the processes, asks those that stay to end (SIGTERM), and ends them after 10 s (SIGKILL).
class AgentProcesses {
 public:
  static Result<std::unique_ptr<AgentProcesses>> start(const std::vector<std::string>& names, const std::string& address,
                                                       const std::string& token_file, const std::string& folder);
  AgentProcesses();
  ~AgentProcesses();
  // Calls `ended` on the loop's thread, once for each process that ends while this lives. The loop outlives this.
  void watch(boost::asio::io_context& loop, std::function<void(const std::string& name)> ended);

 private:
  struct Watched;
  std::vector<std::string> names_;
  std::vector<pid_t> pids_;
  std::vector<std::unique_ptr<Watched>> watched_;
};

// The program of this name beside our own binary.
std::string program_beside(const std::string& name);

}  // namespace shakedown
