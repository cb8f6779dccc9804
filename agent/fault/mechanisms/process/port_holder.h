// Which process of this host answers at a TCP port, by the kernel's own word: who has the listening socket open.
// Threads: safe everywhere; nothing is kept.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

namespace shakedown {

// own: one of the processes asked about, or of their descendants. nobody: nothing listens there. unknown: the
// kernel does not let us look.
enum class Holder { unknown, nobody, own, other };

struct PortHolder {
  Holder who = Holder::unknown;
  std::string name;  // other: "nginx (process 12)", or "a process that we may not look at"
};

// host: a literal loopback address or "localhost"; any other host: unknown.
PortHolder holder_of_port(const std::string& host, uint16_t port, const std::vector<pid_t>& own);

}  // namespace shakedown
