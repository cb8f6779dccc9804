// One arrival and what became of it.
#pragma once

#include <array>
#include <cstdint>

#include "core/base/ids.h"
#include "core/base/time.h"

namespace shakedown {

enum class Outcome : uint8_t {
  ok,
  failed,             // an answer that `expect` rejects
  refused,            // connection refused
  reset,              // connection closed, reset, or nonsense instead of an answer
  timeout,            // no answer by intended + timeout
  unfinished,         // still out when the phase's grace ended
  dropped_by_target,  // a declared cap of outstanding requests reached while our lag was within its limit
  dropped_by_us,      // we came too late, kept too little, the derived cap was full, or our backoff outlasted the outage
  client_error,       // our EMFILE, EADDRNOTAVAIL, ...
};
inline constexpr std::size_t kOutcomes = 9;
inline constexpr std::array<Outcome, kOutcomes> kAllOutcomes = {
    Outcome::ok,          Outcome::failed,     Outcome::refused,           Outcome::reset,
    Outcome::timeout,     Outcome::unfinished, Outcome::dropped_by_target, Outcome::dropped_by_us,
    Outcome::client_error};
const char* to_string(Outcome outcome);
constexpr bool is_bad(Outcome o) {  // counts against availability and error ratio
  return o == Outcome::failed || o == Outcome::refused || o == Outcome::reset || o == Outcome::timeout ||
         o == Outcome::dropped_by_target;
}

// Of an answer that is not as expected (Outcome::failed): the first thing that is not.
enum class Mismatch : uint8_t {
  none,
  status,
  header,
  body,
  certificate,  // the peer's is not trusted: there was no answer at all
  size,         // larger than ConnectionPolicy::max_response: it was not read to its end
  rate,         // slower than ConnectionPolicy::slowest: it was not waited for
  unasked,      // it came before the request was sent
};
const char* to_string(Mismatch mismatch);  // "none", "status", ...

// Of a request that carries W3C trace context; all zero = none.
using TraceId = std::array<uint8_t, 16>;

// A plain value, no heap. The four stamps: intended (schedule), released (the pacer reached it),
// sent (first byte handed to the socket), done. latency = done - intended; lag = released - intended
// (ours); wait = sent - released (the pool's queue); service = done - sent.
struct Sample {
  StageId stage;
  OperationId operation;
  Outcome outcome = Outcome::ok;
  bool was_sent = false;  // else sent and service do not exist
  bool retried = false;   // sent a second time: the target closed the kept connection as we sent
  bool queued = false;    // found all connections of a declared pool in use
  Mismatch wrong = Mismatch::none;
  uint16_t status = 0;  // of the answer, 0 = there was none
  RunTime intended{}, released{}, sent{}, done{};
  TraceId trace{};
};

}  // namespace shakedown
