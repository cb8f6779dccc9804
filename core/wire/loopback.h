// Which addresses plain gRPC may use: this host only, because nothing but the join token protects the stream.
#pragma once

#include <string>

#include "core/base/result.h"

namespace shakedown {

// Success for 127.x.x.x:PORT, localhost:PORT, [::1]:PORT and unix:/PATH. Errors: refused (another host; the text says that mutual
// TLS comes later), usage (no port, or a path too long).
Result<void> require_loopback(const std::string& address);
bool is_unix_address(const std::string& address);

}  // namespace shakedown
