// The start action: the only one that creates a process which outlives us.
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/fault/action_runner.h"
#include "agent/fault/mechanisms/process/component_lock.h"
#include "agent/fault/mechanisms/process/left_by_start.h"
#include "agent/fault/mechanisms/process/pidfile.h"
#include "agent/fault/undo/state_folders.h"
#include "core/base/clock.h"

namespace shakedown {
namespace {

constexpr Duration kStartPoll = std::chrono::milliseconds(2);
// A program that cannot use its port or its files ends within moments of having started.
constexpr Duration kSurvives = std::chrono::milliseconds(100);
constexpr off_t kOutputTail = 2048;
constexpr const char* kOwnPid = " (the start command itself: a program that goes into the background must write its own pidfile)";

std::string log_path(const BoundComponent& component) {
  return component.log_dir + "/" + file_name_for(component.component.name) + ".log";
}

off_t size_of(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? info.st_size : 0;
}

// The end of what was written to the file after `from`.
std::string tail_of(const std::string& path, off_t from) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const off_t size = size_of(path);
  const bool cut = from < size - kOutputTail;
  from = std::max(from, size - kOutputTail);
  std::string text(static_cast<size_t>(std::max<off_t>(0, size - from)), '\0');
  const ssize_t got = file.valid() ? ::pread(file.get(), text.data(), text.size(), from) : 0;
  text.resize(got > 0 ? static_cast<size_t>(got) : 0);
  text.erase(text.find_last_not_of(" \n\r\t") + 1);
  return text.empty() ? "; it printed nothing" : "; output: " + (cut ? "..." + text : text);
}

// A log that cannot be opened, and a note that cannot be written, are done without where they may be.
Result<ChildProcess> spawn_with_less(Command command, const CommandNote& note, std::string& remark) {
  const FileDescriptor log(
      command.log_file.empty() ? -1 : ::open(command.log_file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
  if (!command.log_file.empty() && !log.valid() && !note.required) {
    remark += "; its output is kept nowhere: " + errno_error("cannot open " + command.log_file, errno).message;
    command.log_file.clear();
  }
  Result<ChildProcess> child = spawn(command);
  if (child.has_value() || command.stat_file.empty() || !may_lack(child.error(), note)) return child;
  remark += "; " + child.error().message;
  ::unlink(command.stat_file.c_str());
  command.stat_file.clear();
  return spawn(command);
}

// The pidfile was written for a process of ours, whose number another one has got since.
bool names_ours(const Sighting& sighting, const std::vector<ProcessRef>& noted) {
  return std::any_of(noted.begin(), noted.end(),
                     [&](const ProcessRef& one) { return one.pid == sighting.named && !is_running(one); });
}

// What must hold before anything is spawned: nothing runs, and no stale pidfile is in the way. One that names a living process
// of somebody else is that one's.
Result<std::string> clear_the_way(const ProcessSpec& spec, const std::vector<ProcessRef>& noted) {
  SHAKEDOWN_TRY(const auto sighting, look(spec));
  if (sighting.presence == Presence::running) {
    return "already running as " + std::to_string(sighting.process->pid());
  }
  if (sighting.presence == Presence::foreign && !names_ours(sighting, noted)) {
    return fail(ErrorKind::refused, sighting.why +
                                        "; nothing was touched. Correct `pidfile`, or remove the file if it is left of "
                                        "an earlier start");
  }
  ::unlink(spec.pidfile.c_str());
  SHAKEDOWN_TRY(prepare_pidfile_folder(spec.pidfile));
  return std::string();
}

}  // namespace

// The lock is inherited by the child until it runs the program, so nobody starts a second one while the first is on its
// way, even if we die in between.
Task<Result<ChildProcess>> ActionRunner::spawn_component(const BoundComponent& component, const std::string& mark,
                                                         const CommandNote& note, MonoTime limit, OneShot* end,
                                                         std::string& already, std::string& remark) {
  const ProcessSpec& spec = *component.component.process();
  Result<FileDescriptor> lock = co_await lock_start(component.lock_dir, spec.pidfile, limit, end);
  if (lock.has_error() && !may_lack(lock.error(), note)) co_return fail(lock.error());
  const Result<std::string> way = clear_the_way(spec, component.noted);
  if (way.has_error()) co_return fail(way.error());
  already = way.value();
  if (!already.empty()) co_return ChildProcess();
  const Result<void> logs = prepare_private_folder(component.log_dir);
  if (logs.has_error() && !may_lack(logs.error(), note)) co_return fail(logs.error());
  Result<std::vector<std::string>> variables = component.environment.resolve();
  if (variables.has_error()) co_return fail(variables.error());
  Command command;
  command.argv = component.component.start;
  command.environment = std::move(variables.value());
  command.environment->push_back(mark);
  command.folder = component.folder;
  if (logs.has_value()) command.log_file = log_path(component);
  command.pid_file = spec.pidfile;
  command.stat_file = note.file;
  co_return spawn_with_less(std::move(command), note, remark);
}

Task<Result<MonoTime>> ActionRunner::wait_started(const BoundComponent& component, ChildProcess& child, MonoTime limit,
                                                  OneShot* end) {
  ProcessRef seen;
  MonoTime since{};
  std::string missing;
  while (true) {
    const Result<Sighting> sighting = look(*component.component.process());
    if (sighting.has_error()) co_return fail(sighting.error());
    const MonoTime now = mono_now();
    const std::optional<ExitStatus> status = child.poll();
    if (status && !status->ok()) {
      co_return fail(ErrorKind::unavailable, "its start command ended with " + status->text());
    }
    if (sighting.value().presence == Presence::running) {
      if (sighting.value().process->ref() != seen) since = now;
      seen = sighting.value().process->ref();
      const bool launched = status && seen.pid != child.pid();
      if (launched || now - since >= kSurvives) co_return since;
    } else {
      seen = ProcessRef();
      missing = sighting.value().why;
    }
    if (now >= limit) {
      const std::string state = status ? "its start command ended with exit code 0" : "its start command still runs";
      const bool own = status && sighting.value().named == child.pid();
      co_return fail(ErrorKind::unavailable,
                     "not started within the limit: " + state + ", and " + missing + (own ? kOwnPid : ""));
    }
    const MonoTime next = now + kStartPoll;
    if (co_await wait_until(next, end) == Woken::ended) co_return fail(ErrorKind::cancelled, "cancelled");
  }
}

Task<StepResult> ActionRunner::start(BoundComponent component, CommandNote note, Duration limit, OneShot* end) {
  StepResult step;
  step.started = mono_now();
  const Component& declared = component.component;
  const MonoTime deadline = step.started + limit;
  if (!declared.process() || declared.start.empty()) {
    step.ok = false;
    step.detail = declared.name + " cannot be started: it declares no " + (declared.process() ? "start" : "process");
    step.ended = mono_now();
    co_return step;
  }
  const off_t log_start = size_of(log_path(component));
  const std::string mark = next_start_mark(declared.name);
  std::string already, remark;
  Result<ChildProcess> child = co_await spawn_component(component, mark, note, deadline, end, already, remark);
  if (child.has_error() || !already.empty()) {
    step.ok = !child.has_error();
    step.changed = false;
    step.detail = step.ok ? already : child.error().text();
    step.ended = step.ok ? mono_now() : step.started;  // not begun
    co_return step;
  }
  const auto spawned = look_at(child.value().pid());
  const ProcessRef leader =
      spawned.has_value() && spawned.value() ? spawned.value()->ref : ProcessRef{child.value().pid(), own_process().start};
  const Result<MonoTime> since = co_await wait_started(component, child.value(), deadline, end);
  step.ok = since.has_value();
  step.ended = step.ok ? since.value() : mono_now();
  const Result<Sighting> now = look(*declared.process());
  const bool runs = now.has_value() && now.value().presence == Presence::running;
  step.detail = step.ok ? "running as " + (runs ? std::to_string(now.value().process->pid()) : "(gone again)")
                        : since.error().message + component.environment.hides()(tail_of(log_path(component), log_start));
  step.detail += remark;
  const bool cancelled = !step.ok && since.error().kind == ErrorKind::cancelled;
  if (!step.ok && !(cancelled && runs)) {
    child.value().kill_group(SIGKILL);
    co_await wait_exit(child.value(), kNever, nullptr);
    remove_pidfile(declared.process()->pidfile, child.value().pid());
    step.left = co_await end_what_start_left(mark, leader, leader.start);
    step.left.suspects = suspects_of_start(*declared.process(), leader.start);
    step.detail += step.left.text();
  }
  if (!note.file.empty()) ::unlink(note.file.c_str());
  const auto started = std::make_shared<Started>(Started{component, log_start, std::nullopt});
  started_[declared.name] = started;
  co_await reap_later(std::move(child.value()), started);
  co_return step;
}

std::string ActionRunner::last_words(const std::string& component) const {
  const auto found = started_.find(component);
  if (found == started_.end()) return "";
  const Started& of = *found->second;
  const bool failed = of.ended && !of.ended->ok();
  return (failed ? "; it ended with " + of.ended->text() : "") +
         of.component.environment.hides()(tail_of(log_path(of.component), of.log_start));
}

}  // namespace shakedown
