// The drill as a state machine: gather agents, set up, wait until ready, go through the stages, verify the ledgers
// after each injection, wind down. Whatever ends it early, every fault is undone and teardown runs.
//
// Written as one coroutine on the run loop that waits for "something changed"; messages and the one-second tick
// only change state and wake it. Threads: the run loop only.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "controller/agents/planner.h"
#include "controller/agents/roster.h"
#include "controller/drill/live.h"
#include "controller/judge/capacity/search.h"
#include "controller/record/chronicle.h"

namespace shakedown {

// Reads what lies outside the run, on a thread of its own; gives up soon after a stop is requested.
using Gather = std::function<std::vector<Reading>(const Timeline&, const Manifest&, std::stop_token)>;

struct RunOptions {
  std::string run_id;
  std::string tool_version;
  HostFacts host;
  Duration join_limit = std::chrono::seconds(60);
  Duration lease = std::chrono::seconds(10);
  Duration lead = std::chrono::milliseconds(300);  // a stage is announced this long before it starts
  // Called before agents are awaited and then once a second, on the run loop; may be empty.
  std::function<void(const Timeline&, const Manifest&, RunTime)> each_second;
  Gather gather;  // called once, after the agents have left; empty = nothing lies outside
};

struct RunResult {
  RunState state = RunState::completed;
  std::optional<Error> error;  // our own trouble: unavailable, locked, refused, io
  bool hurried = false;        // interrupted twice: undone, but no scorecard is wanted
};

class Run {
 public:
  // roster_scenario: with one agent entry per member; everything outlives the Run.
  Run(const Scenario& roster_scenario, RunOptions options, Chronicle& chronicle, Progress& progress,
      boost::asio::io_context& loop);

  Roster& roster() { return roster_; }
  boost::asio::awaitable<RunResult> execute();
  // Ctrl-C: the first ends the run and undoes; the second leaves out everything but the undo.
  void interrupt(const std::string& signal_name);
  // Our own trouble from outside, such as a failed listener.
  void abort(Error error);

 private:
  enum class Patience { until_stopped, to_the_end };
  struct OpenInjection {
    PlannedInjection planned;
    StageId stage;
    bool finishing = false;
    uint64_t step = 0;             // of its FinishFault, while finishing
    std::optional<uint64_t> look;  // the step that asks whether it healed by itself, until it is answered
    RunTime looked{};
  };

  template <typename Condition>
  boost::asio::awaitable<bool> wait(const Condition& condition, Duration limit, Patience patience);
  boost::asio::awaitable<StepDone> step(AgentId agent, uint64_t number, Duration limit, Patience patience);
  // Why it failed; empty = it did not.
  boost::asio::awaitable<std::string> action(StepEvent::Kind kind, const Action& action, Patience patience);

  boost::asio::awaitable<void> gather();
  void go();
  boost::asio::awaitable<void> prepare();
  boost::asio::awaitable<void> check_ready();
  boost::asio::awaitable<void> read_release(bool at_start);
  boost::asio::awaitable<void> look_for_targets();  // run_checks.cc
  boost::asio::awaitable<void> run_checks();        // run_checks.cc
  boost::asio::awaitable<void> stages();
  boost::asio::awaitable<void> group(const std::vector<PlannedStage>& group);
  boost::asio::awaitable<void> settle(const std::vector<PlannedStage>& group);
  boost::asio::awaitable<void> verify(InjectionId injection, const std::vector<uint64_t>& read_until);
  boost::asio::awaitable<void> wind_down();
  boost::asio::awaitable<void> tear_down();
  void tell_unfinished(const OpenInjection& injection, Duration limit);
  boost::asio::awaitable<void> read_outside();

  // run_growth.cc
  boost::asio::awaitable<void> search(const Search& search);
  boost::asio::awaitable<ScoredSearchStep> search_step(const Search& search, const SearchOrder& order, uint32_t number);
  boost::asio::awaitable<void> series(const StepSeries& series);
  boost::asio::awaitable<bool> scale(const StepSeries& series, double replicas);
  boost::asio::awaitable<void> level(const StepSeries& series, uint32_t number);
  StageId announce_level(const StageEvent& stage);
  void end_level(StageId id, RunTime at, const std::string& reason);
  void not_run_level(PhaseId phase, const std::string& reason);
  bool all_told(StageId id);
  boost::asio::awaitable<void> let_requests_end();

  void announce(const PlannedStage& stage, RunTime start);
  void end_stage(const PlannedStage& stage, RunTime at, const std::string& reason);
  void not_run(const PlannedStage& stage, const std::string& reason);
  void supervise();
  void supervise(OpenInjection& injection, const InjectionRecord& record);
  bool concluded(OpenInjection& injection);
  AgentId agent_of(const OpenInjection& injection) const;
  void tell_unknown(const OpenInjection& injection, const std::string& detail);
  void tell_absent();
  void finish(OpenInjection& injection, bool undo, const std::string& reason);
  void look(OpenInjection& injection);
  uint64_t send(OpenInjection& injection, FinishFault message);
  RunTime stands_until(const InjectionRecord& record, RunTime effective) const;
  void check_members();
  void check_stop_conditions();
  bool up_since(ProbeId probe, RunTime since) const;  // its last up_after checks were good and began after
  bool probes_up_since(RunTime since) const;          // those that an agent still watches, one at least
  bool watches(ProbeId probe) const;
  bool watched() const;
  bool went_down_since(RunTime since) const;  // some probe saw an outage that began after it
  bool overdue(RunTime deadline) const;
  void tick();
  void schedule_tick();
  MonoTime renewed_{};  // when the leases were renewed last
  void stop(RunState state, const std::string& why);
  bool stopped() const { return stop_.has_value(); }
  RunTime now() const { return clock_.now(); }

  const Scenario& scenario_;
  RunOptions options_;
  Chronicle& chronicle_;
  Progress& progress_;
  boost::asio::steady_timer wake_;
  boost::asio::steady_timer tick_;
  Roster roster_;
  RunClock clock_;
  bool gone_ = false;
  bool winding_down_ = false;  // agents leave in good order
  bool ended_ = false;
  int interrupts_ = 0;
  std::optional<std::pair<RunState, std::string>> stop_;
  std::optional<Error> error_;
  std::vector<OpenInjection> open_;
  RunTime previous_end_{};
  std::string activity_ = "waiting for agents";
  RunTime activity_end_{};
  uint32_t next_stage_ = 0;
  uint32_t passes_ = 0;
  struct Verifying {
    LedgerId ledger;
    std::size_t before = 0;  // reads of it before the step
  };
  std::optional<Verifying> verifying_;  // for the progress line
  Manifest manifest_;
};

}  // namespace shakedown
