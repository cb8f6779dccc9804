#include "agent/fault/action_runner.h"

#include <algorithm>
#include <csignal>
#include <exception>
#include <utility>

#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include "agent/fault/mechanisms/process/component_lock.h"
#include "agent/fault/mechanisms/process/pidfile.h"
#include "agent/fault/mechanisms/process/scope.h"
#include "agent/fault/mechanisms/process/spared.h"
#include "core/base/clock.h"
#include "core/base/log.h"

namespace shakedown {
namespace {

namespace asio = boost::asio;

constexpr Duration kResumePoll = std::chrono::milliseconds(2);
constexpr Duration kKillLimit = std::chrono::seconds(5);

StepResult finished(MonoTime started, bool good, std::string detail) {
  return StepResult{good, true, std::move(detail), started, mono_now()};
}

// Not begun: it ends when it started.
StepResult untold(MonoTime started, std::string detail) {
  return StepResult{false, true, std::move(detail), started, started, false};
}

// 126 and 127 are a shell's or a wrapper's words for a program that could not be run.
bool says_something(const CommandResult& ran) {
  return !ran.timed_out && !ran.cancelled && ran.status.signal == 0 && ran.status.code != 126 && ran.status.code != 127;
}

StepResult nothing_to_do(MonoTime started, std::string detail) {
  return StepResult{true, false, std::move(detail), started, mono_now()};
}

// One that cannot be looked at may be stopped.
bool any_stopped(const std::vector<ProcessHandle>& processes) {
  for (const ProcessHandle& process : processes) {
    const auto seen = look_at(process.pid());
    if (seen.has_error()) return true;
    const std::optional<ProcessStat>& stat = seen.value();
    if (stat && stat->ref == process.ref() && stat->state == 'T') return true;
  }
  return false;
}

void signal_all(const std::vector<ProcessHandle>& processes, int signal, std::string& trouble) {
  for (const ProcessHandle& process : processes) {
    const Result<void> sent = process.signal(signal);
    if (sent.has_error() && sent.error().kind != ErrorKind::unavailable) trouble = sent.error().message;
  }
}

std::vector<ProcessRef> refs(const std::vector<ProcessHandle>& processes) {
  std::vector<ProcessRef> out;
  for (const ProcessHandle& process : processes) out.push_back(process.ref());
  return out;
}

// The process and its scope; empty (with the reason) when it does not run.
Result<std::vector<ProcessHandle>> whole_component(const ProcessSpec& spec, std::string& not_running) {
  SHAKEDOWN_TRY(auto sighting, look(spec));
  if (sighting.presence != Presence::running) {
    not_running = sighting.why;
    return std::vector<ProcessHandle>();
  }
  Result<std::vector<ProcessHandle>> members = scope_members(spec, *sighting.process, ScopeUse::whole);
  if (members.has_value()) return members;
  if (members.error().kind != ErrorKind::unavailable) return members;
  not_running = members.error().message;
  return std::vector<ProcessHandle>();
}

// Those that still run and are no members yet: the pidfile is gone or names another.
Result<void> add_noted(const std::vector<ProcessRef>& noted, std::vector<ProcessHandle>& members) {
  const std::vector<ProcessRef> known = refs(members);
  for (const ProcessRef& one : noted) {
    if (!is_running(one) || std::find(known.begin(), known.end(), one) != known.end()) continue;
    Result<ProcessHandle> handle = ProcessHandle::open(one);
    if (handle.has_value())
      members.push_back(std::move(handle.value()));
    else if (handle.error().kind != ErrorKind::unavailable)
      return fail(handle.error());
  }
  return ok();
}

}  // namespace

ActionRunner::~ActionRunner() { closing_->fire(); }

Task<StepResult> ActionRunner::run(BoundAction action, CommandNote note, OneShot* end) {
  switch (action.action.kind) {
    case Action::Kind::start: co_return co_await start(action.component, std::move(note), action.action.limit, end);
    case Action::Kind::stop: co_return co_await stop(action.component, std::move(note), end);
    case Action::Kind::resume: co_return co_await resume(action.component, action.action.limit, end);
    case Action::Kind::exec: break;
  }
  co_return co_await exec(std::move(action), std::move(note), end);
}

Task<StepResult> ActionRunner::exec(BoundAction action, CommandNote note, OneShot* end, LeftBehind left) {
  const MonoTime started = mono_now();
  const CommandEnvironment& environment = action.component.environment;
  Result<std::vector<std::string>> variables = environment.resolve();
  if (variables.has_error()) co_return untold(started, variables.error().text());
  Command command;
  command.argv = action.action.argv;
  command.environment = std::move(variables.value());
  command.folder = action.component.folder;
  command.stat_file = note.file;
  command.ends_with_us = !note.undoing;
  Result<CommandResult> result = co_await run_command(command, action.action.limit, end, left);
  if (!note.file.empty()) ::unlink(note.file.c_str());
  if (result.has_error() && !note.file.empty() && may_lack(result.error(), note)) {  // nothing has run yet
    tell_unnoted(result.error());
    command.stat_file.clear();
    result = co_await run_command(command, action.action.limit, end, left);
  }
  if (result.has_error()) co_return untold(started, result.error().text());
  const CommandResult& ran = result.value();
  StepResult step{ran.ok(), true, environment.hides()(ran.text()), ran.started, ran.ended, says_something(ran)};
  co_return step;
}

Task<StepResult> ActionRunner::resume(BoundComponent component, Duration limit, OneShot* end) {
  const MonoTime started = mono_now();
  const std::string& name = component.component.name;
  if (!component.component.process()) co_return finished(started, false, name + " declares no process to continue");
  std::string not_running, trouble;
  auto members = whole_component(*component.component.process(), not_running);
  if (members.has_error()) co_return finished(started, false, members.error().text());
  const Result<void> left = leave_spared(component.spared, members.value());
  if (left.has_error()) co_return finished(started, false, left.error().text());
  if (members.value().empty()) co_return finished(started, false, name + " does not run: " + not_running);
  signal_all(members.value(), SIGCONT, trouble);
  while (any_stopped(members.value())) {
    if (!trouble.empty() || mono_now() >= started + limit) {
      co_return finished(started, false, name + " is still stopped; " + trouble);
    }
    const MonoTime next = mono_now() + kResumePoll;
    if (co_await wait_until(next, end) == Woken::ended) co_return finished(started, false, "cancelled");
  }
  co_return finished(started, true, "continued " + pids_text(refs(members.value())));
}

Task<StepResult> ActionRunner::stop(BoundComponent component, CommandNote note, OneShot* end) {
  const MonoTime started = mono_now();
  const Component& declared = component.component;
  if (!declared.process() && declared.stop.empty()) {
    co_return finished(started, false, declared.name + " declares neither a process nor a stop command");
  }
  std::string remark, not_running, trouble;
  std::vector<ProcessHandle> members;
  if (declared.process()) {
    // A start that is on its way (its agent may be dead) is let through first, or it would come after us.
    const auto starts = co_await lock_start(component.lock_dir, declared.process()->pidfile, started + kKillLimit, end);
    if (starts.has_error() && !may_lack(starts.error(), note)) co_return finished(started, false, starts.error().text());
    auto found = whole_component(*declared.process(), not_running);
    if (found.has_error()) co_return finished(started, false, found.error().text());
    members = std::move(found.value());
    Result<void> added = add_noted(component.noted, members);
    if (added.has_value()) added = check_spared(component.spared, members);
    if (added.has_error()) co_return finished(started, false, added.error().text());
    if (members.empty()) co_return nothing_to_do(started, "was not running: " + not_running);
  }
  const std::vector<ProcessRef> stopping = refs(members);
  Result<std::optional<ProcessStat>> seen = std::optional<ProcessStat>();
  if (!members.empty()) seen = look_at(members.front().pid());
  if (seen.has_error()) co_return finished(started, false, seen.error().text());
  const std::optional<ProcessStat>& leader = seen.value();
  if (!declared.stop.empty()) {
    BoundAction command;
    command.action.argv = declared.stop;
    command.action.limit = declared.stop_limit;
    command.component.folder = component.folder;
    command.component.environment = component.environment;
    const StepResult result = co_await exec(std::move(command), std::move(note), end);
    if (!declared.process()) co_return result;
    if (!result.ok) remark = "; the stop command failed: " + result.detail;
  } else {
    signal_all(members, SIGTERM, trouble);
    signal_all(members, SIGCONT, trouble);  // a stopped process would not see the first one
  }
  const std::vector<ProcessRef> slow = co_await wait_gone(members, started + declared.stop_limit, end);
  if (end != nullptr && end->fired()) co_return finished(started, false, "cancelled");
  if (!slow.empty()) {
    remark += "; " + pids_text(slow) + " needed SIGKILL at the limit";
    signal_all(members, SIGKILL, trouble);
  }
  if (leader && declared.process()->scope == ProcessScope::group) {
    Result<std::vector<ProcessHandle>> late = group_members(leader->group, leader->session);
    if (late.has_error()) co_return finished(started, false, late.error().text());
    const Result<void> left = leave_spared(component.spared, late.value());
    if (left.has_error()) co_return finished(started, false, left.error().text());
    for (ProcessHandle& one : late.value()) members.push_back(std::move(one));
    signal_all(members, SIGKILL, trouble);
  }
  const MonoTime kill_limit = mono_now() + kKillLimit;
  const std::vector<ProcessRef> left = co_await wait_gone(members, kill_limit, nullptr);
  if (!left.empty()) co_return finished(started, false, "still there: " + pids_text(left) + "; " + trouble + remark);
  for (const ProcessRef& one : stopping) remove_pidfile(declared.process()->pidfile, one.pid);
  co_return finished(started, true, "stopped " + pids_text(stopping) + remark);
}

void ActionRunner::tell_unnoted(const Error& error) {
  if (std::exchange(unnoted_told_, true)) return;
  log::warning("a command runs without a note of it: if all programs of this drill die now, it is not ended by the next one",
               {{"reason", error.message}});
}

Task<void> ActionRunner::reap_later(ChildProcess child, std::shared_ptr<Started> of) {
  auto executor = co_await asio::this_coro::executor;
  auto reap = [](ChildProcess reaped, std::shared_ptr<OneShot> closing, std::shared_ptr<Started> whose) -> Task<void> {
    whose->ended = co_await wait_exit(reaped, kNever, closing.get());
  };
  auto looked_at = [](std::exception_ptr broken) {
    if (broken) log::error("reaping a started component threw");
  };
  asio::co_spawn(executor, reap(std::move(child), closing_, std::move(of)), std::move(looked_at));
}

}  // namespace shakedown
