// The drill as one coroutine: await the agents, go, prepare, play the phases and read the ledgers back, wind down. Whatever
// ends it early, every fault is undone and teardown runs.
// The parts do the work and know nothing of each other but what their constructors say; they wait through Waiting only, which
// looks after the members and the injections meanwhile. Messages and the heartbeat change state and wake it.
// Threads: the run loop only, but for the reader of what lies outside.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "controller/drill/parts/capacity_search.h"
#include "controller/drill/parts/fault_supervisor.h"
#include "controller/drill/parts/heartbeat.h"
#include "controller/drill/parts/ledger_verifier.h"
#include "controller/drill/parts/preparation.h"
#include "controller/drill/parts/stage_runner.h"
#include "controller/drill/parts/step_series.h"
#include "controller/drill/run_context.h"

namespace shakedown {

// Reads what lies outside the run, on a thread of its own; gives up soon after a stop is requested.
using Collect = std::function<std::vector<Reading>(const Timeline&, const Manifest&, std::stop_token)>;

struct RunOptions {
  std::string run_id;
  std::string tool_version;
  HostFacts host;
  Duration join_limit = std::chrono::seconds(60);
  Duration lease = std::chrono::seconds(10);
  Duration lead = std::chrono::milliseconds(300);  // a stage is announced this long before it starts
  // Called before agents are awaited and then once a second, on the run loop; may be empty.
  std::function<void(const Timeline&, const Manifest&, RunTime)> each_second;
  Deliver deliver;      // of an announcement; needed where the scenario announces
  SilenceApi silences;  // needed where the scenario silences
  LookAt look;          // at a condition; needed where the scenario has some
  Collect collect;      // called once, after the agents have left; empty = nothing lies outside
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
  // Once.
  boost::asio::awaitable<RunResult> execute();
  // Ctrl-C: the first ends the run and undoes; the second leaves out everything but the undo.
  void interrupt(const std::string& signal_name);
  // Somebody stops it from outside: it ends as aborted, and everything is undone.
  void halt(const std::string& why);
  // Our own trouble from outside, such as a failed listener.
  void abort(Error error);

 private:
  boost::asio::awaitable<void> await_agents();
  void go();
  boost::asio::awaitable<void> prepare();
  boost::asio::awaitable<void> play();
  boost::asio::awaitable<void> play_group(const std::vector<PlannedStage>& group);
  boost::asio::awaitable<void> wait_for_probes();
  boost::asio::awaitable<void> wind_down();
  boost::asio::awaitable<void> tear_down();
  boost::asio::awaitable<void> dismiss_agents();
  void tell_absent();
  boost::asio::awaitable<void> announce_end();
  boost::asio::awaitable<void> lift_silences();
  boost::asio::awaitable<void> read_outside();
  RunResult close();
  void look_at_members();
  void look_at_journal();

  const Scenario& scenario_;
  const RunOptions options_;
  Chronicle& chronicle_;
  Progress& progress_;
  RunClock clock_;
  Manifest manifest_;
  Activity activity_{"waiting for agents"};
  RunEnd end_;
  Waiting waiting_;
  Roster roster_;
  ConditionWatch conditions_;
  Announcer announcer_;
  Silencer silencer_;
  const RunContext context_;
  const ProbeWatch probes_;
  Preparation preparation_;
  FaultSupervisor faults_;
  StageRunner stages_;
  CapacitySearch search_;
  SeriesRunner series_;
  LedgerVerifier ledgers_;
  Heartbeat heartbeat_;
};

}  // namespace shakedown
