// Everything an agent does to components: setup and teardown steps, faults, recovery, undo, the watchdog.
// Threads: all methods on the agent's loop thread; callbacks on the same loop.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/model/event.h"
#include "core/model/plan.h"

namespace shakedown {

struct FaultOptions {
  std::string state_dir;         // undo records and logs; empty = default_state_dir() of state_folders.h, e.g. /var/lib/shakedown
  std::string lock_dir;          // component locks, the same for every run on this host; empty = default_state_dir()
  std::string watchdog_program;  // executed as `PROGRAM watch DIR`; empty = our own executable
  Duration lease = std::chrono::seconds(10);
  std::function<void(Event)> report;  // FaultEvent, StepEvent, AgentEvent (leftover, warning)
  std::vector<std::string> spared;  // pidfiles: the processes that they name are never touched, whatever the scope of a component
  bool stops_are_faults = false;    // what a step stops is noted as a fault is, and started again at the end
  // Asked at its moment, when the injection's record is durable and nothing is changed yet, and before each recovery step. Error:
  // it is not done. Empty: nothing is asked.
  std::function<Result<void>(InjectionId, FaultId)> may_inject;
  std::function<Result<void>(const Action&)> may_recover;
};

class FaultRunner {
 public:
  virtual ~FaultRunner() = default;
  // The run's zero is known. Once, before anything below; until then only AgentEvents are reported, and their stamps say nothing.
  virtual void go(RunClock clock) = 0;
  // Executes one setup/teardown step.
  virtual void run_step(StepEvent::Kind kind, const Action& action, std::function<void(StepEvent)> done) = 0;
  // Whether setup of this run has started the component, which nobody has stopped since.
  virtual bool has_started(ComponentId) const { return false; }
  // Whether a step has stopped it, and none has started it since; with stops_are_faults only.
  virtual bool has_stopped(ComponentId) const { return false; }
  // Whether the processes that the plan's faults will change here are the declared ones; changes nothing. Errors: refused
  // (another one, or one that may not be touched), unavailable (one does not run, and no step of a fault starts it).
  virtual Result<void> look_at_processes() = 0;
  // Whether what setup started here, and nothing stopped since, still runs. Error unavailable: with its exit and last output.
  virtual Result<void> look_at_started() = 0;
  // Breaks at `at`, proves the effect, runs the fault's recover steps. Reports FaultEvents and StepEvents.
  virtual void inject(InjectionId injection, FaultId fault, StageId stage, RunTime at) = 0;
  // Compares with the state before; undoes when asked or when it differs; then clean or leftover. done(ok, detail).
  virtual void finish(InjectionId injection, bool undo, std::string reason, std::function<void(bool, std::string)> done) = 0;
  // Compares with the state before: clean when nothing differs; else nothing is done. done(clean, detail).
  virtual void look(InjectionId injection, std::function<void(bool, std::string)> done) = 0;
  // A file for the process of a command that others run, one at a time, so that whoever undoes ends it when we die. Empty:
  // nowhere. It is theirs to remove.
  virtual std::string command_note() const { return ""; }
  // Lease renewed by the controller; passed on to the watchdog.
  virtual void renew(Duration lease) = 0;
  // Undoes every fault that stands and stops what setup started and teardown did not stop. done(clean, detail).
  virtual void undo_all(std::string reason, std::function<void(bool, std::string)> done) = 0;
};

// Locks the plan's components, sweeps what an earlier crash left in state_dir (reported), spawns the watchdog.
// Errors: locked (component of another run), refused (identity rules), io (state_dir).
Result<std::unique_ptr<FaultRunner>> make_fault_runner(const Assignment& assignment, FaultOptions options,
                                                       boost::asio::io_context& loop);

// What this host can inject, for `shakedown doctor`.
struct FaultCapability {
  std::string kind;  // "kill", "pause", ...
  bool able = true;
  std::string reason;  // why not, and what to do; empty when able
};
std::vector<FaultCapability> fault_capabilities();

// `shakedown-agent watch DIR` (and `shakedown watch DIR`): undoes everything in DIR when stdin closes or the lease
// ends. Returns the process's exit code. Runs its own loop; never returns while the agent lives.
int watchdog_main(const std::string& dir);

}  // namespace shakedown
