// What comes before the first phase: setup, the probes, the wait until the target is ready (or, where no `ready` is declared, a
// look whether any target is there at all), and the checks that are not load. Each part ends the run when nothing that followed
// would be about the target: then nothing was measured.
// Threads: the run loop only.
#pragma once

#include <string>

#include "controller/drill/parts/probe_watch.h"
#include "controller/drill/run_context.h"

namespace shakedown {

class Preparation {
 public:
  Preparation(const RunContext& run, const ProbeWatch& probes) : run_(run), probes_(probes) {}

  boost::asio::awaitable<void> set_up();
  boost::asio::awaitable<void> wait_until_ready();
  // Whether the processes that faults will change are the declared ones: who has declared another learns it before the load.
  boost::asio::awaitable<void> look_at_processes();
  // Those of `ready`.
  boost::asio::awaitable<void> wait_for_conditions();
  boost::asio::awaitable<void> run_checks();

 private:
  boost::asio::awaitable<void> check_ready(const ReadyCheck& ready);
  boost::asio::awaitable<void> look_for_targets();
  boost::asio::awaitable<void> look_before_start();
  boost::asio::awaitable<void> look_for_strangers();
  boost::asio::awaitable<std::string> what_has_ended();

  const RunContext& run_;
  const ProbeWatch& probes_;
  bool answered_before_ = false;  // the target of `ready`, before setup started anything
};

// The target's own word about its release, asked for at the start and at the end of a run ("start", "end"); empty = none is
// declared, or it cannot be read, which is recorded.
boost::asio::awaitable<std::string> read_release(const RunContext& run, const std::string& when);

}  // namespace shakedown
