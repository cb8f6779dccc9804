#include "agent/fault/undo/state_folders.h"

#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "core/base/rng.h"
#include "core/runtime/file_descriptor.h"

namespace shakedown {
namespace {

constexpr size_t kLongestRecord = 16 << 20;  // bytes

bool is_own_folder(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == ::geteuid();
}

std::string folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

bool write_all(int file, const std::string& text) {
  for (size_t done = 0; done < text.size();) {
    const ssize_t wrote = ::write(file, text.data() + done, text.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    done += static_cast<size_t>(wrote);
  }
  return true;
}

}  // namespace

namespace {

std::string from_environment(const char* name) {
  const char* value = ::getenv(name);
  return value != nullptr && value[0] == '/' ? value : "";
}

// A folder that somebody names is taken from where he stands.
std::string named_dir() {
  const char* value = ::getenv("SHAKEDOWN_STATE_DIR");
  return value == nullptr || *value == '\0' ? "" : std::filesystem::absolute(value).lexically_normal().string();
}

// Not in it: what is there already, and may be only ours.
std::string why_not_private(const std::string& folder) {
  if (::access(folder.c_str(), F_OK) == 0) {
    if (!is_own_folder(folder)) return folder + " is no folder of ours";
    return ::access(folder.c_str(), W_OK | X_OK) == 0 ? "" : folder + " cannot be written";
  }
  std::string above = folder_of(folder);
  while (above != "/" && above != "." && ::access(above.c_str(), F_OK) != 0) above = folder_of(above);
  return ::access(above.c_str(), W_OK | X_OK) == 0 ? "" : above + " cannot be written";
}

std::string durable_dir() {
  if (::geteuid() == 0) return "/var/lib/shakedown";
  const std::string state = from_environment("XDG_STATE_HOME"), home = from_environment("HOME");
  if (!state.empty()) return state + "/shakedown";
  return home.empty() || !is_own_folder(home) ? "" : home + "/.local/state/shakedown";
}

std::string passing_dir() {
  if (::geteuid() == 0) return "/run/shakedown";
  const std::string runtime = from_environment("XDG_RUNTIME_DIR");
  if (!runtime.empty() && is_own_folder(runtime)) return runtime + "/shakedown";
  return "/tmp/shakedown-" + std::to_string(::geteuid());
}

// The file system is memory: the folder itself, or the nearest one above that exists.
bool in_memory(std::string folder) {
  struct statfs info {};
  while (::statfs(folder.c_str(), &info) != 0 && folder != "/" && folder != ".") folder = folder_of(folder);
  return info.f_type == TMPFS_MAGIC || info.f_type == RAMFS_MAGIC;
}

}  // namespace

StatePlace state_place() {
  const std::string named = named_dir();
  const std::string durable = named.empty() ? durable_dir() : named;
  if (durable.empty()) return {passing_dir(), false, "this user has no home folder of his own"};
  const std::string trouble = named.empty() ? why_not_private(durable) : "";
  if (!trouble.empty()) return {passing_dir(), false, trouble};
  return in_memory(durable) ? StatePlace{durable, false, durable + " is in memory"} : StatePlace{durable, true, ""};
}

std::string default_state_dir() { return state_place().dir; }

std::vector<std::string> state_dirs() {
  std::vector<std::string> dirs{default_state_dir()};
  if (!named_dir().empty()) return dirs;
  for (const std::string& other : {durable_dir(), passing_dir()}) {
    if (!other.empty() && other != dirs.front()) dirs.push_back(other);
  }
  return dirs;
}

std::string state_place_text() {
  const StatePlace place = state_place();
  if (place.durable) return place.dir + ", on a disk";
  return place.dir + ", which a power loss or the end of a login may empty: " + place.why_not +
         "; what is changed then stands until somebody takes it back by hand";
}

Result<void> prepare_private_folder(const std::string& folder) {
  std::error_code error;
  const std::string above = folder_of(folder);
  std::filesystem::create_directories(above, error);
  if (error) return fail(errno_error("cannot make the folder " + above, error.value()));
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return fail(errno_error("cannot make the state folder " + folder, errno));
  }
  struct stat info {};
  if (::lstat(folder.c_str(), &info) != 0) return fail(errno_error("cannot examine " + folder, errno));
  if (!S_ISDIR(info.st_mode)) return fail(ErrorKind::io, "the state folder " + folder + " is not a folder; remove it");
  if (info.st_uid != ::geteuid()) {
    return fail(ErrorKind::refused, "the state folder " + folder + " belongs to user " + std::to_string(info.st_uid) +
                                        ", expected " + std::to_string(::geteuid()) + "; remove it or name another");
  }
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return fail(ErrorKind::refused, "others may write in the state folder " + folder + "; chmod 0700 it");
  }
  return ok();
}

Result<void> sync_folder(const std::string& folder) {
  const FileDescriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.valid() || ::fsync(opened.get()) != 0) {
    return fail(errno_error("cannot make changes in " + folder + " durable", errno));
  }
  return ok();
}

Result<int> write_durably_locked(const std::string& path, const std::string& text) {
  const std::string temporary = path + ".new";
  FileDescriptor file = create_anew(temporary, 0600);
  const bool written = file.valid() && ::flock(file.get(), LOCK_EX | LOCK_NB) == 0 && write_all(file.get(), text) &&
                       ::fsync(file.get()) == 0 && ::rename(temporary.c_str(), path.c_str()) == 0;
  if (!written) {
    const int error = errno;
    ::unlink(temporary.c_str());
    return fail(errno_error("cannot write " + path + " durably", error));
  }
  SHAKEDOWN_TRY(sync_folder(folder_of(path)));
  return file.release();
}

Result<void> write_durably(const std::string& path, const std::string& text) {
  SHAKEDOWN_TRY(const int file, write_durably_locked(path, text));
  ::close(file);
  return ok();
}

Result<std::string> read_file(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.valid()) {
    return fail(errno_error("cannot open " + path, errno, errno == ENOENT ? ErrorKind::unavailable : ErrorKind::io));
  }
  std::string out;
  char buffer[4096];
  ssize_t got;
  while ((got = ::read(file.get(), buffer, sizeof buffer)) > 0) {
    out.append(buffer, static_cast<size_t>(got));
    if (out.size() > kLongestRecord) return fail(ErrorKind::io, path + " is longer than any record");
  }
  if (got < 0) return fail(errno_error("cannot read " + path, errno));
  return out;
}

std::string file_name_for(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
    if (plain || (!out.empty() && out.back() != '.')) out += plain ? c : '.';
  }
  if (out.size() > 60) out.erase(0, out.size() - 60);
  char hash[24];
  std::snprintf(hash, sizeof hash, "-%016llx", static_cast<unsigned long long>(stream_seed(0, text)));
  return out + hash;
}

}  // namespace shakedown
