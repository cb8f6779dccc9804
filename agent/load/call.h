// One request on its way from an issuer (open loop, closed loop, probe, ledger) through a driver
// and back.
// Ownership: slots of a CallPool; the issuer takes one, hands it to a driver, and gives it back
// when it is finished. Threads: one worker.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "agent/load/list.h"
#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/model/sample.h"

namespace shakedown {

class AnswerCheck;
class Connection;
class Driver;
class PreparedRequest;
struct Call;

// What fills the holes of a request. Views must live until the call is finished.
struct Holes {
  uint64_t key = 0;
  uint64_t value_seed = 0;
  std::string_view id, payload, checksum;
  TraceId trace{};  // set by the driver when the request carries trace context
  uint64_t span = 0;
};

// How a call ended, and what a check may look at; the views end with the callback.
struct Answer {
  Outcome outcome = Outcome::unfinished;  // ok = a complete answer came in time
  bool certainly_not_done = false;        // what was asked for: the target never got it, or refused to do it
  int code = 0;                           // the protocol's own: a status of HTTP; 0 = none
  // Of a complete answer, and empty unless the call asked for them.
  std::string_view head;  // header lines, "Name: value\r\n" each
  std::string_view body;
  bool body_cut = false;  // more came than is kept

  bool complete() const { return outcome == Outcome::ok; }
};

// Told once for every call that was submitted and not abandoned.
class CallSink {
 public:
  virtual ~CallSink() = default;
  // The done of a timeout is the deadline. The slot may be reused or released at once.
  virtual void finished(Call& call, const Answer& answer, MonoTime done) = 0;
  // The driver holds the call back (Call::held) until it knows whether the target was still down;
  // it is not on its way to the target. finished() comes later.
  virtual void holding(Call&) {}
};

struct Call {
  // Set by the issuer.
  const PreparedRequest* request = nullptr;
  CallSink* sink = nullptr;
  Driver* driver = nullptr;
  Holes holes;
  bool keep_head = false;
  bool keep_body = false;
  bool timed = true;  // when its answer ended is part of the result: one that we read too late to know is ours
  bool once = false;  // never sent twice, whatever its protocol allows
  // Without keep_body: keep the first `excerpt` bytes of the body unless the code is what `unless` wants; 0 = keep nothing.
  std::size_t excerpt = 0;
  const AnswerCheck* unless = nullptr;  // nullptr = whatever the code is
  OperationId operation;
  uint64_t tag = 0;  // the issuer's own
  MonoTime intended{}, released{}, deadline{};

  // Set by the driver.
  MonoTime sent{};
  bool was_sent = false;
  bool held = false;                // by the reconnect backoff
  bool retried = false;             // the connection was closed as we sent; once, on a fresh one
  bool queued = false;              // found as many connections in use as the driver may have
  Duration held_up{};               // how long the target may have had to wait for us (full receive buffer)
  Mismatch wrong = Mismatch::none;  // of an answer that broke a declared limit; it ends with `failed`
  Connection* connection = nullptr;

  Link<Call> waiting_link;   // in a pool's queue
  Link<Call> deadline_link;  // in the watchdog's lists
  Duration timeout{};        // deadline - intended, which list that is

  // The deadline and what of the time until then was ours. An answer between the two would have
  // come in time but for us; without one the target has had its whole timeout.
  MonoTime last_moment() const { return deadline + (released - intended) + held_up; }
};

// The end of a call without a complete answer.
inline Answer no_answer(const Call& call, Outcome outcome) {
  Answer answer;
  answer.outcome = outcome;
  answer.certainly_not_done = !call.was_sent || outcome == Outcome::refused;
  return answer;
}

// Slots in slabs: grows to the largest number ever outstanding and never shrinks.
class CallPool {
 public:
  Call& take() {
    if (free_.empty()) grow();
    Call* call = free_.back();
    free_.pop_back();
    *call = Call{};
    return *call;
  }
  void give_back(Call& call) { free_.push_back(&call); }
  void reserve(std::size_t slots) {
    while (slabs_.size() * kSlab < slots) grow();
  }

 private:
  static constexpr std::size_t kSlab = 64;
  void grow() {
    slabs_.push_back(std::make_unique<Call[]>(kSlab));
    free_.reserve(slabs_.size() * kSlab);
    for (std::size_t i = 0; i < kSlab; ++i) free_.push_back(&slabs_.back()[i]);
  }
  std::vector<std::unique_ptr<Call[]>> slabs_;
  std::vector<Call*> free_;
};

}  // namespace shakedown
