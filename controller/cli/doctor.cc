#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "controller/cli/commands.h"
#include "core/base/printable.h"

namespace shakedown {
namespace {

struct HostFinding {
  const char* what;
  bool yes;
  std::string reason;
};

HostFinding pidfd() {
  const int fd = static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0));
  const int problem = errno;
  if (fd >= 0) ::close(fd);
  return {"kill, pause, stop of a process (pidfd)", fd >= 0,
          fd >= 0 ? "a process is held by descriptor, so a reused pid is never hit"
                  : std::string("pidfd_open: ") + std::strerror(problem) + "; a kernel of 5.3 or newer is needed"};
}

HostFinding other_users() {
  const bool root = ::geteuid() == 0;
  return {"faults on processes of other users", root,
          root ? "running as root" : "not root: only processes of uid " + std::to_string(::getuid())};
}

HostFinding descriptors() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const bool enough = limit.rlim_max >= 4096;
  return {
      "thousands of connections", enough,
      std::to_string(limit.rlim_max) + " open files permitted, one a connection" + (enough ? "" : "; raise it with ulimit -Hn")};
}

HostFinding cores() {
  const long count = ::sysconf(_SC_NPROCESSORS_ONLN);
  return {"load without sharing a core with the target", count > 1,
          std::to_string(count) + " cores" + (count > 1 ? "" : "; a target on this host distorts what is measured")};
}

HostFinding agent_program() {
  std::error_code error;
  const auto folder = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  const bool there = std::filesystem::exists(folder / "shakedown-agent", error);
  return {"run --spawn", there,
          there ? "shakedown-agent is beside this program"
                : "shakedown-agent is not in " + folder.string() + "; build it (make build)"};
}

}  // namespace

int doctor_command(const std::vector<std::string>& standing, const UndoRecordsPlace& undo_records, const std::string& halted) {
  const HostFinding place{"undo records that survive a power loss", undo_records.durable, undo_records.text};
  const HostFinding checks[] = {pidfd(), other_users(), place, descriptors(), cores(), agent_program()};
  for (const HostFinding& check : checks) {
    std::printf("%-4s %-46s %s\n", check.yes ? "yes" : "NO", check.what, check.reason.c_str());
  }
  std::printf("exec faults: whatever the declared command can do; prove it with `effect:`\n");
  if (!halted.empty()) say(stdout, "HALTED " + clean(halted) + "; `shakedown resume` lifts it\n");
  if (standing.empty()) std::printf("nothing that a run changed stands on this host\n");
  for (const std::string& line : standing) say(stdout, "STANDS " + clean(line) + "\n");
  if (!standing.empty()) std::printf("take it back with `shakedown undo --run RUN`, or see `shakedown undo --help`\n");
  return 0;
}

}  // namespace shakedown
