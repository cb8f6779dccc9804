// A real FaultRunner on real processes, in a folder of its own, driven step by step from a test.
// Ownership: ends the processes whose pidfiles it was told about. Threads: the test's thread runs the loop.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "agent/fault/fault_runner.h"
#include "agent/fault/mechanisms/process/identity.h"
#include "core/base/clock.h"
#include "core/model/event.h"
#include "core/model/plan.h"

namespace shakedown::test {

// A temporary folder, 0755, removed with everything in it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

std::string read_text(const std::string& path);
std::vector<ProcessStat> all_processes();
std::optional<ProcessStat> read_process_stat(pid_t pid);
void write_text(const std::string& path, const std::string& text);
pid_t pid_in(const std::string& pidfile);  // 0 when there is none
// 'R', 'S', 'T', ...; 0 when it is gone (a zombie is gone).
char state_of(pid_t pid);
bool alive(pid_t pid);
// Ends exactly this process (and its group if it leads one) and waits until it is gone.
void end_process(pid_t pid);
// Polls until the condition holds; false at the limit.
bool eventually(const std::function<bool()>& condition, Duration limit = std::chrono::seconds(20));

// A component that runs `argv`, named by folder/NAME.pid.
Component component(const TemporaryFolder& folder, const std::string& name, std::vector<std::string> argv, const std::string& exe,
                    ProcessScope scope = ProcessScope::one);
Action start_of(ComponentId id, Duration after = Duration(0));
Action stop_of(ComponentId id);
Action exec_of(std::vector<std::string> argv, Duration limit = std::chrono::seconds(20));

class FaultRig {
 public:
  FaultRig();
  // Ends what the pidfiles of the components name.
  ~FaultRig();

  TemporaryFolder folder;
  Assignment assignment;
  FaultOptions options;  // state and lock folders inside `folder`; the watchdog is the test's own helper
  std::vector<Event> events;
  std::unique_ptr<FaultRunner> runner;
  boost::asio::io_context loop;

  ComponentId add(Component component);
  FaultId add(Fault fault);
  FaultId add(const std::string& name, FaultKind kind, std::vector<Action> recover = {}, std::vector<Action> undo = {});
  // Starts a component without the runner, as an operator would have done before.
  pid_t start_outside(ComponentId id);

  Result<void> make();
  StepEvent step(StepEvent::Kind kind, const Action& action);
  // Injects `delay` from now.
  InjectionId inject(FaultId fault, Duration delay = Duration(0));
  std::pair<bool, std::string> finish(InjectionId injection, bool undo, const std::string& reason = "test");
  std::pair<bool, std::string> look(InjectionId injection);
  std::pair<bool, std::string> undo_all();
  // Runs the loop until the condition holds; fails the test at the limit.
  bool run_until(const std::function<bool()>& condition, Duration limit = std::chrono::seconds(30));
  bool wait_state(InjectionId injection, FaultState state);

  std::vector<FaultEvent> states(InjectionId injection) const;
  std::optional<FaultEvent> state(InjectionId injection, FaultState state) const;
  std::vector<StepEvent> steps(StepEvent::Kind kind) const;
  std::vector<AgentEvent> agent_events(AgentEvent::Kind kind) const;
  std::string names(InjectionId injection) const;  // "armed injected effective"
  // Undo records that stand in any folder of the state_dir.
  std::vector<std::string> records() const;
  pid_t pid(ComponentId id) const;
  std::string pidfile(ComponentId id) const;

 private:
  RunClock clock_;
  uint32_t next_injection_ = 0;
};

// The watchdog and crash helper, fault_agent.
std::string helper_program();

}  // namespace shakedown::test
