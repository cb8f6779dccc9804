// An agent on a thread of the controller's own process, for local runs. The same Agent as in shakedown-agent.
// Threads: construct, start and destroy from one thread; the agent's thread blocks every signal.
#pragma once

#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "core/wire/link.h"

namespace shakedown {

class InProcessAgent {
 public:
  InProcessAgent(std::string name, uint32_t workers, std::string work_dir);
  // Waits until the agent has ended (its controller said Shutdown or closed the stream).
  ~InProcessAgent();
  InProcessAgent(const InProcessAgent&) = delete;
  InProcessAgent& operator=(const InProcessAgent&) = delete;

  boost::asio::io_context& loop();
  // The agent's end of a memory_link made for loop().
  void start(std::unique_ptr<AgentLink> link);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace shakedown
