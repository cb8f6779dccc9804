#include "agent/fault/mechanisms/process/spared.h"

#include <algorithm>

#include "agent/fault/mechanisms/process/pidfile.h"
#include "agent/fault/mechanisms/process/scope.h"

namespace shakedown {
namespace {

struct Spared {
  pid_t pid = 0;
  std::string pidfile;
};

Result<std::vector<Spared>> spared_now(const std::vector<std::string>& pidfiles) {
  std::vector<Spared> out;
  for (const std::string& pidfile : pidfiles) {
    const auto named = pid_named_by(pidfile);
    if (named.has_error()) {
      return fail(ErrorKind::refused, "it cannot be told which process is protected: " + named.error().message);
    }
    if (named.value()) out.push_back({*named.value(), pidfile});
  }
  return out;
}

}  // namespace

Result<void> check_spared(const std::vector<std::string>& pidfiles, const std::vector<ProcessHandle>& processes) {
  SHAKEDOWN_TRY(const std::vector<Spared> spared, spared_now(pidfiles));
  for (const Spared& one : spared) {
    if (std::none_of(processes.begin(), processes.end(), [&](const ProcessHandle& its) { return its.pid() == one.pid; }))
      continue;
    return fail(ErrorKind::refused,
                "process " + std::to_string(one.pid) + ", which would be touched, is protected as that of " + one.pidfile);
  }
  return ok();
}

Result<void> leave_spared(const std::vector<std::string>& pidfiles, std::vector<ProcessHandle>& processes) {
  SHAKEDOWN_TRY(const std::vector<Spared> spared, spared_now(pidfiles));
  std::erase_if(processes, [&](const ProcessHandle& its) {
    return std::any_of(spared.begin(), spared.end(), [&](const Spared& one) { return its.pid() == one.pid; });
  });
  return ok();
}

Result<void> may_be_touched(const ProcessSpec& spec, const std::vector<std::string>& pidfiles) {
  SHAKEDOWN_TRY(const ProcessHandle leader, find_process(spec));
  if (pidfiles.empty()) return ok();
  SHAKEDOWN_TRY(const std::vector<ProcessHandle> members, scope_members(spec, leader, ScopeUse::whole));
  return check_spared(pidfiles, members);
}

}  // namespace shakedown
