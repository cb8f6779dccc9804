// Reads the facts of this host. Threads: safe everywhere.
#pragma once

#include "core/base/host_facts.h"

namespace shakedown {

// uname, /proc/cpuinfo, sysconf, and a hash of the kernel's boot id (0 where it cannot be read).
HostFacts read_host_facts();

}  // namespace shakedown
