// What this process and host did between two readings: processor time, memory, time stolen by the
// hypervisor. Threads: one owner.
#pragma once

#include <cstdint>

#include "core/stats/snapshot.h"

namespace shakedown {

class HealthReader {
 public:
  HealthReader() { read(); }
  // cpu_seconds, steal_ratio (0..1 of all processor time of the host) and rss_bytes since the last
  // call.
  AgentHealth read();

 private:
  double cpu_ = 0;
  uint64_t host_total_ = 0, host_stolen_ = 0;
};

}  // namespace shakedown
