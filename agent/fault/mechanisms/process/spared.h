// Processes that are never touched, whatever belongs to the scope of a component: those that certain pidfiles name now. They are
// compared as processes, so that another name or a link of a pidfile makes no difference.
// Threads: safe everywhere; nothing is kept.
#pragma once

#include <string>
#include <vector>

#include "agent/fault/mechanisms/process/identity.h"
#include "core/base/result.h"
#include "core/model/fault.h"

namespace shakedown {

// Error refused when one of the processes is spared, or when it cannot be told which are.
Result<void> check_spared(const std::vector<std::string>& pidfiles, const std::vector<ProcessHandle>& processes);

// Takes those that are spared out. Error refused as above.
Result<void> leave_spared(const std::vector<std::string>& pidfiles, std::vector<ProcessHandle>& processes);

// Whether the component runs as declared and nothing of its scope is spared. Errors as find_process and check_spared.
Result<void> may_be_touched(const ProcessSpec& spec, const std::vector<std::string>& pidfiles);

}  // namespace shakedown
