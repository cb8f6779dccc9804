// A phase of levels, one after another: more load, or more replicas of the target under the same load. Before each level of
// replicas the target is scaled, and waited for where the scenario says so; a level whose scaling fails is not run.
// Threads: the run loop only.
#pragma once

#include "controller/drill/action_step.h"
#include "controller/drill/parts/probe_watch.h"
#include "controller/drill/parts/stage_runner.h"

namespace shakedown {

class SeriesRunner {
 public:
  SeriesRunner(const RunContext& run, StageRunner& stages, const ProbeWatch& probes)
      : run_(run), stages_(stages), probes_(probes) {}

  boost::asio::awaitable<void> execute(const StepSeries& series);

 private:
  boost::asio::awaitable<bool> scale(const StepSeries& series, double replicas);
  boost::asio::awaitable<void> level(const StepSeries& series, uint32_t number);

  const RunContext& run_;
  StageRunner& stages_;
  const ProbeWatch& probes_;
};

}  // namespace shakedown
