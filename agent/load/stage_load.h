// The load of one stage on one worker: issues calls, records what became of them, and can say how
// many there should be.
// Ownership: the worker owns its stage loads; they refer to the worker's drivers, calls and
// recorder. Threads: the worker's.
#pragma once

#include <functional>

#include "agent/load/deadlines.h"
#include "agent/load/driver.h"
#include "agent/load/prepare.h"
#include "agent/load/recorder.h"
#include "core/base/clock.h"

namespace shakedown {

// What a worker lends to its stage loads. Everything in it outlives them.
struct WorkerTools {
  const Prepared& prepared;
  RunClock clock;
  boost::asio::io_context& loop;
  CallPool& calls;
  Recorder& recorder;
  std::function<Driver&(OperationId)> driver;
};

class StageLoad {
 public:
  virtual ~StageLoad() = default;
  virtual StageId stage() const = 0;
  virtual void begin() = 0;
  // No arrival at or after `at`, except what was released or counted as offered already.
  virtual void stop(RunTime at) = 0;
  // Arrivals with intended < until that were not reported before.
  virtual uint64_t take_offered(RunTime until) = 0;
  virtual uint64_t outstanding() const = 0;
  // Nothing will be issued any more and nothing is out.
  virtual bool over() const = 0;
  // Whether the last arrival has been reported by take_offered too.
  virtual bool reported() const = 0;
};

// Fills a call for an operation of the scenario; the caller sets sink, tag and the stamps.
void prepare_call(Call& call, const Prepared& prepared, OperationId operation);
// A sample of a finished call, its outcome judged by the operation's `expect`.
Sample judge_call(const Call& call, const Prepared& prepared, const RunClock& clock, StageId stage, const Answer& answer,
                  MonoTime done);
// Judges a finished call of a stage and records it.
void record_call(const Call& call, const WorkerTools& tools, StageId stage, const Answer& answer, MonoTime done);

}  // namespace shakedown
