#include "tests/component/fault/fault_rig.h"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>
#include <boost/asio/executor_work_guard.hpp>

#include "agent/fault/mechanisms/process/identity.h"
#include "core/runtime/process/child_process.h"

namespace shakedown::test {

namespace fs = std::filesystem;

TemporaryFolder::TemporaryFolder() {
  char name[] = "/tmp/shakedown-test-XXXXXX";
  path_ = ::mkdtemp(name) != nullptr ? name : "";
  fs::permissions(path_, fs::perms(0755));
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string read_text(const std::string& path) {
  std::ifstream in(path);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::vector<ProcessStat> all_processes() { return list_processes().value(); }

std::optional<ProcessStat> read_process_stat(pid_t pid) { return look_at(pid).value(); }

void write_text(const std::string& path, const std::string& text) {
  fs::create_directories(fs::path(path).parent_path());
  std::ofstream(path) << text;
}

pid_t pid_in(const std::string& pidfile) { return std::atoi(read_text(pidfile).c_str()); }

char state_of(pid_t pid) {
  const auto stat = read_process_stat(pid);
  return stat && !stat->gone() ? stat->state : '\0';
}

bool alive(pid_t pid) { return pid > 0 && state_of(pid) != '\0'; }

bool eventually(const std::function<bool()>& condition, Duration limit) {
  const MonoTime end = mono_now() + limit;
  boost::asio::io_context pause;
  while (!condition()) {
    if (mono_now() >= end) return false;
    auto guard = boost::asio::make_work_guard(pause);
    pause.run_for(std::chrono::milliseconds(2));
    pause.restart();
  }
  return true;
}

void end_process(pid_t pid) {
  const auto stat = pid > 1 ? read_process_stat(pid) : std::nullopt;
  if (!stat || stat->gone()) return;
  ::kill(stat->group == pid ? -pid : pid, SIGKILL);
  EXPECT_TRUE(eventually([pid] {
    ::waitpid(pid, nullptr, WNOHANG);
    return !alive(pid);
  }));
}

Component component(const TemporaryFolder& folder, const std::string& name, std::vector<std::string> argv, const std::string& exe,
                    ProcessScope scope) {
  Component made;
  made.name = name;
  made.agent = AgentId(0);
  made.start = std::move(argv);
  made.stop_limit = std::chrono::seconds(5);
  ProcessSpec process;
  process.pidfile = folder / ("run/" + name + ".pid");
  process.exe = exe;
  process.scope = scope;
  made.selector = process;
  return made;
}

Action start_of(ComponentId id, Duration after) {
  Action action;
  action.kind = Action::Kind::start;
  action.component = id;
  action.after = after;
  action.describe = "start it";
  return action;
}

Action stop_of(ComponentId id) {
  Action action;
  action.kind = Action::Kind::stop;
  action.component = id;
  action.describe = "stop it";
  return action;
}

Action exec_of(std::vector<std::string> argv, Duration limit) {
  Action action;
  action.kind = Action::Kind::exec;
  action.argv = std::move(argv);
  action.limit = limit;
  action.describe = "exec it";
  return action;
}

std::string helper_program() {
  const char* folder = std::getenv("SHAKEDOWN_BIN_DIR");
  const std::string bin = folder != nullptr ? folder : SHAKEDOWN_TEST_BIN_DIR;
  return bin + "/fault_agent";
}

FaultRig::FaultRig() : clock_(mono_now()) {
  fs::create_directory(folder / "run");
  assignment.run_id = "test-run";
  assignment.self = AgentId(0);
  assignment.plan.folder = folder.path();
  assignment.plan.agents.push_back(AgentSpec{"local", true, true, true});
  if (const char* mark = std::getenv("SHAKEDOWN_COMMANDS_OF")) {
    assignment.plan.env.push_back({"SHAKEDOWN_COMMANDS_OF", Text::literal(mark)});
  }
  options.state_dir = folder / "state";
  options.lock_dir = folder / "locks";
  options.watchdog_program = helper_program();
  options.lease = std::chrono::seconds(60);
  options.report = [this](Event event) { events.push_back(std::move(event)); };
}

FaultRig::~FaultRig() {
  runner.reset();
  for (const Component& one : assignment.plan.components) {
    if (one.process()) end_process(pid_in(one.process()->pidfile));
  }
}

ComponentId FaultRig::add(Component component) {
  assignment.plan.components.push_back(std::move(component));
  return ComponentId(assignment.plan.components.size() - 1);
}

FaultId FaultRig::add(Fault fault) {
  assignment.plan.faults.push_back(std::move(fault));
  return FaultId(assignment.plan.faults.size() - 1);
}

FaultId FaultRig::add(const std::string& name, FaultKind kind, std::vector<Action> recover, std::vector<Action> undo) {
  Fault fault;
  fault.name = name;
  fault.kind = std::move(kind);
  fault.recover = std::move(recover);
  fault.undo = std::move(undo);
  return add(std::move(fault));
}

pid_t FaultRig::start_outside(ComponentId id) {
  const Component& one = assignment.plan.component(id);
  Command command;
  command.argv = one.start;
  command.folder = folder.path();
  command.pid_file = one.process()->pidfile;
  const auto child = spawn(command);
  EXPECT_TRUE(child.has_value()) << child.error().text();
  return child.has_value() ? child.value().pid() : 0;
}

Result<void> FaultRig::make() {
  SHAKEDOWN_TRY(auto made, make_fault_runner(assignment, options, loop));
  runner = std::move(made);
  runner->go(clock_);
  return ok();
}

bool FaultRig::run_until(const std::function<bool()>& condition, Duration limit) {
  const MonoTime end = mono_now() + limit;
  while (!condition()) {
    if (mono_now() >= end) {
      ADD_FAILURE() << "not within " << format_duration(limit);
      return false;
    }
    loop.run_one_for(std::chrono::milliseconds(50));
    loop.restart();
  }
  return true;
}

StepEvent FaultRig::step(StepEvent::Kind kind, const Action& action) {
  std::optional<StepEvent> result;
  runner->run_step(kind, action, [&](StepEvent event) { result = std::move(event); });
  run_until([&] { return result.has_value(); });
  return result.value_or(StepEvent{});
}

InjectionId FaultRig::inject(FaultId fault, Duration delay) {
  const InjectionId injection(next_injection_++);
  runner->inject(injection, fault, StageId(0), clock_.now() + delay);
  return injection;
}

std::pair<bool, std::string> FaultRig::finish(InjectionId injection, bool undo, const std::string& reason) {
  std::optional<std::pair<bool, std::string>> result;
  runner->finish(injection, undo, reason, [&](bool clean, std::string detail) { result = {clean, detail}; });
  run_until([&] { return result.has_value(); });
  return result.value_or(std::pair(false, "no answer"));
}

std::pair<bool, std::string> FaultRig::look(InjectionId injection) {
  std::optional<std::pair<bool, std::string>> result;
  runner->look(injection, [&](bool clean, std::string detail) { result = {clean, detail}; });
  run_until([&] { return result.has_value(); });
  return result.value_or(std::pair(false, "no answer"));
}

std::pair<bool, std::string> FaultRig::undo_all() {
  std::optional<std::pair<bool, std::string>> result;
  runner->undo_all("test", [&](bool clean, std::string detail) { result = {clean, detail}; });
  run_until([&] { return result.has_value(); });
  return result.value_or(std::pair(false, "no answer"));
}

bool FaultRig::wait_state(InjectionId injection, FaultState wanted) {
  const bool reached = run_until([&] { return state(injection, wanted).has_value(); });
  if (!reached) {
    for (const FaultEvent& event : states(injection)) ADD_FAILURE() << to_string(event.state) << ": " << event.detail;
  }
  return reached;
}

std::vector<FaultEvent> FaultRig::states(InjectionId injection) const {
  std::vector<FaultEvent> out;
  for (const Event& event : events) {
    const auto* one = std::get_if<FaultEvent>(&event);
    if (one != nullptr && one->injection == injection) out.push_back(*one);
  }
  return out;
}

std::optional<FaultEvent> FaultRig::state(InjectionId injection, FaultState wanted) const {
  for (const FaultEvent& event : states(injection)) {
    if (event.state == wanted) return event;
  }
  return std::nullopt;
}

std::vector<StepEvent> FaultRig::steps(StepEvent::Kind kind) const {
  std::vector<StepEvent> out;
  for (const Event& event : events) {
    const auto* one = std::get_if<StepEvent>(&event);
    if (one != nullptr && one->kind == kind) out.push_back(*one);
  }
  return out;
}

std::vector<AgentEvent> FaultRig::agent_events(AgentEvent::Kind kind) const {
  std::vector<AgentEvent> out;
  for (const Event& event : events) {
    const auto* one = std::get_if<AgentEvent>(&event);
    if (one != nullptr && one->kind == kind) out.push_back(*one);
  }
  return out;
}

std::string FaultRig::names(InjectionId injection) const {
  std::string out;
  for (const FaultEvent& event : states(injection)) out += (out.empty() ? "" : " ") + std::string(to_string(event.state));
  return out;
}

std::vector<std::string> FaultRig::records() const {
  std::vector<std::string> out;
  std::error_code error;
  for (fs::recursive_directory_iterator it(options.state_dir, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() == ".undo") out.push_back(it->path().string());
  }
  return out;
}

pid_t FaultRig::pid(ComponentId id) const { return pid_in(pidfile(id)); }

std::string FaultRig::pidfile(ComponentId id) const { return assignment.plan.component(id).process()->pidfile; }

}  // namespace shakedown::test
