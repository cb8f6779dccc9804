// One TLS handshake with a controller before gRPC dials it, because gRPC tells no reason when one fails: who answered, whether it
// is a controller of our authority by this name, and whether it takes our certificate.
// Threads: blocks the caller.
#pragma once

#include <string>

#include "core/base/result.h"
#include "core/wire/credentials/credentials.h"

namespace shakedown {

struct Answered {
  std::string address;     // "10.0.0.7:7000"
  std::string controller;  // the name in its certificate
};
// host_port: as HOST:PORT, the name among the controller's. Tries again until `limit`
// while nobody answers. Errors: unavailable (nobody answers), refused (either side does not believe the other, with the reason).
Result<Answered> shake_hands_once(const std::string& host_port, const Credentials& credentials, Duration limit);

}  // namespace shakedown
