// Which process is meant, in a way that a reused pid cannot fool: a pidfd held open, or pid and start time.
// Ownership: ProcessHandle is move-only and owns its pidfd. Threads: safe everywhere.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "core/base/result.h"
#include "core/model/fault.h"
#include "core/runtime/file_descriptor.h"

namespace shakedown {

// A process of this boot, by value. start: clock ticks since boot (proc(5), /proc/PID/stat field 22).
struct ProcessRef {
  pid_t pid = 0;
  uint64_t start = 0;
  friend bool operator==(const ProcessRef&, const ProcessRef&) = default;
};

struct ProcessStat {
  ProcessRef ref;
  char state = '?';  // R S D T t Z X ...
  pid_t parent = 0, group = 0, session = 0;
  uint64_t flags = 0;
  bool gone() const { return state == 'Z' || state == 'X' || state == 'x'; }
  bool kernel_thread() const;
};

// Nullopt when there is no such process. Error io: it could not be looked at (no descriptor is left, say), which must not be
// taken for its end.
Result<std::optional<ProcessStat>> look_at(pid_t pid);
// Text form as in proc(5), for a copied stat file.
std::optional<ProcessStat> parse_process_stat(const std::string& text);
// Every process that is visible and not a zombie. Error io as look_at.
Result<std::vector<ProcessStat>> list_processes();
// True when every thread of it is seen stopped by a signal (state T). False when it is gone.
bool all_threads_stopped(pid_t pid);
// True when it has been told to die and has not ended yet: it is exiting, or SIGKILL is pending (which the kernel makes of
// every signal that ends a process at once).
bool is_dying(const ProcessRef& ref);
// True while this very process runs (not a zombie, not another one with its pid), and while that cannot be told.
bool is_running(const ProcessRef& ref);
ProcessRef own_process();
// The inode of our pid namespace: a process number means what it says only there. 0 = it cannot be seen.
uint64_t own_pid_namespace();
// Differs after a reboot.
const std::string& boot_id();

class ProcessHandle {
 public:
  // Errors: unavailable (no such process), refused (no pidfd in this kernel), io (it could not be looked at).
  static Result<ProcessHandle> open(pid_t pid);
  // Only this very process. Error unavailable when it is gone.
  static Result<ProcessHandle> open(const ProcessRef& ref);

  const ProcessRef& ref() const { return ref_; }
  pid_t pid() const { return ref_.pid; }
  int pidfd() const { return pidfd_.get(); }
  bool exited() const;  // a zombie has exited
  // Errors: unavailable (gone), refused (no permission).
  Result<void> signal(int signal) const;

 private:
  ProcessHandle(ProcessRef ref, FileDescriptor pidfd) : ref_(ref), pidfd_(std::move(pidfd)) {}
  ProcessRef ref_;
  FileDescriptor pidfd_;
};

// For an undo: fine when it is gone. Where it cannot be looked at it is meant by its number alone, since SIGCONT does no harm to
// a process that is not stopped.
void continue_process(const ProcessRef& ref);

// Empty when the process may be touched; else why not: pid 1, ourselves, an ancestor of ours, a kernel thread.
std::string why_protected(const ProcessStat& stat);

// Empty when the process runs spec.exe as spec.user (each if declared); else what was found instead: "runs /bin/sleep; expected
// nginx".
// Errors: refused (neither is declared, the user does not exist, or the executable cannot be read), io (as look_at).
Result<std::string> why_foreign(const ProcessSpec& spec, pid_t pid);

// Effective user of a process. Nullopt when it is gone. Error io as look_at.
Result<std::optional<uid_t>> user_of(pid_t pid);

// Ok when the kernel can do what identity needs (pidfd_open, pidfd_send_signal). Error refused says what is missing.
Result<void> check_pidfd_support();

}  // namespace shakedown
