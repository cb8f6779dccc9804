#include "agent/fault/mechanisms/process/identity.h"

#include <cerrno>
#include <charconv>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace shakedown {
namespace {

namespace fs = std::filesystem;

constexpr const char* kProgramFolders = ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
constexpr uint64_t kExiting = 0x00000004;       // PF_EXITING, include/linux/sched.h
constexpr uint64_t kKernelThread = 0x00200000;  // PF_KTHREAD, include/linux/sched.h

std::string proc(pid_t pid, const char* what) { return "/proc/" + std::to_string(pid) + "/" + what; }

// Nullopt when the process (or thread) that it is about is gone.
Result<std::optional<std::string>> read_proc(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  char buffer[4096];
  ssize_t got = -1;
  while (file.valid() && (got = ::read(file.get(), buffer, sizeof buffer)) > 0) text.append(buffer, static_cast<size_t>(got));
  if (got == 0) return std::optional(std::move(text));
  if (errno == ENOENT || errno == ESRCH) return std::optional<std::string>();
  return fail(errno_error("cannot look at " + path, errno));
}

std::optional<pid_t> number(const std::string& text) {
  pid_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string real_path(const std::string& path) {
  char resolved[PATH_MAX];
  return ::realpath(path.c_str(), resolved) != nullptr ? resolved : "";
}

// Declared as a path or a base name; a link such as /usr/bin/python3 means what it leads to.
bool runs(const std::string& declared, const std::string& found) {
  if (declared.find('/') != std::string::npos) return declared == found || real_path(declared) == found;
  if (found.substr(found.rfind('/') + 1) == declared) return true;
  const char* variable = ::getenv("PATH");
  std::istringstream folders(std::string(variable != nullptr ? variable : "") + kProgramFolders);
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (!folder.empty() && real_path(folder + "/" + declared) == found) return true;
  }
  return false;
}

// The executable's path, without the mark of a file that was replaced since. Error refused when it cannot be read.
Result<std::string> executable_of(pid_t pid) {
  std::error_code error;
  std::string path = fs::read_symlink(proc(pid, "exe"), error).string();
  if (error == std::errc::no_such_file_or_directory) return std::string();
  if (error) {
    return fail(errno_error("cannot see which program process " + std::to_string(pid) +
                                " runs, so it must not be touched; run the agent as its user or as root",
                            error.value(), ErrorKind::refused));
  }
  static const std::string kDeleted = " (deleted)";
  if (path.ends_with(kDeleted)) path.erase(path.size() - kDeleted.size());
  return path;
}

Result<uid_t> user_id(const std::string& name) {
  if (const auto id = number(name)) return static_cast<uid_t>(*id);
  passwd entry{};
  passwd* found = nullptr;
  char buffer[16384];
  if (::getpwnam_r(name.c_str(), &entry, buffer, sizeof buffer, &found) != 0 || found == nullptr) {
    return fail(ErrorKind::refused, "user " + name + " does not exist on this host; correct `user` of the component");
  }
  return found->pw_uid;
}

}  // namespace

bool ProcessStat::kernel_thread() const { return (flags & kKernelThread) != 0; }

std::optional<ProcessStat> parse_process_stat(const std::string& text) {
  // The second field is the program's name in parentheses and may itself hold blanks and parentheses.
  const size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  ProcessStat stat;
  std::istringstream head(text.substr(0, name_end)), rest(text.substr(name_end + 1));
  int64_t skipped = 0;
  head >> stat.ref.pid;
  rest >> stat.state >> stat.parent >> stat.group >> stat.session >> skipped >> skipped >> stat.flags;
  for (int field = 10; field < 22; ++field) rest >> skipped;
  rest >> stat.ref.start;
  if (!head || !rest) return std::nullopt;
  return stat;
}

Result<std::optional<ProcessStat>> look_at(pid_t pid) {
  SHAKEDOWN_TRY(const auto text, read_proc(proc(pid, "stat")));
  return text ? parse_process_stat(*text) : std::nullopt;
}

Result<std::vector<ProcessStat>> list_processes() {
  std::vector<ProcessStat> out;
  std::error_code error;
  for (fs::directory_iterator it("/proc", error), end; !error && it != end; it.increment(error)) {
    const auto pid = number(it->path().filename().string());
    if (!pid) continue;
    const bool hidden = ::access(proc(*pid, "stat").c_str(), R_OK) != 0;  // from us, by the host's choice; or gone
    if (hidden) continue;
    SHAKEDOWN_TRY(const auto stat, look_at(*pid));
    if (stat && !stat->gone()) out.push_back(*stat);
  }
  if (error) return fail(errno_error("cannot list the processes of this host", error.value()));
  return out;
}

bool all_threads_stopped(pid_t pid) {
  std::error_code error;
  size_t threads = 0;
  for (fs::directory_iterator it(proc(pid, "task"), error), end; !error && it != end; it.increment(error)) {
    const auto text = read_proc(it->path().string() + "/stat");
    if (text.has_error()) return false;
    const auto stat = text.value() ? parse_process_stat(*text.value()) : std::nullopt;
    if (!stat || stat->gone()) continue;  // a thread that has just ended
    if (stat->state != 'T') return false;
    ++threads;
  }
  return !error && threads > 0;
}

bool is_dying(const ProcessRef& ref) {
  const auto seen = look_at(ref.pid);
  const auto read = read_proc(proc(ref.pid, "status"));
  if (seen.has_error() || read.has_error() || !seen.value() || !read.value()) return false;
  const ProcessStat& stat = *seen.value();
  const std::string& text = *read.value();
  if (stat.ref != ref || stat.gone()) return false;
  if ((stat.flags & kExiting) != 0) return true;
  for (const char* pending : {"\nSigPnd:", "\nShdPnd:"}) {
    const size_t at = text.find(pending);
    if (at == std::string::npos) continue;
    const uint64_t mask = std::strtoull(text.c_str() + at + 8, nullptr, 16);
    if ((mask >> (SIGKILL - 1) & 1) != 0) return true;
  }
  return false;
}

bool is_running(const ProcessRef& ref) {
  const auto seen = look_at(ref.pid);
  if (seen.has_error()) return ::kill(ref.pid, 0) == 0 || errno != ESRCH;
  return seen.value() && !seen.value()->gone() && seen.value()->ref == ref;
}

uint64_t own_pid_namespace() {
  struct stat info {};
  return ::stat("/proc/self/ns/pid", &info) == 0 ? info.st_ino : 0;
}

ProcessRef own_process() {
  static const ProcessRef self = [] {
    const auto seen = look_at(::getpid());
    return seen.has_value() && seen.value() ? seen.value()->ref : ProcessRef{::getpid(), 0};
  }();
  return self;
}

const std::string& boot_id() {
  static const std::string id = [] {
    const auto text = read_proc("/proc/sys/kernel/random/boot_id");
    return text.has_value() ? text.value().value_or("unknown") : "unknown";
  }();
  return id;
}

Result<ProcessHandle> ProcessHandle::open(pid_t pid) {
  FileDescriptor pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!pidfd.valid()) {
    if (errno == ESRCH || errno == EINVAL) {
      return fail(ErrorKind::unavailable, "process " + std::to_string(pid) + " does not exist");
    }
    const bool short_of = errno == EMFILE || errno == ENFILE || errno == ENOMEM;
    if (short_of) return fail(errno_error("cannot look at process " + std::to_string(pid), errno));
    return fail(
        errno_error("pidfd_open failed: without it a fault could hit another process (Linux 5.3 or newer, and "
                    "a sandbox that allows it, are needed)",
                    errno, ErrorKind::refused));
  }
  SHAKEDOWN_TRY(const auto stat, look_at(pid));
  ProcessHandle handle(stat ? stat->ref : ProcessRef{pid, 0}, std::move(pidfd));
  // Still there after its stat was read: then what was read is its own.
  if (!stat || handle.exited()) {
    return fail(ErrorKind::unavailable, "process " + std::to_string(pid) + " has ended");
  }
  return handle;
}

Result<ProcessHandle> ProcessHandle::open(const ProcessRef& ref) {
  SHAKEDOWN_TRY(auto handle, open(ref.pid));
  if (handle.ref() != ref) {
    return fail(ErrorKind::unavailable,
                "process " + std::to_string(ref.pid) + " has ended and its pid belongs to another one now");
  }
  return handle;
}

bool ProcessHandle::exited() const {
  pollfd entry{pidfd_.get(), POLLIN, 0};
  return ::poll(&entry, 1, 0) > 0;
}

Result<void> ProcessHandle::signal(int signal) const {
  const std::string name = "process " + std::to_string(ref_.pid);
  if (exited()) return fail(ErrorKind::unavailable, name + " has ended");  // a zombie takes signals without a word
  if (::syscall(SYS_pidfd_send_signal, pidfd_.get(), signal, nullptr, 0) == 0) return ok();
  const ErrorKind kind = errno == ESRCH ? ErrorKind::unavailable : ErrorKind::refused;
  return fail(errno_error("cannot send signal " + std::to_string(signal) + " to " + name, errno, kind));
}

void continue_process(const ProcessRef& ref) {
  const Result<ProcessHandle> process = ProcessHandle::open(ref);
  if (process.has_value())
    (void)process.value().signal(SIGCONT);
  else if (process.error().kind == ErrorKind::io && ref.pid > 1)
    ::kill(ref.pid, SIGCONT);
}

std::string why_protected(const ProcessStat& stat) {
  const std::string name = "process " + std::to_string(stat.ref.pid);
  if (stat.ref.pid <= 1) return name + " is the init process";
  if (stat.kernel_thread()) return name + " is a kernel thread";
  if (stat.ref.pid == ::getpid()) return name + " is this agent itself";
  auto ancestor = look_at(::getpid());
  for (int depth = 0; ancestor && ancestor.value() && ancestor.value()->parent > 0 && depth < 1000; ++depth) {
    const pid_t parent = ancestor.value()->parent;
    if (parent == stat.ref.pid) return name + " is an ancestor of this agent";
    ancestor = look_at(parent);
  }
  if (ancestor.has_error()) return name + " may be an ancestor of this agent: " + ancestor.error().message;
  return "";
}

Result<std::optional<uid_t>> user_of(pid_t pid) {
  SHAKEDOWN_TRY(const auto text, read_proc(proc(pid, "status")));
  const size_t line = text ? text->find("\nUid:") : std::string::npos;
  if (line == std::string::npos) return std::optional<uid_t>();
  std::istringstream in(text->substr(line + 5));
  uid_t real = 0, effective = 0;
  if (!(in >> real >> effective)) return std::optional<uid_t>();
  return std::optional<uid_t>(effective);
}

Result<std::string> why_foreign(const ProcessSpec& spec, pid_t pid) {
  if (spec.exe.empty() && spec.user.empty()) {
    return fail(ErrorKind::refused, "neither `exe` nor `user` of the process in " + spec.pidfile +
                                        " is declared, so nothing shows that it is the right one; declare one");
  }
  if (!spec.exe.empty()) {
    SHAKEDOWN_TRY(const std::string found, executable_of(pid));
    if (found.empty()) return "runs no executable file; expected " + spec.exe;
    if (!runs(spec.exe, found)) return "runs " + found + "; expected " + spec.exe;
  }
  if (!spec.user.empty()) {
    SHAKEDOWN_TRY(const uid_t expected, user_id(spec.user));
    SHAKEDOWN_TRY(const auto found, user_of(pid));
    if (found != expected) {
      return std::string("belongs to user ") + (found ? std::to_string(*found) : "?") + "; expected " + spec.user;
    }
  }
  return std::string();
}

Result<void> check_pidfd_support() {
  SHAKEDOWN_TRY(const ProcessHandle self, ProcessHandle::open(::getpid()));
  return self.signal(0);
}

}  // namespace shakedown
