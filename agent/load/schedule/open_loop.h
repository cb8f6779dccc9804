// Open-loop load: arrivals come when the schedule says so, whatever the target does. Late arrivals
// are sent at once, with their true intended time; the lag shows it.
//
// Pacing: a timer until shortly before the next arrival, then turns of the loop (which serve the
// sockets meanwhile), so that an arrival is released within microseconds; long gaps cost no
// processor time. Drops: an arrival is dropped_by_us when it is released after its own deadline, when
// it meets the derived cap of outstanding requests (which only guards memory), and when it meets a
// declared one while we lag more than our limit; at a declared cap without such a lag it is
// dropped_by_target. Calls that the driver holds back are not on their way and meet no cap; there
// are at most as many as arrive in a backoff and one timeout.
// Ownership and threads: as StageLoad.
#pragma once

#include <cstdint>
#include <optional>

#include "agent/load/schedule/pacer.h"
#include "agent/load/schedule/places.h"
#include "agent/load/stage_load.h"
#include "core/runtime/timer.h"

namespace shakedown {

// The smallest count that a Poisson variable of this mean exceeds with probability below 1e-9: how
// many requests of a healthy target can be out at once.
uint64_t poisson_cap(double mean);

class OpenLoop final : public StageLoad, private CallSink {
 public:
  // load.kind is OpenLoad; it outlives this, and so do the places of a declared cap (null = there is
  // none). lane = the worker's.
  OpenLoop(const WorkerTools& tools, StageId stage, const Load& load, RunTime start, RunTime end, Lane lane, Places* places);

  StageId stage() const override { return stage_; }
  void begin() override;
  void stop(RunTime at) override;
  uint64_t take_offered(RunTime until) override;
  uint64_t outstanding() const override { return outstanding_ + held_; }
  bool over() const override { return !waiting_ && !due() && outstanding() == 0; }
  bool reported() const override { return !audited_ || start_ + audited_->offset >= end_; }

 private:
  static constexpr Duration kTurning = std::chrono::microseconds(60);
  static constexpr int kBatch = 32;

  bool due() const { return next_ && start_ + next_->offset < end_; }
  void schedule(MonoTime now);
  void woken(boost::system::error_code error);
  void turn();
  void release(const Arrival& arrival, MonoTime now);
  bool take_place();
  void leave_place();
  void drop(const Call& call, Outcome outcome);
  void finished(Call& call, const Answer& answer, MonoTime done) override;
  void holding(Call& call) override;

  const WorkerTools& tools_;
  StageId stage_;
  RunTime start_, end_;
  Pacer pacer_;
  Mix mix_;
  std::optional<Arrival> next_;
  // The same sequence again, walked by the clock alone: what is offered does not depend on what was
  // released.
  Pacer auditor_;
  std::optional<Arrival> audited_;
  RunTime audited_until_ = RunTime::min();
  RunTime released_until_ = RunTime::min();
  uint64_t outstanding_ = 0;  // without the held ones
  uint64_t held_ = 0;
  Places* places_;  // of a declared cap
  uint64_t cap_;    // the derived one, of this lane
  LoopTimer timer_;
  HandlerMemory timer_memory_, turn_memory_;
  bool waiting_ = false;  // a timer or a turn will come
};

}  // namespace shakedown
