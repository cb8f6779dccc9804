// The processes that belong to a component, and their state for the comparison after a fault.
// Threads: safe everywhere; nothing is kept.
#pragma once

#include <string>
#include <vector>

#include "agent/fault/mechanisms/process/identity.h"
#include "core/base/result.h"
#include "core/model/fault.h"
#include "core/runtime/waiting.h"

namespace shakedown {

// What `scope: children` means: for a fault the descendants only (nginx's workers, not nginx); for stopping the
// component the process and its descendants. The other scopes mean the same in both.
enum class ScopeUse { fault, whole };

// The members at this moment, zombies left out; may be empty for children. The leader's identity has been verified.
// Error refused when a member is protected (why_protected), unavailable when the leader is gone, io as look_at.
Result<std::vector<ProcessHandle>> scope_members(const ProcessSpec& spec, const ProcessHandle& leader, ScopeUse use);

// Those of a process group that appeared after its members were listed. session guards against a reused group number. Error io
// as look_at.
Result<std::vector<ProcessHandle>> group_members(pid_t group, pid_t session);

// What a component's processes look like.
struct ProcessState {
  bool running = false;
  std::string why;                  // not running: what was found instead
  ProcessRef leader;                // the process that the pidfile names
  pid_t group = 0;                  // its process group
  std::vector<ProcessRef> members;  // of the scope, as a fault means it
  uint32_t stopped = 0;             // how many of the members and the leader are stopped
};

// Errors as look and scope_members.
Result<ProcessState> observe(const ProcessSpec& spec);

// What differs from the state before, one sentence each; empty when nothing does. A restarted process has another pid
// and that is no difference. Nor is another number of processes, which follows the load in many servers, unless the
// scope is empty now or holds fewer than declared (processes; 0 = not declared).
std::vector<std::string> differences(const ProcessState& before, const ProcessState& now, uint32_t processes);

// Waits until all of them are gone. Returns those that are still there at the limit (all of them when `end` fired).
Task<std::vector<ProcessRef>> wait_gone(const std::vector<ProcessHandle>& processes, MonoTime limit, OneShot* end);

// "1234, 1235"
std::string pids_text(const std::vector<ProcessRef>& processes);

}  // namespace shakedown
