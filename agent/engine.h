// Executes what the controller orders, through one LoadRunner, one FaultRunner and one CheckRunner, and reports through
// `say`. Ownership: owns the runners. Threads: the agent's loop; callbacks of the runners come there too and are ignored once
// the Engine is gone.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/agent_options.h"
#include "agent/outbox.h"
#include "agent/warden.h"
#include "core/runtime/timer.h"
#include "core/wire/link.h"

namespace shakedown {

class Engine {
 public:
  Engine(boost::asio::io_context& loop, const AgentOptions& options, AgentLink& link);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Takes the plan and finds out whether it can be executed here: secrets, certificates, component locks, state folder.
  // What an earlier crash left is swept and reported. Once. Errors: refused with everything that the policy denies; as
  // make_load_runner and make_fault_runner.
  Result<void> plan(Assignment assignment);
  bool planned() const { return assignment_.has_value(); }
  // The run's zero is known: from now on a snapshot leaves at every whole second. Once, after a plan.
  void go(RunClock clock);
  bool gone() const { return clock_.has_value(); }
  // What the plan's targets stood for; see LoadRunner::addresses.
  std::vector<std::string> addresses() const { return load_->addresses(); }
  // Any order between Go and Shutdown. What cannot be obeyed is answered (StepDone, FaultEvent) or reported as a warning.
  void obey(const ToAgent& order);
  // The agent is stopping: an order is answered, or warned of, and not done.
  void decline(const ToAgent& order);
  void renew(Duration lease);
  // Somebody has halted this host: every fault is undone. Returns how long the plan's teardown may take after that.
  Duration halt(const std::string& why);
  // The agent ends: for the audit.
  void ends(const std::string& why);
  void warn(std::string detail);

  // Load, probes and ledgers stop, the last snapshot leaves, then done. At once without Go.
  void stop_load(std::function<void()> done);
  // Undoes everything. done(clean, detail).
  void undo_all(const std::string& reason, std::function<void(bool, std::string)> done);

 private:
  struct Obey;

  Result<void> make_load();
  Result<void> make_fault();
  bool has_faults() const;
  void cannot(const ToAgent& order, const std::string& why);
  void report(Event event);
  void tick();
  void schedule_tick();
  void collect(std::function<void()> done);
  void answer(uint64_t step, bool ok, std::string detail, StepEvent event = {});
  void verify(const VerifyLedger& order);
  void read_release(uint64_t step);
  void inject(const Inject& order);
  void run_step(const RunStep& order);
  void start_again(ComponentId component, const std::string& why);
  void run_checks(uint64_t step);
  CheckRunner& checks();
  void clean(const RunCleanup& order);
  void reach_targets(const ReachTargets& order);
  void look_at_processes(const LookAtProcesses& order);
  // The callback, doing nothing once this Engine is gone.
  template <class F>
  auto while_alive(F f) {
    return [alive = std::weak_ptr<bool>(alive_), f = std::move(f)](auto&&... arguments) mutable {
      if (alive.lock()) f(std::forward<decltype(arguments)>(arguments)...);
    };
  }

  boost::asio::io_context& loop_;
  const AgentOptions& options_;
  AgentLink& link_;
  std::optional<Assignment> assignment_;
  std::optional<RunClock> clock_;  // from Go on
  std::optional<Outbox> outbox_;
  Warden warden_;
  std::unique_ptr<LoadRunner> load_;
  std::unique_ptr<FaultRunner> fault_;
  std::unique_ptr<CheckRunner> check_;  // once checks were ordered
  struct Early {
    MonoTime at{};
    Event event;
  };
  std::vector<Early> early_;  // reported before Go
  Alarm tick_;
  bool collecting_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // weakly held by callbacks
};

}  // namespace shakedown
