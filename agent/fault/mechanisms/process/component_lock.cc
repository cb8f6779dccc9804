#include "agent/fault/mechanisms/process/component_lock.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "agent/fault/mechanisms/process/pidfile.h"
#include "agent/fault/undo/state_folders.h"
#include "core/base/clock.h"
#include "core/base/log.h"

namespace shakedown {
namespace {

constexpr Duration kLockPoll = std::chrono::milliseconds(2);

// /run/x.pid and /var/run/x.pid are one file.
std::string canonical(const std::string& key) {
  if (key.empty() || key[0] != '/') return key;
  std::error_code error;
  const std::filesystem::path path = std::filesystem::weakly_canonical(key, error);
  return error ? key : path.string();
}

Result<FileDescriptor> open_lock(const std::string& lock_dir, const std::string& key, const char* suffix) {
  SHAKEDOWN_TRY(prepare_private_folder(lock_dir));
  const std::string path = lock_dir + "/" + lock_name(key) + suffix;
  FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.valid()) return fail(errno_error("cannot open the lock file " + path, errno));
  return file;
}

// What the file says: pid, run, then one state_dir a line.
struct Noted {
  pid_t pid = 0;
  std::string run_id;
  std::vector<std::string> state_dirs;
};

Noted read_noted(int file) {
  char buffer[8192];
  const ssize_t length = ::pread(file, buffer, sizeof buffer, 0);
  std::istringstream in(std::string(buffer, length > 0 ? static_cast<size_t>(length) : 0));
  Noted noted;
  std::string line;
  if (std::getline(in, line)) noted.pid = static_cast<pid_t>(std::atol(line.c_str()));
  std::getline(in, noted.run_id);
  while (std::getline(in, line)) {
    const bool known = std::find(noted.state_dirs.begin(), noted.state_dirs.end(), line) != noted.state_dirs.end();
    if (!line.empty() && !known) noted.state_dirs.push_back(line);
  }
  return noted;
}

// A child that a dead holder was about to start keeps the lock until it runs its program: a moment.
bool lock_file(int file) {
  for (int attempt = 0; attempt < 100; ++attempt) {
    if (::flock(file, LOCK_EX | LOCK_NB) == 0) return true;
    const auto holder = look_at(read_noted(file).pid);
    if (holder.has_value() && holder.value() && !holder.value()->gone()) return false;
    ::poll(nullptr, 0, 10);
  }
  return false;
}

}  // namespace

std::string lock_name(const std::string& key) { return file_name_for(canonical(key)); }

Result<ComponentLock> ComponentLock::acquire(const std::string& lock_dir, const std::string& key, const std::string& component,
                                             const LockHolder& holder, LockFor why) {
  SHAKEDOWN_TRY(auto file, open_lock(lock_dir, key, ".lock"));
  const bool free = lock_file(file.get());
  Noted noted = read_noted(file.get());
  if (!free) {
    return fail(ErrorKind::locked, "component " + component + " (" + key + ") is used by run " +
                                       (noted.run_id.empty() ? "?" : noted.run_id) + ", process " + std::to_string(noted.pid) +
                                       ", on this host; wait for its end or stop it");
  }
  ComponentLock lock(std::move(file), holder, std::move(noted.state_dirs));
  const Result<void> written = lock.write();
  if (written.has_error() && why == LockFor::drill) return fail(written.error());
  if (written.has_error()) log::warning(written.error().message, {{"component", component}});
  return lock;
}

Result<void> ComponentLock::write() {
  std::string text = std::to_string(holder_.owner.process.pid) + "\n" + holder_.owner.run_id + "\n" + holder_.state_dir + "\n";
  for (const std::string& dir : abandoned_) text += dir + "\n";
  // The new text goes over the old one before the rest is cut, so that a crash loses no folder's name for good: a name
  // cut in half is a folder that does not exist.
  if (::pwrite(file_.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()) ||
      ::ftruncate(file_.get(), static_cast<off_t>(text.size())) != 0 || ::fsync(file_.get()) != 0) {
    return fail(errno_error("cannot write a component's lock file", errno));
  }
  return ok();
}

void ComponentLock::abandoned_swept() {
  abandoned_.clear();
  const Result<void> written = write();
  if (written.has_error()) log::warning(written.error().message);
}

void ComponentLock::leave_in_order() {
  if (file_.valid() && ::ftruncate(file_.get(), 0) == 0) ::fsync(file_.get());
}

namespace {

sockaddr_un abstract_name(const std::string& what, socklen_t& length) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = "shakedown/" + file_name_for(what);
  const size_t size = std::min(name.size(), sizeof address.sun_path - 1);
  std::copy_n(name.begin(), size, address.sun_path + 1);  // after a zero: no file
  length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + size);
  return address;
}

std::string holder_of(const sockaddr_un& address, socklen_t length) {
  const FileDescriptor caller(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  ucred peer{};
  socklen_t size = sizeof peer;
  const bool reached = ::connect(caller.get(), reinterpret_cast<const sockaddr*>(&address), length) == 0 &&
                       ::getsockopt(caller.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
  return reached ? "process " + std::to_string(peer.pid) + " of user " + std::to_string(peer.uid) : "another process";
}

Result<FileDescriptor> take(const std::string& what, const std::string& component) {
  FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  socklen_t length = 0;
  const sockaddr_un address = abstract_name(what, length);
  const bool bound = socket.valid() && ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), length) == 0;
  if (bound && ::listen(socket.get(), 1) == 0) return socket;
  if (errno != EADDRINUSE) return fail(errno_error("cannot lock component " + component + " on this host", errno));
  return fail(ErrorKind::locked, "component " + component + " (" + what + ") is used by another run, " +
                                     holder_of(address, length) + ", on this host; wait for its end or stop it");
}

// What a component is at this moment.
struct Identity {
  std::set<std::string> names;
  std::string inode;    // one of them; empty while there is no pidfile
  FileDescriptor file;  // of that inode
};

Identity identity_of(const std::string& key, const Component& component) {
  Identity out;
  out.names.insert("pidfile " + canonical(key));
  if (!component.process()) return out;
  struct stat info {};
  out.file = FileDescriptor(::open(component.process()->pidfile.c_str(), O_PATH | O_CLOEXEC));
  if (out.file.valid() && ::fstat(out.file.get(), &info) == 0) {
    out.inode = "inode " + std::to_string(info.st_dev) + ":" + std::to_string(info.st_ino);
    out.names.insert(out.inode);
  }
  const Result<Sighting> seen = look(*component.process());
  if (seen.has_value() && seen.value().presence == Presence::running) {
    const ProcessRef& ref = seen.value().process->ref();
    out.names.insert("process " + std::to_string(ref.pid) + " started at " + std::to_string(ref.start));
  }
  return out;
}

}  // namespace

Result<void> HostLocks::hold(const std::string& key, const Component& component) {
  Identity is = identity_of(key, component);
  const std::set<std::string>& now = is.names;
  std::map<std::string, FileDescriptor> fresh;
  for (const std::string& one : now) {
    if (held_.contains(one)) continue;
    SHAKEDOWN_TRY(auto socket, take(one, component.name));
    fresh[one] = std::move(socket);
  }
  for (auto& [one, socket] : fresh) held_[one].socket = std::move(socket);
  for (const std::string& one : now) held_[one].of.insert(component.name);
  if (!is.inode.empty()) held_[is.inode].file = std::move(is.file);
  for (auto it = held_.begin(); it != held_.end();) {
    if (!now.contains(it->first)) it->second.of.erase(component.name);
    it = it->second.of.empty() ? held_.erase(it) : std::next(it);
  }
  return ok();
}

Task<Result<FileDescriptor>> lock_start(std::string lock_dir, std::string pidfile, MonoTime limit, OneShot* end) {
  Result<FileDescriptor> file = open_lock(lock_dir, pidfile, ".start");
  if (file.has_error()) co_return fail(file.error());
  while (::flock(file.value().get(), LOCK_EX | LOCK_NB) != 0) {
    if (mono_now() >= limit) {
      co_return fail(ErrorKind::unavailable, "another start of the component in " + pidfile + " has not ended");
    }
    const MonoTime next = mono_now() + kLockPoll;
    if (co_await wait_until(next, end) == Woken::ended) co_return fail(ErrorKind::cancelled, "cancelled");
  }
  co_return std::move(file.value());
}

}  // namespace shakedown
