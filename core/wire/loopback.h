// How an address is written, and which ones plain gRPC may use: this host only, because nothing but the join token protects it.
#pragma once

#include <string>

#include "core/base/result.h"

namespace shakedown {

// HOST:PORT or unix:/PATH. Error usage: no port, or a path too long.
Result<void> require_address(const std::string& address);
// Success for 127.x.x.x:PORT, localhost:PORT, [::1]:PORT and unix:/PATH. Errors: refused (another host; the text says that
// certificates are needed), usage (as require_address).
Result<void> require_loopback(const std::string& address);
bool is_unix_address(const std::string& address);

}  // namespace shakedown
