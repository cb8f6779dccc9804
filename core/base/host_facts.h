// What a host is: printed in the manifest, compared between agents. Plain value.
#pragma once

#include <cstdint>
#include <string>

namespace shakedown {

struct HostFacts {
  std::string hostname, kernel, cpu_model;
  uint32_t cores = 0;
  uint64_t memory_bytes = 0;
  uint64_t boot_id_hash = 0;  // equal on two agents = the same host
};

}  // namespace shakedown
