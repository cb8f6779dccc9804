#include "core/runtime/process/child_process.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "core/base/clock.h"
#include "core/base/units.h"
#include "core/runtime/process/output_tail.h"
#include "core/runtime/process/spawned_child.h"

namespace shakedown {
namespace {

constexpr size_t kOutputTail = 4096;

std::string own_folder() {
  char path[4096];
  const ssize_t length = ::readlink("/proc/self/exe", path, sizeof path);
  const std::string exe(path, length > 0 ? static_cast<size_t>(length) : 0);
  return exe.substr(0, exe.rfind('/') + 1);
}

// The PATH of its own environment; null when it has none.
const char* path_of(const Command& command) {
  if (!command.environment) return nullptr;
  for (const std::string& one : *command.environment) {
    if (one.starts_with("PATH=")) return one.c_str() + 5;
  }
  return nullptr;
}

bool executable(const std::string& path) { return ::access(path.c_str(), X_OK) == 0; }

Result<FileDescriptor> open_to_append(const std::string& path) {
  FileDescriptor file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
  if (!file.valid()) return fail(errno_error("cannot open the log file " + path, errno));
  return FileDescriptor(::fcntl(file.get(), F_DUPFD_CLOEXEC, 10));
}

Result<FileDescriptor> open_output(const Command& command) {
  if (command.output >= 0) return FileDescriptor(::fcntl(command.output, F_DUPFD_CLOEXEC, 10));
  return open_to_append(command.log_file.empty() ? "/dev/null" : command.log_file);
}

Result<FileDescriptor> open_error(const Command& command, const FileDescriptor& output) {
  if (!command.error_file.empty()) return open_to_append(command.error_file);
  return FileDescriptor(::fcntl(output.get(), F_DUPFD_CLOEXEC, 10));
}

FileDescriptor open_input(const Command& command) {
  if (command.input >= 0) return FileDescriptor(::fcntl(command.input, F_DUPFD_CLOEXEC, 10));
  const FileDescriptor null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  return FileDescriptor(::fcntl(null.get(), F_DUPFD_CLOEXEC, 10));
}

// What the child reports through the status pipe before it gives up; nothing when the program runs.
Result<void> read_failure(int status, const Command& command, const std::string& program) {
  SpawnFailure failure;
  ssize_t got;
  do {
    got = ::read(status, &failure, sizeof failure);
  } while (got < 0 && errno == EINTR);
  if (got != static_cast<ssize_t>(sizeof failure)) return ok();
  switch (failure.stage) {
    case SpawnStage::folder:
      return fail(
          errno_error("cannot run " + program + " in the folder " + command.folder, failure.error, ErrorKind::unavailable));
    case SpawnStage::stat_file:
      return fail(errno_error("cannot note the process of " + program + " in " + command.stat_file, failure.error));
    case SpawnStage::pid_file:
      return fail(errno_error("cannot create the pidfile " + command.pid_file + " for " + program, failure.error,
                              failure.error == EEXIST ? ErrorKind::locked : ErrorKind::io));
    case SpawnStage::exec: break;
  }
  return fail(errno_error("cannot execute " + program, failure.error, ErrorKind::unavailable));
}

}  // namespace

std::string ExitStatus::text() const {
  if (signal == 0) return "exit code " + std::to_string(code);
  return "signal " + std::to_string(signal) + " (" + ::strsignal(signal) + ")";
}

std::optional<ExitStatus> ChildProcess::poll() {
  if (ended_ || pid_ <= 0) return ended_;
  int status = 0;
  const pid_t got = ::waitpid(pid_, &status, WNOHANG);
  if (got == 0 || (got < 0 && errno == EINTR)) return std::nullopt;
  ExitStatus result;
  if (got == pid_ && WIFSIGNALED(status)) result.signal = WTERMSIG(status);
  if (got == pid_ && WIFEXITED(status)) result.code = WEXITSTATUS(status);
  ended_ = result;
  return ended_;
}

void ChildProcess::kill_group(int signal) const {
  if (pid_ > 1 && !ended_) ::kill(-pid_, signal);
}

Result<std::string> find_program(const std::string& name, const char* own_path) {
  if (name.empty()) return fail(ErrorKind::scenario, "a command needs at least a program name, found an empty one");
  if (name.find('/') != std::string::npos) return name;
  const std::string beside_us = own_folder() + name;
  if (executable(beside_us)) return beside_us;
  const char* variable = own_path != nullptr ? own_path : ::getenv("PATH");
  const std::string path = variable != nullptr ? variable : "/usr/local/bin:/usr/bin:/bin";
  for (size_t from = 0; from <= path.size();) {
    const size_t end = std::min(path.find(':', from), path.size());
    const std::string candidate = path.substr(from, end - from) + "/" + name;
    if (end > from && executable(candidate)) return candidate;
    from = end + 1;
  }
  return fail(ErrorKind::unavailable, "program " + name + " not found: looked in " + own_folder() + " and in PATH (" + path +
                                          "); install it or write its path");
}

Result<ChildProcess> spawn(const Command& command) {
  SHAKEDOWN_TRY(const std::string program, find_program(command.argv.empty() ? "" : command.argv[0], path_of(command)));
  SHAKEDOWN_TRY(const FileDescriptor output, open_output(command));
  SHAKEDOWN_TRY(const FileDescriptor errors, open_error(command, output));
  const FileDescriptor input = open_input(command);
  int pipe_ends[2];
  if (!input.valid() || !output.valid() || !errors.valid() || ::pipe2(pipe_ends, O_CLOEXEC) != 0) {
    return fail(errno_error("cannot prepare the descriptors of " + program, errno));
  }
  const FileDescriptor status_read(pipe_ends[0]);
  FileDescriptor status_write(::fcntl(pipe_ends[1], F_DUPFD_CLOEXEC, 10));
  ::close(pipe_ends[1]);

  const SpawnPlan plan(command, program, {input.get(), output.get(), errors.get(), status_write.get()});
  const pid_t pid = fork_and_run(plan);
  if (pid < 0) return fail(errno_error("cannot start " + program, errno));
  status_write.reset();
  // The child is ours and unreaped, so its pid cannot have been reused.
  ChildProcess child(pid, FileDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))));
  const int pidfd_error = errno;
  const Result<void> failure = read_failure(status_read.get(), command, program);
  if (failure.has_error()) {
    ::waitpid(pid, nullptr, 0);
    return fail(failure.error());
  }
  if (child.pidfd() < 0) {
    ::kill(-pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return fail(errno_error("cannot watch " + program + ": pidfd_open failed (Linux 5.3 or newer is needed)", pidfd_error,
                            ErrorKind::refused));
  }
  return child;
}

Task<std::optional<ExitStatus>> wait_exit(ChildProcess& child, MonoTime limit, OneShot* end) {
  const Woken woken = co_await wait_readable(child.pidfd(), limit, end);
  if (woken != Woken::readable) co_return std::nullopt;
  // A pidfd is readable a moment before waitpid sees the end when other threads of it still leave.
  while (true) {
    const std::optional<ExitStatus> status = child.poll();
    if (status) co_return status;
    const MonoTime next = mono_now() + std::chrono::milliseconds(1);
    co_await wait_until(next, nullptr);
  }
}

std::string CommandResult::text() const {
  std::string out = timed_out   ? "no end within " + format_duration(ended - started) + ", killed"
                    : cancelled ? "cancelled after " + format_duration(ended - started)
                                : status.text();
  if (!output.empty()) out += "; output: " + output;
  return out;
}

Task<Result<CommandResult>> run_command(Command command, Duration limit, OneShot* end, LeftBehind left) {
  CommandResult result;
  result.started = mono_now();
  int pipe_ends[2];
  if (::pipe2(pipe_ends, O_CLOEXEC | O_NONBLOCK) != 0) {
    co_return fail(errno_error("cannot make a pipe for " + command.argv.at(0), errno));
  }
  const auto tail = co_await OutputTail::start(FileDescriptor(pipe_ends[0]), kOutputTail);
  FileDescriptor write_end(pipe_ends[1]);
  ::fcntl(write_end.get(), F_SETFL, ::fcntl(write_end.get(), F_GETFL) & ~O_NONBLOCK);
  command.output = write_end.get();
  Result<ChildProcess> child = spawn(command);
  write_end.reset();
  if (child.has_error()) {
    tail->close();
    co_return fail(child.error());
  }

  const MonoTime deadline = result.started + limit;
  const Woken woken = co_await wait_readable(child.value().pidfd(), deadline, end);
  std::optional<ExitStatus> status;
  if (woken == Woken::readable) {
    if (left == LeftBehind::killed) child.value().kill_group(SIGKILL);  // not reaped yet: its group is no other's
    status = co_await wait_exit(child.value(), kNever, nullptr);
  } else {
    result.cancelled = end != nullptr && end->fired();
    result.timed_out = !result.cancelled;
    child.value().kill_group(SIGKILL);
    status = co_await wait_exit(child.value(), kNever, nullptr);
  }
  result.ended = mono_now();
  result.status = *status;
  result.output = tail->text();
  tail->close();
  co_return result;
}

}  // namespace shakedown
