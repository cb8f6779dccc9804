#include "agent/fault/mechanisms/process/pidfile.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/trusted_path.h"

namespace shakedown {
namespace {

Error unsafe(const std::string& path, const std::string& pidfile, const std::string& why) {
  return Error(ErrorKind::refused,
               path + " " + why + ", so the pidfile " + pidfile + " could name any process; chmod go-w it, or move the pidfile");
}

// The process's own user may name its own process: it could signal it anyway.
Result<void> check_folders(const std::string& pidfile, std::optional<uid_t> process_user) {
  SHAKEDOWN_TRY(const auto found, exchangeable_above(pidfile, Sticky::keeps_only_above, process_user));
  if (found) return fail(unsafe(found->folder, pidfile, found->why));
  return ok();
}

Result<void> check_file(int file, const std::string& pidfile, std::optional<uid_t> process_user) {
  struct stat info {};
  if (::fstat(file, &info) != 0) return fail(errno_error("cannot examine the pidfile " + pidfile, errno));
  if (!S_ISREG(info.st_mode)) return fail(ErrorKind::refused, "the pidfile " + pidfile + " is not a regular file");
  if (others_may_write(info)) return fail(unsafe(pidfile, pidfile, "can be changed by others"));
  if (!trusted_owner(info.st_uid, process_user)) {
    return fail(unsafe(pidfile, pidfile, "belongs to user " + std::to_string(info.st_uid)));
  }
  return check_folders(pidfile, process_user);
}

// The first line of the file (PostgreSQL writes more). Nullopt when it is empty.
Result<std::optional<pid_t>> read_pid(int file, const std::string& pidfile) {
  char buffer[64];
  const ssize_t length = ::pread(file, buffer, sizeof buffer, 0);
  if (length < 0) return fail(errno_error("cannot read the pidfile " + pidfile, errno));
  std::string line(buffer, static_cast<size_t>(length));
  line.erase(std::min(line.find('\n'), line.size()));
  const size_t first = line.find_first_not_of(" \t\r"), last = line.find_last_not_of(" \t\r");
  if (first == std::string::npos) return std::optional<pid_t>();
  line = line.substr(first, last - first + 1);
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), pid);
  if (error != std::errc() || end != line.data() + line.size() || pid <= 0) {
    return fail(ErrorKind::refused,
                "the pidfile " + pidfile + " must begin with the number of a process, found \"" + line + "\"");
  }
  return std::optional<pid_t>(pid);
}

Sighting missing(Presence presence, std::string why, pid_t named = 0) {
  return Sighting{presence, std::move(why), named, std::nullopt};
}

Result<Sighting> examine(const ProcessSpec& spec, pid_t pid) {
  const std::string names = "the pidfile " + spec.pidfile + " names process " + std::to_string(pid);
  Result<ProcessHandle> process = ProcessHandle::open(pid);
  if (process.has_error()) {
    if (process.error().kind != ErrorKind::unavailable) return fail(process.error());
    return missing(Presence::gone, names + ", which does not exist", pid);
  }
  const auto stat = look_at(pid);
  const std::string protection = stat.has_value() && stat.value() ? why_protected(*stat.value()) : "";
  const Result<std::string> foreign = why_foreign(spec, pid);
  // What was read from /proc is this process's own only if it still runs.
  if (process.value().exited()) return missing(Presence::gone, names + ", which has ended", pid);
  if (stat.has_error()) return fail(stat.error());
  if (foreign.has_error()) return fail(foreign.error());
  if (!foreign.value().empty()) {
    const std::string protects = protection.empty() ? "" : "; " + protection;
    return missing(Presence::foreign, names + ", which " + foreign.value() + protects, pid);
  }
  if (!protection.empty()) {
    return fail(ErrorKind::refused, "the pidfile " + spec.pidfile + " is refused: " + protection);
  }
  return Sighting{Presence::running, "", pid, std::move(process.value())};
}

}  // namespace

Result<Sighting> look(const ProcessSpec& spec) {
  if (spec.pidfile.empty() || spec.pidfile[0] != '/') {
    return fail(ErrorKind::refused, "the pidfile must be an absolute path, found \"" + spec.pidfile + "\"");
  }
  const FileDescriptor file(::open(spec.pidfile.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
  if (!file.valid() && errno == ENOENT) {
    return missing(Presence::absent, "there is no pidfile " + spec.pidfile);
  }
  const bool short_of = errno == EMFILE || errno == ENFILE || errno == ENOMEM;
  if (!file.valid()) {
    return fail(errno_error("cannot open the pidfile " + spec.pidfile, errno, short_of ? ErrorKind::io : ErrorKind::refused));
  }
  SHAKEDOWN_TRY(const std::optional<pid_t> pid, read_pid(file.get(), spec.pidfile));
  std::optional<uid_t> user;
  if (pid) {
    SHAKEDOWN_TRY(user, user_of(*pid));
  }
  SHAKEDOWN_TRY(check_file(file.get(), spec.pidfile, user));
  if (!pid) return missing(Presence::absent, "the pidfile " + spec.pidfile + " is empty");
  return examine(spec, *pid);
}

Result<ProcessHandle> find_process(const ProcessSpec& spec) {
  SHAKEDOWN_TRY(auto sighting, look(spec));
  if (sighting.presence == Presence::running) return std::move(*sighting.process);
  const ErrorKind kind = sighting.presence == Presence::foreign ? ErrorKind::refused : ErrorKind::unavailable;
  return fail(kind, sighting.why);
}

Result<void> prepare_pidfile_folder(const std::string& pidfile) {
  const std::string folder = pidfile.substr(0, pidfile.rfind('/'));
  std::error_code error;
  if (!folder.empty()) std::filesystem::create_directories(folder, error);
  if (error) return fail(errno_error("cannot make the folder of the pidfile " + pidfile, error.value()));
  return check_folders(pidfile, std::nullopt);
}

Result<std::optional<pid_t>> pid_named_by(const std::string& pidfile) {
  const FileDescriptor file(::open(pidfile.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.valid()) return read_pid(file.get(), pidfile);
  if (errno == ENOENT) return std::optional<pid_t>();
  return fail(errno_error("cannot open the pidfile " + pidfile, errno));
}

void remove_pidfile(const std::string& path, pid_t pid) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
  if (!file.valid()) return;
  const auto named = read_pid(file.get(), path);
  if (named.has_value() && named.value() == pid) ::unlink(path.c_str());
}

}  // namespace shakedown
