// Whether the agent whose records a folder holds still lives, for everybody who sees the folder: an agent holds a lock beside it,
// which the kernel lets go when it dies. Its process number says that to nobody in another pid namespace.
// Ownership: the lock's file goes with the folder. Threads: the loop's thread.
#pragma once

#include <string>

#include "agent/fault/undo/record.h"
#include "core/base/result.h"
#include "core/runtime/file_descriptor.h"

namespace shakedown {

class OwnerLock {
 public:
  OwnerLock() = default;
  OwnerLock(OwnerLock&&) = default;
  OwnerLock& operator=(OwnerLock&&) = default;

  // Before the folder is made. Errors: io, locked.
  static Result<OwnerLock> hold(const std::string& folder);

 private:
  explicit OwnerLock(FileDescriptor file) : file_(std::move(file)) {}
  FileDescriptor file_;
};

// owner: as one of the folder's records names it, else of its name.
bool owner_alive(const std::string& folder, const Owner& owner);
// The file of a lock that nobody holds any more.
void remove_owner_lock(const std::string& folder);

}  // namespace shakedown
