#include "core/runtime/process/spawned_child.h"

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstddef>
#include <mutex>
#include <optional>
#include <thread>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/runtime/open_files.h"
#include "core/runtime/process/child_process.h"

namespace shakedown {
namespace {

[[noreturn]] void give_up(const SpawnPlan& plan, SpawnStage stage) {
  const SpawnFailure failure{stage, errno};
  const ssize_t sent = ::write(plan.descriptors.status, &failure, sizeof failure);
  ::_exit(sent > 0 ? 127 : 126);
}

size_t to_digits(long value, char* out) {
  char reversed[24];
  size_t length = 0;
  do {
    reversed[length++] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value > 0);
  for (size_t i = 0; i < length; ++i) out[i] = reversed[length - 1 - i];
  return length;
}

// The file appears whole and never replaces another: a link fails where a rename would overwrite.
bool write_pid_file(const SpawnPlan& plan) {
  char text[32];
  size_t length = to_digits(::getpid(), text);
  text[length++] = '\n';
  ::unlink(plan.pid_temporary.c_str());
  const int file = ::open(plan.pid_temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (file < 0) return false;
  const bool written = ::write(file, text, length) == static_cast<ssize_t>(length) && ::fsync(file) == 0;
  ::close(file);
  const bool linked = written && ::link(plan.pid_temporary.c_str(), plan.pid_file.c_str()) == 0;
  const int error = errno;
  ::unlink(plan.pid_temporary.c_str());
  errno = error;
  return linked;
}

bool copy_own_stat(const char* path) {
  char text[1024];
  const int from = ::open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
  ::unlink(path);
  const int to = ::open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (from < 0 || to < 0) return false;
  const ssize_t length = ::read(from, text, sizeof text);
  const bool written = length > 0 && ::write(to, text, static_cast<size_t>(length)) == length;
  ::close(from);
  ::close(to);
  return written;
}

void answer_signal(int signal, void (*how)(int)) {
  struct sigaction action {};
  action.sa_handler = how;
  ::sigaction(signal, &action, nullptr);
}

void default_signals() {
  for (int signal = 1; signal < NSIG; ++signal) answer_signal(signal, SIG_DFL);
  answer_signal(SIGXFSZ, SIG_IGN);  // a file of ours that cannot be written is an error that we tell, until the program runs
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

void close_on_exec_from(unsigned first) {
#ifdef SYS_close_range
  constexpr unsigned kCloexec = 1U << 2;
  if (::syscall(SYS_close_range, first, ~0U, kCloexec) == 0) return;
#endif
  for (int fd = static_cast<int>(first); fd < 65536; ++fd) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
}

// The parent may be gone before the kernel was asked.
void end_with(pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);
}

[[noreturn]] void run_program(const SpawnPlan& plan) {
  if (plan.ends_with > 0) end_with(plan.ends_with);
  ::setsid();
  default_signals();
  ::dup2(plan.descriptors.input, 0);
  ::dup2(plan.descriptors.output, 1);
  ::dup2(plan.descriptors.errors, 2);
  if (!plan.folder.empty() && ::chdir(plan.folder.c_str()) != 0) give_up(plan, SpawnStage::folder);
  if (!plan.stat_file.empty() && !copy_own_stat(plan.stat_file.c_str())) give_up(plan, SpawnStage::stat_file);
  if (!plan.pid_file.empty() && !write_pid_file(plan)) give_up(plan, SpawnStage::pid_file);
  close_on_exec_from(3);
  restore_open_files();
  answer_signal(SIGXFSZ, SIG_DFL);
  ::execve(plan.program.c_str(), plan.argv.data(), plan.environment.data());
  const int error = errno;
  if (!plan.pid_file.empty()) ::unlink(plan.pid_file.c_str());
  errno = error;
  give_up(plan, SpawnStage::exec);
}

}  // namespace

SpawnPlan::SpawnPlan(const Command& command, const std::string& found, SpawnDescriptors opened)
    : program(found),
      folder(command.folder),
      pid_file(command.pid_file),
      stat_file(command.stat_file),
      arguments(command.argv),
      descriptors(opened),
      ends_with(command.ends_with_us ? ::getpid() : 0) {
  static std::atomic<unsigned> serial{0};
  pid_temporary = pid_file + "." + std::to_string(::getpid()) + "." + std::to_string(++serial) + ".new";
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  if (command.environment) variables = *command.environment;
  for (std::string& variable : variables) environment.push_back(variable.data());
  for (char** ours = environ; !command.environment && *ours != nullptr; ++ours) environment.push_back(*ours);
  environment.push_back(nullptr);
}

namespace {

pid_t fork_here(const SpawnPlan& plan) {
  // No handler of ours may run in the child.
  sigset_t all, before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = ::fork();
  if (pid == 0) run_program(plan);
  const int error = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  return pid;
}

// The kernel sends a parent-death signal when the thread that forked ends, and a worker ends before its process does: so
// this one, which never ends, forks for all others. One order at a time.
class LastingThread {
 public:
  static LastingThread& get() {
    static LastingThread& one = *new LastingThread();
    return one;
  }

  pid_t fork_and_run(const SpawnPlan& plan) {
    const std::lock_guard<std::mutex> turn(turn_);
    std::unique_lock<std::mutex> lock(mutex_);
    order_ = &plan;
    changed_.notify_all();
    changed_.wait(lock, [this] { return made_.has_value(); });
    const Made made = *made_;
    made_.reset();
    errno = made.error;
    return made.pid;
  }

 private:
  struct Made {
    pid_t pid;
    int error;
  };

  LastingThread() {
    std::thread([this] { serve(); }).detach();  // allow(detached): its end would be a death of its children
  }

  void serve() {
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, nullptr);
    std::unique_lock<std::mutex> lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return order_ != nullptr; });
      const pid_t pid = fork_here(*order_);
      made_ = Made{pid, errno};
      order_ = nullptr;
      changed_.notify_all();
    }
  }

  std::mutex turn_, mutex_;
  std::condition_variable changed_;
  const SpawnPlan* order_ = nullptr;
  std::optional<Made> made_;
};

}  // namespace

pid_t fork_and_run(const SpawnPlan& plan) {
  const bool lasts = ::gettid() == ::getpid();
  return plan.ends_with > 0 && !lasts ? LastingThread::get().fork_and_run(plan) : fork_here(plan);
}

}  // namespace shakedown
