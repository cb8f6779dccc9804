// Runs one measured process and reads its output and processor time.
#pragma once

#include <string>
#include <vector>

namespace shakedown {

struct ChildRun {
  std::string output;
  double cpu_seconds = 0;  // user and system, from wait4
  bool ok = false;         // exited with 0
};

// argv[0] is searched in PATH; the process is pinned to one core (cpu >= 0).
ChildRun run_child(const std::vector<std::string>& argv, int cpu);

}  // namespace shakedown
