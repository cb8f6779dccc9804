// Stages: announced to the agents before they begin, recorded, and ended when their time or the run is over. The one place that
// makes stage events; ids count from 0 in the order in which stages are announced or said not to be run.
// Threads: the run loop only.
#pragma once

#include <string>
#include <vector>

#include "controller/agents/planner.h"
#include "controller/drill/parts/fault_supervisor.h"
#include "controller/drill/run_context.h"

namespace shakedown {

class StageRunner {
 public:
  // lead: a stage is announced this long before it starts.
  StageRunner(const RunContext& run, FaultSupervisor& faults, Duration lead) : run_(run), faults_(faults), lead_(lead) {}

  // Stages that follow each other without a gap, with their injections, to the end of the last or of the run.
  boost::asio::awaitable<void> play(const std::vector<PlannedStage>& planned);
  void not_run(PlannedStage stage, const std::string& reason);

  // For phases that are made up as they go, in stretches. The stretches follow each other from a lead's time on, with the first
  // one's phase, level and step; those of a role are counted from 0, and those without a length are left out. Their ids.
  struct Stretch {
    StageRole role;
    Duration length;
  };
  std::vector<StageId> announce(StageEvent first, const std::vector<Stretch>& stretches);
  void end(StageId id, RunTime at, const std::string& reason);
  void not_run(PhaseId phase, const std::string& reason);
  // Until every arrival of the stage has come to its end and every agent has told of it, as long as that may take.
  boost::asio::awaitable<void> told(StageId id);
  void phase_over(RunTime at) { previous_end_ = at; }

  // What tears the targets down, or ends the agents, must not end requests that are within their time: they would be the
  // target's failures, or nobody's.
  boost::asio::awaitable<void> let_requests_end();
  // End of the last phase so far; 0 = none was run.
  RunTime previous_end() const { return previous_end_; }
  // As announced, or the true one.
  RunTime end_of(StageId id) const { return run_.timeline().stages()[id.value].range.to; }

 private:
  std::string label(const PlannedStage& stage) const;
  StageId announce(StageEvent stage);
  void begin(PlannedStage& stage, RunTime start);
  void tell_not_run(const PlannedStage& stage, const std::string& reason);
  Duration longest_timeout(PhaseId phase) const;
  bool loads(const Member& member) const;
  bool all_told(StageId id);
  bool none_outstanding() const;

  const RunContext& run_;
  FaultSupervisor& faults_;
  const Duration lead_;
  uint32_t next_ = 0;
  RunTime previous_end_{};
};

}  // namespace shakedown
