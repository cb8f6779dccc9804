#include "controller/agents/processes.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <csignal>
#include <filesystem>

#include "core/base/clock.h"

extern char** environ;

namespace shakedown {
namespace {

constexpr Duration kPatience = std::chrono::seconds(10);

// True when the process ended within the limit; it is reaped then.
bool ended_within(pid_t pid, Duration limit) {
  const int fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (fd >= 0) {
    pollfd entry{fd, POLLIN, 0};
    ::poll(&entry, 1, static_cast<int>(limit.count() / 1'000'000));
    ::close(fd);
  }
  return ::waitpid(pid, nullptr, WNOHANG) != 0;
}

Result<pid_t> spawn_agent(const std::string& program, std::vector<std::string> arguments, const std::string& log) {
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0644);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  // A process group of its own: Ctrl-C on the terminal reaches only the controller, which tells the agents.
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  pid_t pid = 0;
  const int problem = ::posix_spawn(&pid, program.c_str(), &actions, &attributes, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (problem != 0) return fail(errno_error("the agent " + program + " cannot be started", problem, ErrorKind::unavailable));
  return pid;
}

}  // namespace

std::string program_beside(const std::string& name) {
  std::error_code error;
  return (std::filesystem::read_symlink("/proc/self/exe", error).parent_path() / name).string();
}

Result<std::unique_ptr<AgentProcesses>> AgentProcesses::start(const std::vector<std::string>& names, const std::string& address,
                                                              const std::string& token_file, const std::string& folder) {
  auto processes = std::make_unique<AgentProcesses>();
  const std::string program = program_beside("shakedown-agent");
  for (const std::string& name : names) {
    SHAKEDOWN_TRY(
        auto pid,
        spawn_agent(program, {program, "--connect", address, "--token-file", token_file, "--name", name, "--local-policy"},
                    folder + "/" + name + ".log"));
    processes->names_.push_back(name);
    processes->pids_.push_back(pid);
  }
  return processes;
}

struct AgentProcesses::Watched {
  boost::asio::posix::stream_descriptor pidfd;
};

AgentProcesses::AgentProcesses() = default;

void AgentProcesses::watch(boost::asio::io_context& loop, std::function<void(const std::string& name)> ended) {
  for (std::size_t i = 0; i < pids_.size(); ++i) {
    const int fd = static_cast<int>(::syscall(SYS_pidfd_open, pids_[i], 0));
    if (fd < 0) continue;
    watched_.push_back(std::make_unique<Watched>(Watched{boost::asio::posix::stream_descriptor(loop, fd)}));
    watched_.back()->pidfd.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                                      [ended, name = names_[i]](boost::system::error_code error) {
                                        if (!error) ended(name);
                                      });
  }
}

AgentProcesses::~AgentProcesses() {
  watched_.clear();
  for (const pid_t pid : pids_) {
    if (ended_within(pid, kPatience)) continue;
    ::kill(pid, SIGTERM);
    if (ended_within(pid, kPatience)) continue;
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }
}

}  // namespace shakedown
