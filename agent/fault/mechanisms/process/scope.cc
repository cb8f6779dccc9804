#include "agent/fault/mechanisms/process/scope.h"

#include <algorithm>
#include <set>
#include <utility>

#include "agent/fault/mechanisms/process/pidfile.h"
#include "core/base/clock.h"

namespace shakedown {
namespace {

constexpr size_t kMostMembers = 4096;

// Every descendant, found by walking down from the leader.
std::vector<ProcessStat> descendants(const std::vector<ProcessStat>& all, pid_t leader) {
  std::vector<ProcessStat> out;
  std::set<pid_t> family{leader};
  for (bool grew = true; grew;) {
    grew = false;
    for (const ProcessStat& stat : all) {
      if (!family.contains(stat.parent) || family.contains(stat.ref.pid)) continue;
      family.insert(stat.ref.pid);
      out.push_back(stat);
      grew = true;
    }
  }
  return out;
}

Result<std::vector<ProcessStat>> candidates(const ProcessSpec& spec, const ProcessStat& leader, ScopeUse use) {
  std::vector<ProcessStat> out;
  if (spec.scope == ProcessScope::one) return std::vector{leader};
  SHAKEDOWN_TRY(const std::vector<ProcessStat> all, list_processes());
  if (spec.scope == ProcessScope::children) {
    out = descendants(all, leader.ref.pid);
    if (use == ScopeUse::whole) out.insert(out.begin(), leader);
    return out;
  }
  std::copy_if(all.begin(), all.end(), std::back_inserter(out),
               [&](const ProcessStat& stat) { return stat.group == leader.group; });
  return out;
}

Result<bool> is_stopped(const ProcessRef& ref) {
  SHAKEDOWN_TRY(const auto stat, look_at(ref.pid));
  return stat && stat->ref == ref && stat->state == 'T';
}

}  // namespace

Result<std::vector<ProcessHandle>> scope_members(const ProcessSpec& spec, const ProcessHandle& leader, ScopeUse use) {
  SHAKEDOWN_TRY(const auto stat, look_at(leader.pid()));
  if (!stat || stat->ref != leader.ref() || stat->gone()) {
    return fail(ErrorKind::unavailable, "process " + std::to_string(leader.pid()) + " has ended");
  }
  SHAKEDOWN_TRY(const std::vector<ProcessStat> found, candidates(spec, *stat, use));
  if (found.size() > kMostMembers) {
    return fail(ErrorKind::refused, "the scope of " + spec.pidfile + " holds " + std::to_string(found.size()) +
                                        " processes, expected at most " + std::to_string(kMostMembers));
  }
  std::vector<ProcessHandle> members;
  for (const ProcessStat& one : found) {
    if (const std::string why = why_protected(one); !why.empty()) {
      return fail(ErrorKind::refused,
                  "the scope of " + spec.pidfile + " is refused: " + why + "; start the component in a session of its own");
    }
    Result<ProcessHandle> handle = ProcessHandle::open(one.ref);
    if (handle.has_value())
      members.push_back(std::move(handle.value()));
    else if (handle.error().kind != ErrorKind::unavailable)
      return fail(handle.error());
  }
  return members;
}

Result<std::vector<ProcessHandle>> group_members(pid_t group, pid_t session) {
  std::vector<ProcessHandle> out;
  SHAKEDOWN_TRY(const std::vector<ProcessStat> all, list_processes());
  for (const ProcessStat& stat : all) {
    if (stat.group != group || stat.session != session || !why_protected(stat).empty()) continue;
    Result<ProcessHandle> handle = ProcessHandle::open(stat.ref);
    if (handle.has_value())
      out.push_back(std::move(handle.value()));
    else if (handle.error().kind != ErrorKind::unavailable)
      return fail(handle.error());
  }
  return out;
}

Result<ProcessState> observe(const ProcessSpec& spec) {
  ProcessState state;
  SHAKEDOWN_TRY(auto sighting, look(spec));
  if (sighting.presence != Presence::running) {
    state.why = sighting.why;
    return state;
  }
  const ProcessHandle& leader = *sighting.process;
  Result<std::vector<ProcessHandle>> members = scope_members(spec, leader, ScopeUse::fault);
  if (members.has_error() && members.error().kind == ErrorKind::unavailable) {
    state.why = members.error().message;
    return state;
  }
  if (members.has_error()) return fail(members.error());
  SHAKEDOWN_TRY(const auto stat, look_at(leader.pid()));
  state.running = true;
  state.leader = leader.ref();
  state.group = stat ? stat->group : 0;
  SHAKEDOWN_TRY(const bool leader_stopped, is_stopped(state.leader));
  state.stopped = leader_stopped ? 1 : 0;
  for (const ProcessHandle& member : members.value()) {
    state.members.push_back(member.ref());
    SHAKEDOWN_TRY(const bool stopped, is_stopped(member.ref()));
    if (stopped && member.ref() != state.leader) ++state.stopped;
  }
  return state;
}

std::vector<std::string> differences(const ProcessState& before, const ProcessState& now, uint32_t processes) {
  if (!before.running) return {};
  if (!now.running) return {"it does not run: " + now.why};
  std::vector<std::string> out;
  if (now.members.empty() && !before.members.empty()) {
    out.push_back("its scope is empty, it held " + std::to_string(before.members.size()) + " processes before");
  } else if (now.members.size() < processes) {
    out.push_back("its scope holds " + std::to_string(now.members.size()) + " processes, declared are " +
                  std::to_string(processes));
  }
  if (now.stopped > before.stopped) out.push_back(std::to_string(now.stopped) + " of its processes are stopped");
  return out;
}

Task<std::vector<ProcessRef>> wait_gone(const std::vector<ProcessHandle>& processes, MonoTime limit, OneShot* end) {
  std::vector<ProcessRef> left;
  for (const ProcessHandle& process : processes) {
    const Woken woken = co_await wait_readable(process.pidfd(), limit, end);
    if (woken != Woken::readable) left.push_back(process.ref());
  }
  co_return left;
}

std::string pids_text(const std::vector<ProcessRef>& processes) {
  std::string out;
  for (const ProcessRef& one : processes) out += (out.empty() ? "" : ", ") + std::to_string(one.pid);
  return out;
}

}  // namespace shakedown
