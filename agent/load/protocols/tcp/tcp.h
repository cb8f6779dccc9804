// TCP, plain or in TLS: a text is sent, an answer is read until it ends, one at a time on a connection.
#pragma once

#include "agent/load/protocols/protocol.h"

namespace shakedown {

Protocol tcp_protocol();

}  // namespace shakedown
