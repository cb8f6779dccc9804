// One stream between an agent and the controller, whatever carries it: gRPC or memory. Frames cross the codec
// in both cases, so that a local run proves the wire form too.
// Nothing is lost, doubled or reordered, also when the stream underneath breaks and returns.
// Threads: send and close are safe from any thread; received and closed are called on the loop given at creation; a link
// is destroyed on that loop's thread (also inside a handler) or after the loop has stopped. The loop outlives the link.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <boost/asio/io_context.hpp>

#include "core/base/result.h"
#include "core/wire/credentials/identity.h"
#include "core/wire/messages.h"

namespace shakedown {

// The agent's end.
class AgentLink {
 public:
  struct Handlers {
    std::function<void(ToAgent)> received;
    std::function<void(std::string reason)> closed;  // once; empty reason = orderly
  };
  virtual ~AgentLink() = default;
  // Before open nothing is delivered. Handlers run on the agent's loop.
  virtual void open(Handlers handlers) = 0;
  // Never blocks. After closed the message is dropped.
  virtual void send(ToController message) = 0;
  // Says no more; what was sent before is still delivered, then closed("") is called.
  virtual void close() = 0;
  // The name in the controller's certificate; empty where it shows none.
  virtual std::string controller() const { return ""; }
  // Messages that the controller has not yet taken; grows while the stream is broken. Any thread.
  virtual std::size_t unacknowledged() const { return 0; }
};

// The controller's end of the same stream.
class ControllerLink {
 public:
  struct Handlers {
    std::function<void(ToController)> received;
    std::function<void(std::string reason)> closed;
  };
  virtual ~ControllerLink() = default;
  virtual void open(Handlers handlers) = 0;
  virtual void send(ToAgent message) = 0;
  virtual void close() = 0;
  virtual std::string peer() const = 0;  // "memory", "127.0.0.1:40312"
  // Who the agent's certificate says it is; nullptr where none is asked for (the join token, a stream of this process).
  virtual const Identity* identity() const { return nullptr; }
};

// Both ends of an in-memory stream. Each message is encoded and decoded on the way.
std::pair<std::unique_ptr<AgentLink>, std::unique_ptr<ControllerLink>> memory_link(boost::asio::io_context& agent_loop,
                                                                                   boost::asio::io_context& controller_loop);

}  // namespace shakedown
