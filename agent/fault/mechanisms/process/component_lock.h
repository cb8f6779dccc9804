// One run at a time touches a component of this host, whatever folder each keeps its records in.
// Ownership: the lock is held until the object goes or the process dies. Threads: safe everywhere.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "agent/fault/undo/record.h"
#include "core/base/result.h"
#include "core/runtime/file_descriptor.h"
#include "core/runtime/waiting.h"

namespace shakedown {

// Noted in the lock file: the next one finds out from it who holds it, or where a dead holder kept its records.
struct LockHolder {
  Owner owner;
  std::string state_dir;
};

// The lock file's name for a key: a pidfile (any spelling of its path), or any text.
std::string lock_name(const std::string& key);

// A full disk keeps nobody from taking back: there the note of the holder cannot be written, and an undo does without.
enum class LockFor { drill, undo };

class ComponentLock {
 public:
  // key: as lock_name. Error locked names the holder; io, refused: the folder.
  static Result<ComponentLock> acquire(const std::string& lock_dir, const std::string& key, const std::string& component,
                                       const LockHolder& holder, LockFor why = LockFor::drill);
  ComponentLock(ComponentLock&&) = default;
  ComponentLock& operator=(ComponentLock&&) = default;

  // The state_dirs of holders before us that did not leave in order. The lock file keeps naming them, for the case that
  // we die too, until they are swept.
  const std::vector<std::string>& abandoned() const { return abandoned_; }
  void abandoned_swept();
  // Everything is undone: nothing needs to be swept for this component.
  void leave_in_order();

 private:
  ComponentLock(FileDescriptor file, LockHolder holder, std::vector<std::string> abandoned)
      : file_(std::move(file)), holder_(std::move(holder)), abandoned_(std::move(abandoned)) {}
  Result<void> write();
  FileDescriptor file_;
  LockHolder holder_;
  std::vector<std::string> abandoned_;
};

// An undo or a recovery is not put off because our own folders were taken away: it goes on without a lock or a log.
inline bool may_lack(const Error& error, const CommandNote& note) {
  return !note.required && (error.kind == ErrorKind::io || error.kind == ErrorKind::refused);
}

// Host-wide, for all users, and without files that somebody could delete: held as names of abstract Unix sockets, which the
// kernel gives to one process at a time and takes back when it ends. For each component: its pidfile by name and by inode,
// and the process that the pidfile names. What several components of one run share is held once.
class HostLocks {
 public:
  // Holds what the component is now, instead of what it was; on failure, what it was. Error locked names the holder.
  Result<void> hold(const std::string& key, const Component& component);

 private:
  struct Held {
    FileDescriptor socket;
    std::set<std::string> of;  // components
    FileDescriptor file;       // of an inode: the kernel gives its number to no other file while it is open
  };
  std::map<std::string, Held> held_;
};

// Serializes starts of one component between processes; closed when the descriptor goes. Errors: unavailable (another
// start did not end within the limit), cancelled, io.
Task<Result<FileDescriptor>> lock_start(std::string lock_dir, std::string pidfile, MonoTime limit, OneShot* end);

}  // namespace shakedown
