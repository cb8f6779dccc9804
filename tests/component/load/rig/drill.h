// Runs a LoadRunner in a test: one scenario, stages one after another, everything it reported in
// one Snapshot. Threads: the test's own thread runs the agent's loop.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "agent/load/load_runner.h"
#include "core/runtime/timer.h"

namespace shakedown {

// One plain target on 127.0.0.1 and one operation GET / with the given timeout.
DrillPlan one_operation(uint16_t port, Duration timeout = std::chrono::seconds(1));
// A phase with this load of operation 0.
Phase phase_with(std::variant<OpenLoad, ClosedLoad> kind, Duration duration, uint32_t max_outstanding = 0);
OpenLoad open_rate(double per_second, Arrivals arrivals = Arrivals::uniform);

class Drill {
 public:
  explicit Drill(DrillPlan scenario, LoadOptions options = {}, Lane lane = {});
  ~Drill();

  LoadRunner& runner() { return *runner_; }
  RunClock clock() const { return clock_; }
  const std::string& work_dir() const { return work_dir_; }

  // Runs every phase as a stage, in order, collecting ten times a second, and stops. Returns
  // everything reported.
  Snapshot run();
  // The pieces of run().
  void begin_stage(uint32_t phase);
  void run_until(RunTime until);
  void run_for(Duration length) { run_until(clock_.now() + length); }
  Snapshot collect();
  Snapshot& collected() { return all_; }
  void stop();
  RunTime stage_end() const { return stage_end_; }
  // Turns the loop until the condition holds; false after 20 s.
  bool wait(const std::function<bool()>& condition);
  boost::asio::io_context& loop() { return loop_; }

 private:
  boost::asio::io_context loop_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  RunClock clock_;
  std::string work_dir_;
  DrillPlan scenario_;
  std::unique_ptr<LoadRunner> runner_;
  RunTime stage_end_{};
  Snapshot all_;
  bool stopped_ = false;
};

uint64_t total_offered(const Snapshot& s);
uint64_t total(const Snapshot& s, Outcome outcome);
uint64_t total_outcomes(const Snapshot& s);
Cell whole(const Snapshot& s);
// Checks the accounting identity, stage by stage.
::testing::AssertionResult balanced(const Snapshot& s);

}  // namespace shakedown
