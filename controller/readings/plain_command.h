// A command of the scenario on the controller's own host, run to its end. Threads: one; blocks for at most the limit.
#pragma once

#include <string>
#include <vector>

#include "controller/model/scenario.h"
#include "core/runtime/process/child_process.h"

namespace shakedown {

// In the scenario's folder. more: "NAME=text" beside PATH, HOME, USER, LOGNAME, LANG, LC_ALL and TZ of ours; nothing else is
// found.
Result<CommandResult> run_plain(const Scenario& scenario, const std::vector<std::string>& argv, std::vector<std::string> more,
                                Duration limit);

}  // namespace shakedown
