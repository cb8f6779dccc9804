// The agent's end over gRPC: dials, and dials again when the stream breaks, repeating what the controller has not taken.
// Threads: as AgentLink. The loop is kept alive from dial until closed was called or the link is destroyed.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>

#include "core/base/result.h"
#include "core/wire/credentials/credentials.h"
#include "core/wire/link.h"

namespace shakedown {

struct DialOptions {
  Duration connect = std::chrono::seconds(5);  // for the first connection; blocks the caller
  Duration resume = std::chrono::seconds(10);  // a broken stream is dialled again for so long
  std::optional<Credentials> credentials;      // an agent's: mutual TLS in place of the token
};

// Connects to a ControllerServer. A wrong token is told by closed, not here.
// Errors: usage (no HOST:PORT), refused (not this host, without credentials; or one side does not believe the other's
// certificate), unavailable (nobody answers within `connect`).
Result<std::unique_ptr<AgentLink>> dial(const std::string& address, const std::string& token, boost::asio::io_context& loop,
                                        DialOptions options = {});

}  // namespace shakedown
