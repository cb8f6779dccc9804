#include "agent/fault/mechanisms/process/left_by_start.h"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "agent/fault/mechanisms/process/scope.h"
#include "core/base/clock.h"

namespace shakedown {
namespace {

constexpr std::string_view kVariable = "SHAKEDOWN_START=";
constexpr Duration kEndLimit = std::chrono::seconds(5);
constexpr size_t kMostEnvironment = 8U << 20;

// Empty when it is gone, or not ours to look at.
std::string read_of(pid_t pid, const char* what) {
  const FileDescriptor file(::open(("/proc/" + std::to_string(pid) + "/" + what).c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  char buffer[4096];
  ssize_t got = 0;
  while (file.valid() && text.size() < kMostEnvironment && (got = ::read(file.get(), buffer, sizeof buffer)) > 0) {
    text.append(buffer, static_cast<size_t>(got));
  }
  return text;
}

// A variable in its environment begins with it.
bool carries(pid_t pid, std::string_view mark) {
  const std::string environment = read_of(pid, "environ");
  if (environment.starts_with(mark)) return true;
  return environment.find(std::string(1, '\0') + std::string(mark)) != std::string::npos;
}

// The number of the leader's session is nobody else's while one of its members lives.
bool in_session_of(const ProcessStat& stat, const ProcessRef& leader) {
  if (leader.pid == 0 || stat.session != leader.pid) return false;
  const auto now = look_at(leader.pid);
  return now.has_value() && (!now.value() || now.value()->ref == leader);
}

std::vector<ProcessHandle> marked(std::string_view mark, const ProcessRef& leader, uint64_t since) {
  std::vector<ProcessHandle> out;
  const auto all = list_processes();
  if (all.has_error()) return out;
  for (const ProcessStat& stat : all.value()) {
    if (stat.ref.start < since || !why_protected(stat).empty()) continue;
    Result<ProcessHandle> handle = ProcessHandle::open(stat.ref);
    if (handle.has_error()) continue;
    const bool ours = in_session_of(stat, leader) || carries(stat.ref.pid, mark);
    // What was read from /proc is its own only if it still runs.
    if (ours && !handle.value().exited()) out.push_back(std::move(handle.value()));
  }
  return out;
}

bool adopts(pid_t pid) { return pid == 1 || read_of(pid, "comm") == "systemd\n"; }

// Nobody that was there before has it as a child, but for those that take in what others left.
bool cut_loose(const ProcessStat& stat, const std::map<pid_t, ProcessStat>& all, uint64_t since) {
  const ProcessStat* one = &stat;
  for (size_t depth = 0; depth < all.size(); ++depth) {
    if (adopts(one->parent)) return true;
    const auto parent = all.find(one->parent);
    if (parent == all.end() || parent->second.ref.start < since) return false;
    one = &parent->second;
  }
  return false;
}

void add_new(const std::vector<ProcessHandle>& found, std::vector<ProcessRef>& to) {
  for (const ProcessHandle& one : found) {
    if (std::find(to.begin(), to.end(), one.ref()) == to.end()) to.push_back(one.ref());
  }
}

}  // namespace

std::string start_marks(const ProcessRef& starter, const std::string& component) {
  return std::string(kVariable) + std::to_string(starter.pid) + "-" + std::to_string(starter.start) + "/" + component + "/";
}

std::string next_start_mark(const std::string& component) {
  static std::atomic<unsigned> serial{0};
  return start_marks(own_process(), component) + std::to_string(++serial) + ".";
}

std::string StartLeft::text() const {
  std::string out;
  if (!ended.empty()) out += "; ended what it had left running: " + pids_text(ended);
  if (!standing.empty()) out += "; what it started could not be ended: " + pids_text(standing);
  for (const ProcessRef& one : suspects) out += "; " + suspect_text(one);
  return out;
}

Task<StartLeft> end_what_start_left(std::string mark, ProcessRef leader, uint64_t since) {
  StartLeft left;
  const MonoTime limit = mono_now() + kEndLimit;
  while (true) {
    const std::vector<ProcessHandle> found = marked(mark, leader, since);
    if (found.empty()) co_return left;
    add_new(found, left.ended);
    for (const ProcessHandle& one : found) (void)one.signal(SIGKILL);
    left.standing = co_await wait_gone(found, limit, nullptr);
    if (mono_now() >= limit) break;
  }
  std::erase_if(left.ended, [&](const ProcessRef& one) {
    return std::find(left.standing.begin(), left.standing.end(), one) != left.standing.end();
  });
  co_return left;
}

std::vector<ProcessRef> suspects_of_start(const ProcessSpec& spec, uint64_t since) {
  std::vector<ProcessRef> out;
  const auto listed = list_processes();
  if (listed.has_error()) return out;
  std::map<pid_t, ProcessStat> all;
  for (const ProcessStat& stat : listed.value()) all.emplace(stat.ref.pid, stat);
  for (const ProcessStat& stat : listed.value()) {
    if (stat.ref.start < since || !why_protected(stat).empty() || !cut_loose(stat, all, since)) continue;
    const Result<std::string> foreign = why_foreign(spec, stat.ref.pid);
    if (foreign.has_error() || !foreign.value().empty() || carries(stat.ref.pid, kVariable)) continue;
    if (is_running(stat.ref)) out.push_back(stat.ref);
  }
  return out;
}

std::string suspect_text(const ProcessRef& suspect) {
  const std::string pid = std::to_string(suspect.pid);
  return "process " + pid +
         " is of the declared identity, began while the start command ran, and may be what it started: it may " +
         "stand, and is left alone since nothing proves whose it is; look at it (ps -fp " + pid +
         ") and end it if it is yours, then correct the pidfile";
}

}  // namespace shakedown
