// HTTP/1.1 over TCP or TLS: one request at a time on a connection, redirects not followed. What the target closes as we send is
// sent once more on a fresh connection where the method allows it (Call::retried; docs/adr/0012).
#pragma once

#include "agent/load/protocols/protocol.h"

namespace shakedown {

Protocol http1_protocol();

}  // namespace shakedown
