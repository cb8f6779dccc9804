// Closed-loop load: users that send, wait for the answer, think, and send again. The intended time
// of a request is the instant at which its user wanted to send it (the end of the last one and the
// time to think); released is when our loop reached it, by a reading of the clock of its own, so
// that our lateness shows as lag. A request that we reach after its deadline is dropped_by_us. A user whose request could not
// be carried at all (refused, reset, our own trouble) waits until the driver would try to connect
// again, at least kPause, so that a dead target does not make the loop spin.
// Ownership and threads: as StageLoad.
#pragma once

#include <vector>

#include "agent/load/schedule/pacer.h"
#include "agent/load/stage_load.h"
#include "core/runtime/timer.h"

namespace shakedown {

class ClosedLoop final : public StageLoad, private CallSink {
 public:
  // load.kind is ClosedLoad; it outlives this. lane = the worker's.
  ClosedLoop(const WorkerTools& tools, StageId stage, const Load& load, RunTime start, RunTime end, Lane lane);

  StageId stage() const override { return stage_; }
  void begin() override;
  void stop(RunTime at) override;
  uint64_t take_offered(RunTime until) override;
  uint64_t outstanding() const override { return outstanding_; }
  bool over() const override { return !waiting_ && sleeping_.empty() && outstanding_ == 0; }
  bool reported() const override { return offered_ == 0; }

 private:
  static constexpr Duration kPause = std::chrono::milliseconds(1);
  struct User {
    uint64_t number = 0;  // among the users of all lanes
    uint64_t sent = 0;
  };
  struct Sleeper {
    MonoTime wake{};
    uint32_t user = 0;
    bool operator>(const Sleeper& other) const { return wake > other.wake; }
  };

  void sleep(uint32_t user, MonoTime until);
  void arm();
  void woken(boost::system::error_code error);
  void issue(uint32_t user, MonoTime intended);
  void finished(Call& call, const Answer& answer, MonoTime done) override;

  const WorkerTools& tools_;
  StageId stage_;
  RunTime start_, end_;
  Duration think_;
  uint64_t all_users_;
  Mix mix_;
  std::vector<User> users_;
  std::vector<Sleeper> sleeping_;  // a heap, earliest first
  uint64_t outstanding_ = 0;
  uint64_t offered_ = 0;
  LoopTimer timer_;
  HandlerMemory memory_;
  MonoTime armed_at_ = MonoTime::max();
  uint32_t waiting_ = 0;  // timer waits under way
};

}  // namespace shakedown
