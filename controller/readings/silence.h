// A silence of an Alertmanager, by its API (v2). Ownership: refers to nothing. Threads: one; blocks for at most a few seconds.
#pragma once

#include <string>

#include "controller/model/scenario.h"
#include "core/base/result.h"

namespace shakedown {

// A new one, or an old one renewed from now on: its id. The address stands in errors without credentials.
Result<std::string> set_silence(const Scenario& scenario, const SilenceOrder& order);
Result<void> lift_silence(const Scenario& scenario, const std::string& id);

}  // namespace shakedown
