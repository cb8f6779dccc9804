#include "agent/fault/mechanisms/process/process_fault.h"

#include <algorithm>
#include <utility>

#include "agent/fault/mechanisms/process/spared.h"
#include "core/base/clock.h"

namespace shakedown {
namespace {

constexpr Duration kStatePoll = std::chrono::milliseconds(5);
// Far longer than the kernel takes between fetching a deadly signal and marking the process as exiting.
constexpr Duration kQuiet = std::chrono::milliseconds(300);

}  // namespace

Result<ProcessPayload> payload_of(const UndoRecord& record) {
  const Component& component = record.component.component;
  if (component.process() != nullptr) return process_payload(record.payload);
  return fail(ErrorKind::refused, "component " + component.name + " declares no process; add `process: {pidfile, exe}`");
}

Task<Result<void>> ProcessFault::snapshot() {
  const std::string& name = record().component.component.name;
  // Errors of identity first: they say more than "it does not run".
  const Result<void> good = may_be_touched(spec(), spared());
  if (good.has_error()) co_return fail(good.error().kind, good.error().message + context_.actions.last_words(name));
  Result<ProcessState> state = observe(spec());
  if (state.has_error()) co_return fail(state.error());
  payload_.before = std::move(state.value());
  const ProcessState& before = payload_.before;
  if (!before.running) co_return fail(ErrorKind::unavailable, name + " does not run: " + before.why);
  if (before.stopped > 0) {
    co_return fail(ErrorKind::unavailable, std::to_string(before.stopped) + " of the processes of " + name +
                                               " are stopped already; the state before must be the normal one");
  }
  if (before.members.empty()) {
    co_return fail(ErrorKind::unavailable, "process " + std::to_string(before.leader.pid) + " of " + name +
                                               " has no descendants, so `scope: children` has nothing to act on");
  }
  payload_.targets = before.members;
  remember();
  co_return ok();
}

std::vector<pid_t> ProcessFault::processes() const {
  std::vector<pid_t> out = {payload_.before.leader.pid};
  for (const ProcessRef& one : payload_.targets) out.push_back(one.pid);
  return out;
}

Result<void> ProcessFault::aim() {
  Result<ProcessHandle> leader = ProcessHandle::open(payload_.before.leader);
  if (leader.has_error()) return fail(leader.error());
  SHAKEDOWN_TRY(const auto stat, look_at(leader.value().pid()));
  session_ = stat ? stat->session : 0;
  SHAKEDOWN_TRY(auto members, scope_members(spec(), leader.value(), use_));
  SHAKEDOWN_TRY(check_spared(spared(), members));
  if (members.empty()) return fail(ErrorKind::unavailable, "its scope is empty");
  targets_ = std::move(members);
  std::vector<ProcessRef> targets;
  for (const ProcessHandle& one : targets_) targets.push_back(one.ref());
  if (targets == payload_.targets) return ok();
  payload_.targets = std::move(targets);
  remember();
  return context_.journal.update(record(), context_.lock);
}

Result<Interval> ProcessFault::signal_all(int signal) {
  Interval interval;
  interval.earliest = mono_now();
  size_t reached = 0;
  for (const ProcessHandle& target : targets_) {
    const Result<void> sent = target.signal(signal);
    if (sent.has_value())
      ++reached;
    else if (sent.error().kind != ErrorKind::unavailable)
      return fail(sent.error());
  }
  interval.latest = mono_now();
  if (reached == 0) return fail(ErrorKind::unavailable, "every process of the scope had ended by itself before");
  return interval;
}

Result<std::vector<ProcessHandle>> ProcessFault::newcomers() {
  std::vector<ProcessHandle> fresh;
  if (spec().scope != ProcessScope::group) return fresh;
  SHAKEDOWN_TRY(auto members, group_members(payload_.before.group, session_));
  SHAKEDOWN_TRY(leave_spared(spared(), members));
  for (ProcessHandle& member : members) {
    const auto& known = payload_.targets;
    if (std::find(known.begin(), known.end(), member.ref()) == known.end()) fresh.push_back(std::move(member));
  }
  if (fresh.empty()) return fresh;
  for (const ProcessHandle& one : fresh) payload_.targets.push_back(one.ref());
  remember();
  SHAKEDOWN_TRY(context_.journal.update(record(), context_.lock));
  return fresh;
}

Task<void> ProcessFault::let_go(Duration limit, bool surely) {
  if (record().owner.boot != boot_id()) co_return;
  const MonoTime end = mono_now() + limit;
  MonoTime quiet_since = mono_now();
  while (mono_now() < end) {
    bool running = false, dying = false;
    for (const ProcessRef& target : payload_.targets) {
      running = running || is_running(target);
      dying = dying || is_dying(target);
    }
    if (!running) co_return;
    const MonoTime now = mono_now();
    if (dying) quiet_since = now;
    if (surely && now - quiet_since >= kQuiet) co_return;
    const MonoTime next = now + kStatePoll;
    co_await wait_until(next);
  }
}

Task<Result<void>> ProcessFault::undo() { co_return co_await run_undo_steps(context_); }

Task<Result<std::vector<std::string>>> ProcessFault::compare() {
  const Result<ProcessState> now = observe(spec());
  if (now.has_error()) co_return fail(now.error());
  co_return differences(payload_.before, now.value(), spec().processes);
}

}  // namespace shakedown
