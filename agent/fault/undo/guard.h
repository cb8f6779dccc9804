// Keeps a watchdog alive beside the agent while there may be something to undo, and its lease renewed.
// Ownership: owns the watchdog process. Threads: the loop's thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "agent/fault/undo/watchdog_process.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/runtime/waiting.h"

namespace shakedown {

struct GuardOptions {
  std::string program, folder, log_file;
  // The watchdog has ended. replaced: another one is there. Otherwise nothing bounds a fault any more: lease_over says
  // whether it did its work at the end of the lease, else it could not be started again.
  std::function<void(std::string detail, bool replaced, bool lease_over)> ended;
};

class Guard : public std::enable_shared_from_this<Guard> {
 public:
  explicit Guard(GuardOptions options) : options_(std::move(options)) {}
  // Spawns the first one. Errors as WatchdogProcess::spawn.
  Result<void> start();
  // Until close(). Keep the shared_ptr in the coroutine.
  static Task<void> watch(std::shared_ptr<Guard> self);
  // Error unavailable when no watchdog gets ready, or the lease is over.
  Task<Result<void>> wait_ready();
  void renew(Duration lease);
  bool has_lease() const { return lease_end_ != kNever; }
  bool lease_over() const;
  pid_t pid() const { return watchdog_ ? watchdog_->pid() : 0; }
  // The watchdog looks at the records again, and remembers them.
  void tell_changed();
  // The watchdog tries to undo this record, with descriptors of its own. Returns when it has, or is gone, or at the limit.
  Task<void> hand_over(std::string id, MonoTime limit);
  // Lets the watchdog end by closing its stdin. clean: nothing stands, whatever it remembers.
  void close(bool clean);

 private:
  Result<void> spawn_again();
  GuardOptions options_;
  std::optional<WatchdogProcess> watchdog_;
  MonoTime lease_end_ = kNever;
  int spawned_ = 0;
  bool given_up_ = false;
  OneShot closing_;
  std::unique_ptr<OneShot> renewed_ = std::make_unique<OneShot>();  // replaced each time it fires
};

}  // namespace shakedown
