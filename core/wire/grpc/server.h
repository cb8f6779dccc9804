// The controller's end over gRPC: listens on this host only, lets in who knows the join token, and hands out one
// ControllerLink per agent. A link survives a broken stream if the agent returns within `resume`.
// Threads: construct and destroy on the loop's thread or while it does not run; accepted is called on the loop. The
// loop outlives the server; links may outlive the server (they are closed then).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "core/base/result.h"
#include "core/wire/link.h"

namespace shakedown {

struct ListenOptions {
  Duration resume = std::chrono::seconds(10);  // a broken stream may return for so long; then closed(reason)
};

class ControllerServer {
 public:
  virtual ~ControllerServer() = default;
  // "127.0.0.1:40312", with the port the kernel chose, or "unix:/PATH".
  virtual std::string bound_address() const = 0;
};

// address as "127.0.0.1:0", or "unix:/PATH": a socket that only its owner may use. Errors: usage (no HOST:PORT), refused (another
// host than this one), unavailable (in use).
Result<std::unique_ptr<ControllerServer>> listen(std::string address, std::string token, boost::asio::io_context& loop,
                                                 std::function<void(std::unique_ptr<ControllerLink>)> accepted,
                                                 ListenOptions options = {});

}  // namespace shakedown
