// The watchdog of one worker: ends every call whose last moment has passed: its deadline (intended +
// timeout), and what of the time until then was ours (Call::last_moment). One timer for all of them:
// calls with the same timeout are kept in one list in order of that moment, mostly that of their
// release. None is believed to be over before what has come for it meanwhile has been read.
// Ownership: refers to calls, does not own them. Threads: the worker's.
#pragma once

#include <deque>

#include "agent/load/call.h"
#include "agent/load/handler.h"
#include "core/runtime/timer.h"

namespace shakedown {

class Deadlines {
 public:
  explicit Deadlines(boost::asio::io_context& loop) : timer_(loop) {}
  Deadlines(const Deadlines&) = delete;
  Deadlines& operator=(const Deadlines&) = delete;

  void add(Call& call);
  void remove(Call& call);
  // Puts a call whose last moment has moved back where it belongs.
  void reorder(Call& call);
  // Every call that is out: abandons it and tells its sink `unfinished`, done = now.
  void give_up(MonoTime now);
  std::size_t size() const;
  // No timer is left waiting. Calls must be gone.
  void close();

 private:
  // Moments closer together than this are ended by one waking; what is stamped is the deadline
  // itself.
  static constexpr Duration kGrain = std::chrono::microseconds(500);
  struct Queue {
    Duration timeout{};
    List<Call, &Call::deadline_link> calls;
  };

  Queue& queue(Duration timeout);
  static void insert(Queue& to, Call& call);
  void expire(MonoTime now);
  void arm(MonoTime at);
  void woken(boost::system::error_code error);
  static void end(Call& call, Outcome outcome, MonoTime done);

  LoopTimer timer_;
  HandlerMemory memory_;
  std::deque<Queue> queues_;
  Queue* last_ = nullptr;
  MonoTime armed_at_ = MonoTime::max();
  bool closed_ = false;
};

}  // namespace shakedown
