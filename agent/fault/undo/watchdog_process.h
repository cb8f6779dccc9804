// The agent's end of its watchdog: a separate process in a session of its own that undoes everything in a folder when
// its stdin closes or the lease ends. Ownership: closing that lets it end. Threads: the loop's thread.
#pragma once

#include <string>

#include "core/base/result.h"
#include "core/runtime/process/child_process.h"

namespace shakedown {

class WatchdogProcess {
 public:
  // Executes `program watch folder`; its log lines are appended to log_file.
  static Result<WatchdogProcess> spawn(const std::string& program, const std::string& folder, const std::string& log_file);
  WatchdogProcess(WatchdogProcess&&) = default;
  WatchdogProcess& operator=(WatchdogProcess&&) = default;
  // Closes its stdin and gives it a second to end, so that no zombie stays.
  ~WatchdogProcess();

  // True once it has said that it watches, and while it runs.
  bool ready();
  // True once it has said this line.
  bool has_said(const std::string& line);
  // It undoes everything if this is not called again within the lease. Never blocks.
  void renew(Duration lease);
  // "look", "clean" or "undo ID": see watchdog.cc. Never blocks.
  void send(const std::string& order);
  pid_t pid() const { return child_.pid(); }
  int pidfd() const { return child_.pidfd(); }
  std::optional<ExitStatus> poll() { return child_.poll(); }

 private:
  void wake() const;  // somebody may have stopped it: a guard that stands still is none
  WatchdogProcess(ChildProcess child, FileDescriptor orders, FileDescriptor answers)
      : child_(std::move(child)), orders_(std::move(orders)), answers_(std::move(answers)) {}
  ChildProcess child_;
  FileDescriptor orders_, answers_;
  std::string said_ = "\n";
};

}  // namespace shakedown
