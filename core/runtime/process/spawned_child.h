// The moment between fork and exec. Everything here runs in the child of a process with threads, so it only makes
// calls that are safe in a signal handler, on texts that were prepared before the fork.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace shakedown {

struct Command;

enum class SpawnStage { folder, stat_file, pid_file, exec };
// Sent through the status pipe when the program could not be run.
struct SpawnFailure {
  SpawnStage stage = SpawnStage::exec;
  int error = 0;
};

// The child's stdin, stdout, stderr and the status pipe: all >= 3, and the caller's.
struct SpawnDescriptors {
  int input, output, errors, status;
};

// Everything the child needs, allocated in the parent.
struct SpawnPlan {
  SpawnPlan(const Command& command, const std::string& program, SpawnDescriptors descriptors);

  std::string program, folder, pid_file, pid_temporary, stat_file;
  std::vector<std::string> arguments, variables;
  std::vector<char*> argv;         // into arguments, null-terminated
  std::vector<char*> environment;  // into variables, null-terminated; or ours
  SpawnDescriptors descriptors;
  pid_t ends_with = 0;  // this process; 0 = it does not
};

// Returns the child's pid, or -1 with errno. The child never returns.
pid_t fork_and_run(const SpawnPlan& plan);

}  // namespace shakedown
