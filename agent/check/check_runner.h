// Checks that are not load: an agent's share of the scenario's checks, run once, one after another, on a thread of their
// own, each within its timeout. What could not be carried out is reported as such and is never taken for good.
// Threads: every method from the agent's loop thread; callbacks come on the loop given to make.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "core/base/address_ranges.h"
#include "core/base/clock.h"
#include "core/model/event.h"
#include "core/model/plan.h"

namespace shakedown {

class CheckRunner {
 public:
  // Ends what runs (a command with its process group) and waits for it.
  virtual ~CheckRunner() = default;
  // each: the result of every check that is this agent's, in their order; then done. Once: a second time is answered
  // with ok = false.
  virtual void run(std::function<void(CheckResult)> each, std::function<void(bool ok, std::string detail)> done) = 0;
  // One of the plan's cleanups, and the count of what is left of it. done gets its event.
  virtual void clean(std::size_t cleanup, std::function<void(StepEvent)> done) = 0;
  // What runs ends now, what waits is not begun; both are reported as not carried out.
  virtual void cancel() = 0;
};

// clock stamps the results. note: the file in which a command's process is noted while it runs (FaultRunner::command_note);
// empty = nowhere. within: where targets may be.
std::unique_ptr<CheckRunner> make_check_runner(const Assignment& assignment, RunClock clock, boost::asio::io_context& loop,
                                               std::string note = "", AddressRanges within = {});

// Connects once to every target of the scenario's operations and lets go again; nothing is sent. done: whether one of
// them accepted (or none is to be asked), and what the others said. On the loop, within the limit.
void reach_targets(const DrillPlan& plan, const AddressRanges& within, Duration limit, boost::asio::io_context& loop,
                   std::function<void(bool any, std::string detail)> done);

// Who runs a check: the agent it names, else the first with the role `load`.
AgentId owner_of(const Check& check, const DrillPlan& plan);

}  // namespace shakedown
