#include "agent/fault/undo/owner_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

namespace shakedown {
namespace {

std::string file_of(const std::string& folder) { return folder + ".owner"; }

// Nothing where there is no lock.
std::optional<bool> is_held(const std::string& folder) {
  const FileDescriptor file(::open(file_of(folder).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file.valid()) return std::nullopt;
  return ::flock(file.get(), LOCK_SH | LOCK_NB) != 0;
}

}  // namespace

Result<OwnerLock> OwnerLock::hold(const std::string& folder) {
  FileDescriptor file(::open(file_of(folder).c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.valid()) return fail(errno_error("cannot make the lock " + file_of(folder), errno));
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    return fail(ErrorKind::locked, "another agent holds " + file_of(folder) + "; end it first");
  }
  return OwnerLock(std::move(file));
}

bool owner_alive(const std::string& folder, const Owner& owner) {
  if (const std::optional<bool> held = is_held(folder)) return *held;
  return owner.alive();
}

void remove_owner_lock(const std::string& folder) {
  if (is_held(folder) == false) ::unlink(file_of(folder).c_str());
}

}  // namespace shakedown
