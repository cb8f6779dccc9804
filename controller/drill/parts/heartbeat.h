// Once a second from Go to the end of the run: what came goes to the disk, the agents' leases are renewed, the stop conditions
// are judged, and whoever watches sees where the drill is. A controller that stood still for a whole lease ends its run: the
// watchdogs have taken everything back by then, also what setup started.
// Threads: the run loop only.
#pragma once

#include <functional>

#include "controller/drill/run_context.h"
#include "core/runtime/timer.h"

namespace shakedown {

class Heartbeat {
 public:
  // each: called with every beat; may be empty. Everything outlives the Heartbeat.
  Heartbeat(const RunContext& run, boost::asio::io_context& loop, Duration lease, std::function<void(RunTime)> each)
      : run_(run), alarm_(loop), lease_(lease), each_(std::move(each)) {}

  void start();
  void stop() { alarm_.cancel(); }

 private:
  void beat();
  void renew_leases();
  void check_stop_conditions();
  void show();

  const RunContext& run_;
  Alarm alarm_;
  const Duration lease_;
  const std::function<void(RunTime)> each_;
  std::optional<MonoTime> renewed_;  // when the leases were renewed last
};

}  // namespace shakedown
