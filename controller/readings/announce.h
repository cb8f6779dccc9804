// One announcement to one place. Ownership: refers to nothing. Threads: one; blocks for at most a few seconds.
#pragma once

#include <string>

#include "controller/model/scenario.h"

namespace shakedown {

// Error: it was not delivered, and why; the address stands in it without credentials.
Result<void> deliver(const Scenario& scenario, const AnnounceTo& to, const std::string& json);

// "https://hooks.example.com": what stands behind the host is often a secret.
std::string place_of(const std::string& url);

}  // namespace shakedown
