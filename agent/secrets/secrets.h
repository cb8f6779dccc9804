// Values of declared secrets, read on this agent only. They go into request bytes and nowhere
// else: no error, log line or report may carry one.
// Ownership: plain value. Threads: immutable after resolving.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/model/operation.h"

namespace shakedown {

using Secrets = std::map<std::string, std::string>;  // by name
// Where texts are made of them, the run's id stands among them by this name, which no secret may have.
inline constexpr const char* kRunText = "run";

// From the environment or a file (its trailing line breaks are not part of the secret). Errors, all
// naming the secret: unavailable (no such variable or regular file, or one of over 64 KiB), scenario (a line break or NUL inside,
// which no header can carry).
Result<Secrets> resolve_secrets(const std::vector<Secret>& declared);
// Those of them that can be read here: what must be hidden even where another one is missing.
Secrets readable_secrets(const std::vector<Secret>& declared);

}  // namespace shakedown
