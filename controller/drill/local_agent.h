// How a local run gets its agent without the controller knowing the agent's code: main.cc hands this in.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "core/wire/link.h"

namespace shakedown {

struct LocalAgentOptions {
  std::string name;
  uint32_t workers = 1;
  std::string work_dir;  // ledger crash copies; empty = a temporary folder
};

// An agent in this process, on its own thread. The destructor waits until it has ended.
class LocalAgent {
 public:
  virtual ~LocalAgent() = default;
  virtual boost::asio::io_context& loop() = 0;
  // Begins with the given end of a memory_link made for loop().
  virtual void start(std::unique_ptr<AgentLink> link) = 0;
};

using MakeLocalAgent = std::function<std::unique_ptr<LocalAgent>(const LocalAgentOptions&)>;

}  // namespace shakedown
