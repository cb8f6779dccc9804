// The controller's end over gRPC: listens on this host only and lets in who knows the join token, or, with credentials, on any
// address and lets in who shows the certificate of an agent (mutual TLS 1.3). Hands out one ControllerLink per agent. A link
// survives a broken stream if the agent returns within `resume`. Threads: construct and destroy on the loop's thread or while it
// does not run; accepted is called on the loop. The loop outlives the server; links may outlive the server (they are closed
// then).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>

#include "core/base/result.h"
#include "core/wire/credentials/credentials.h"
#include "core/wire/link.h"

namespace shakedown {

struct ListenOptions {
  Duration resume = std::chrono::seconds(10);  // a broken stream may return for so long; then closed(reason)
  std::optional<Credentials> credentials;      // a controller's: mutual TLS in place of the token
};

class ControllerServer {
 public:
  virtual ~ControllerServer() = default;
  // "127.0.0.1:40312", with the port the kernel chose, or "unix:/PATH".
  virtual std::string bound_address() const = 0;
};

// address as "127.0.0.1:0", or "unix:/PATH": a socket that only its owner may use. Errors: usage (no HOST:PORT), refused (another
// host than this one, without credentials), unavailable (in use).
Result<std::unique_ptr<ControllerServer>> listen(std::string address, std::string token, boost::asio::io_context& loop,
                                                 std::function<void(std::unique_ptr<ControllerLink>)> accepted,
                                                 const ListenOptions& options = {});

}  // namespace shakedown
