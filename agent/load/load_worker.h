// What one worker thread does for load: drivers, calls, recorder and the stages that run.
// Ownership: owns all of it. Threads: construct and destroy anywhere, everything else on the
// worker's loop.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "agent/load/schedule/places.h"
#include "agent/load/stage_load.h"
#include "core/runtime/timer.h"

namespace shakedown {

// The part of a load that is this agent's; count 0 = none.
Lane agent_lane(const Load& load, const Assignment& assignment);

class LoadWorker {
 public:
  // number of `workers`: which part of the agent's lane and connections is ours. prepared and loop
  // outlive this.
  LoadWorker(const Prepared& prepared, RunClock clock, uint32_t number, uint32_t workers, boost::asio::io_context& loop);

  // level as in LoadRunner::start_stage; places: of a declared cap, shared by the workers, null = there is none.
  void start_stage(StageId stage, PhaseId phase, RunTime start, RunTime end, double level, Places* places);
  void stop_stage(StageId stage, RunTime at);
  // Adds what happened since the last call: offered (intended before `until`), cells, and the load
  // part of health.
  void collect(RunTime until, Snapshot& to);
  // No new arrivals; done once nothing is out, or at grace_end, when the rest becomes `unfinished`.
  void stop(RunTime at, MonoTime grace_end, std::function<void()> done);
  // Everything is dropped; the loop ends by itself soon after.
  void close();

 private:
  Driver& driver(OperationId operation);
  std::unique_ptr<StageLoad> make_stage(StageId stage, const Load& load, RunTime start, RunTime end, Places* places);
  void check_stopped(MonoTime grace_end);
  void give_up(MonoTime now);
  bool all_over() const;

  const Prepared& prepared_;
  uint32_t number_, workers_;
  CallPool calls_;
  Deadlines deadlines_;
  Recorder recorder_;
  boost::asio::io_context& loop_;
  std::vector<std::unique_ptr<Driver>> drivers_;  // by route, made at first use
  WorkerTools tools_;
  std::map<StageId, Load> levelled_;  // the loads of stages with a level of their own
  std::vector<std::unique_ptr<StageLoad>> stages_;
  Alarm alarm_;
  std::function<void()> stopped_;
  bool closed_ = false;
};

}  // namespace shakedown
