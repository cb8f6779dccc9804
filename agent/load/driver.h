// What carries calls of one protocol: a driver has those of one worker to one target, over connections of
// its own.
// Ownership: the worker owns its drivers; a driver refers to calls. Threads: the worker's.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>

#include <boost/asio/io_context.hpp>

#include "agent/load/call.h"
#include "core/base/result.h"
#include "core/model/operation.h"
#include "core/model/plan.h"

namespace shakedown {

class Deadlines;
struct PreparedTarget;

struct DriverOptions {
  uint32_t max_connections = std::numeric_limits<uint32_t>::max();  // of this driver; else one for each call that is out
  Duration max_age{};                                               // 0 = no limit
  uint64_t max_requests = 0;                                        // per connection, 0 = no limit
  Duration backoff{};                                               // after a failed connect; 0 = every call tries at once
  Duration backoff_max{};
  // What comes while no connection is open and the backoff runs: held until the next attempt tells
  // whether the target was still down, or answered at once with the last attempt's outcome.
  bool hold_back = false;
  uint64_t max_response = ConnectionPolicy{}.max_response.count;  // bytes of one answer
  uint64_t slowest = 0;                                           // bytes a second of an answer that has begun; 0 = no limit
};

// Of the connections that a policy allows an agent, what falls to one of its workers; at least one.
uint32_t pool_share(const ConnectionPolicy& policy, Lane worker);

class Driver {
 public:
  virtual ~Driver() = default;

  // The call's sink is told once, possibly before submit returns: a complete answer (ok), refused,
  // reset, client_error, failed (the peer's certificate is not trusted, or its answer broke a limit:
  // Call::wrong), or timeout from the watchdog. Without a free connection the call waits in order of submission. While no
  // connection is open and the reconnect backoff runs, it is answered like the last attempt at once, or held back (hold_back)
  // until the next one: if that fails too, the target was down all the time and the call ends like the attempt before it; if it
  // succeeds, nobody asked the target, and the call is dropped_by_us. Each end is client_error where an attempt failed by our own
  // fault.
  void submit(Call& call, MonoTime now);

  // Forgets a submitted call: its sink is not told; a connection that carries it is closed.
  virtual void abandon(Call& call, MonoTime now) = 0;
  // Ends the calls that are held back: nobody will know any more whether the target was down.
  virtual void give_up_held(MonoTime) {}

  // Before a last moment that has passed is believed: reads what has come for the call or, when it
  // waits for a connection and we are late, for all that are out (once a turn). False when nothing
  // can have changed; else the call may be gone.
  bool look_again(Call& call, MonoTime now);
  // What a call is whose last moment has passed without an answer: timeout, or dropped_by_us when
  // our own lateness may be why it never had a connection.
  Outcome missed(const Call& call, MonoTime now) const;

  // When a new connection may be tried; in the past while nothing is wrong.
  virtual MonoTime retry_at() const = 0;
  virtual uint32_t open_connections() const = 0;
  // Complete answers by address, since they were taken last.
  using AnswerCounts = std::vector<std::pair<std::string, uint64_t>>;
  virtual AnswerCounts take_answered() { return {}; }
  // Drops every connection. Calls must be gone. The loop needs to run until the last operation has
  // come back.
  virtual void close() = 0;

 protected:
  explicit Driver(Deadlines& deadlines) : deadlines_(deadlines) {}
  // Ends a call; at = when its end came. At or after the deadline that is a timeout, stamped there,
  // whatever it was; but a complete answer that came before the last moment is dropped_by_us.
  void finish(Call& call, const Answer& answer, MonoTime at);
  void finish(Call& call, Outcome outcome, MonoTime at) { finish(call, no_answer(call, outcome), at); }
  // This much of the call's time was ours: as lag (its release is later), or because the target had
  // to wait until we read.
  void add_lag(Call& call, Duration ours);
  void add_held_up(Call& call, Duration ours);
  virtual void start(Call& call, MonoTime now) = 0;
  // A held call has no watchdog: its end is known only after the next attempt to connect.
  void hold(Call& call);
  void end_held(Call& call, Outcome outcome, MonoTime now);
  // Reads what has come for a call that has a connection; false when the call is still there.
  virtual bool read_answer(Call& call, MonoTime now) = 0;
  // Reads what has come on all connections. When the first of them may have become free for a
  // waiting call; MonoTime::max() = none has.
  virtual MonoTime read_all(MonoTime now) = 0;

 private:
  Deadlines& deadlines_;
  MonoTime looked_at_ = MonoTime::min();
  MonoTime freed_at_ = MonoTime::max();  // what we saw then
};

using DriverFactory = std::unique_ptr<Driver> (*)(const PreparedTarget& target, const DriverOptions& options,
                                                  boost::asio::io_context& loop, Deadlines& deadlines);

}  // namespace shakedown
