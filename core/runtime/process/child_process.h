// Programs started without a shell, each in a session of its own, so that a terminal's signals and the end of this
// process do not reach them. Ownership: ChildProcess is move-only and does not kill on destruction.
// Threads: the loop's thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/runtime/file_descriptor.h"
#include "core/runtime/waiting.h"

namespace shakedown {

// What to start. Every descriptor but 0, 1 and 2 is closed; signals are at their defaults.
struct Command {
  std::vector<std::string> argv;                        // argv[0] is found by find_program
  std::optional<std::vector<std::string>> environment;  // "NAME=text"; nullopt = ours
  std::string folder;                                   // where it runs; empty = where we are
  std::string log_file;                                 // output is appended here; empty = /dev/null, or captured by run_command
  std::string pid_file;       // made by the child before it runs the program; never replaces a file. Empty = none
  std::string stat_file;      // gets the child's /proc/self/stat at the same moment. Empty = none
  int input = -1;             // stays the caller's; -1 = /dev/null
  int output = -1;            // stays the caller's; -1 = as log_file says
  std::string error_file;     // stderr is appended here; empty = it goes where stdout goes
  bool ends_with_us = false;  // it (not what it started) is killed when this process ends, however; unless it changes its user
};

struct ExitStatus {
  int code = 0;    // when it exited
  int signal = 0;  // when a signal ended it, else 0
  bool ok() const { return code == 0 && signal == 0; }
  std::string text() const;  // "exit code 3", "signal 9 (Killed)"
};

class ChildProcess {
 public:
  ChildProcess() = default;
  ChildProcess(pid_t pid, FileDescriptor pidfd) : pid_(pid), pidfd_(std::move(pidfd)) {}
  ChildProcess(ChildProcess&& other) noexcept
      : pid_(std::exchange(other.pid_, 0)), pidfd_(std::move(other.pidfd_)), ended_(std::exchange(other.ended_, {})) {}
  ChildProcess& operator=(ChildProcess&& other) noexcept {
    pid_ = std::exchange(other.pid_, 0);
    pidfd_ = std::move(other.pidfd_);
    ended_ = std::exchange(other.ended_, {});
    return *this;
  }

  pid_t pid() const { return pid_; }
  int pidfd() const { return pidfd_.get(); }
  bool valid() const { return pid_ > 0; }
  // Reaps it when it has ended. Nullopt while it runs.
  std::optional<ExitStatus> poll();
  // Kills its whole process group (it leads one).
  void kill_group(int signal) const;

 private:
  pid_t pid_ = 0;
  FileDescriptor pidfd_;
  std::optional<ExitStatus> ended_;
};

// With a '/': as it is (relative to the command's folder). Without: our own executable's folder first, then the path (ours, when
// null).
// Error unavailable names where it was looked for.
Result<std::string> find_program(const std::string& name, const char* path = nullptr);

// Returns once the program runs. Errors: unavailable (not found, not executable, folder missing), locked (pid_file
// exists already), refused (no pidfd_open in this kernel), io.
Result<ChildProcess> spawn(const Command& command);

// Waits and reaps. Nullopt when `end` fired or the limit came first.
Task<std::optional<ExitStatus>> wait_exit(ChildProcess& child, MonoTime limit = kNever, OneShot* end = nullptr);

struct CommandResult {
  ExitStatus status;
  bool timed_out = false;  // killed with its group at the limit
  bool cancelled = false;  // killed with its group because `end` fired
  std::string output;      // the last 4 KiB of stdout and stderr
  MonoTime started{}, ended{};
  bool ok() const { return status.ok() && !timed_out && !cancelled; }
  // "exit code 3; output: ...", "no end within 30s; output: ..."
  std::string text() const;
};

// What becomes of processes that a command leaves in its group when it ends by itself.
enum class LeftBehind { kept, killed };

// Runs a command to its end. A command that leaves a background process behind must redirect that one's output.
Task<Result<CommandResult>> run_command(Command command, Duration limit, OneShot* end = nullptr,
                                        LeftBehind left = LeftBehind::kept);

}  // namespace shakedown
