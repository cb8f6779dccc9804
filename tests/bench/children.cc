#include "tests/bench/children.h"

#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

namespace shakedown {
namespace {

[[noreturn]] void become(const std::vector<std::string>& argv, int cpu, int output) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::dup2(output, STDOUT_FILENO);
  if (cpu >= 0) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    ::sched_setaffinity(0, sizeof set, &set);
  }
  std::vector<char*> arguments;
  for (const std::string& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  ::execvp(arguments[0], arguments.data());
  ::_exit(127);
}

}  // namespace

ChildRun run_child(const std::vector<std::string>& argv, int cpu) {
  ChildRun run;
  int ends[2];
  if (::pipe(ends) != 0) return run;
  const pid_t child = ::fork();
  if (child == 0) become(argv, cpu, ends[1]);
  ::close(ends[1]);
  char room[4096];
  for (ssize_t bytes = 0; (bytes = ::read(ends[0], room, sizeof room)) > 0;) {
    run.output.append(room, static_cast<std::size_t>(bytes));
  }
  ::close(ends[0]);
  int status = 0;
  rusage usage{};
  ::wait4(child, &status, 0, &usage);
  const auto of = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6; };
  run.cpu_seconds = of(usage.ru_utime) + of(usage.ru_stime);
  run.ok = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  return run;
}

}  // namespace shakedown
