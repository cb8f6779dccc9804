// Runs of the load engine in this process, for the bench to measure from inside or from outside.
#pragma once

#include <cstdint>

#include "core/base/time.h"
#include "core/stats/snapshot.h"

namespace shakedown {

// Everything the engine reported; one worker.
Snapshot run_closed(uint16_t port, uint32_t users, Duration length);
Snapshot run_open(uint16_t port, double per_second, Duration length);

// Resident bytes of this process with so many plain connections that answered once and now idle.
struct IdleMemory {
  uint64_t connections = 0;
  uint64_t resident_bytes = 0;
};
IdleMemory idle_memory(uint16_t port, uint32_t connections);

}  // namespace shakedown
