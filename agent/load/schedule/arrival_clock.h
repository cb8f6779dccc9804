// When bytes came, by the kernel's own stamp: what our thread read late was not answered late.
//
// The kernel stamps each segment with the wall clock (SO_TIMESTAMPNS, given back by recvmsg). A
// stamp is moved to the monotonic clock by a pair (wall, monotonic) read in the same turn of the
// loop. A pair that does not follow from the one before means that the wall clock was set in
// between: nobody knows when bytes came that were stamped before that was seen.
// Ownership: plain value, one per driver. Threads: the worker's.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>

#include "core/base/time.h"

namespace shakedown {

// Our own delays below this are not told apart from the target's.
inline constexpr Duration kOnTime = std::chrono::microseconds(200);
// From here on a turn is late: what has come is looked for in other ways too.
inline constexpr Duration kLateTurn = std::chrono::milliseconds(2);

struct ClockPair {
  WallTime wall{};
  MonoTime mono{};
};
ClockPair clock_pair();

class ArrivalClock {
 public:
  explicit ArrivalClock(ClockPair first) : last_(first) {}
  // When bytes with this stamp came, never after pair.mono; pair.mono itself when that was at most
  // kOnTime ago. nullopt: the wall clock was set since.
  std::optional<MonoTime> moved(WallTime stamp, ClockPair pair);

 private:
  ClockPair last_;
  WallTime set_until_ = WallTime::min();  // stamps before may be of another clock
};

// The kernel begins to stamp a moment after the first socket asks for it, and ends with the last: asks
// once for the life of the program. Any thread.
void keep_stamps_on();
// The socket's reads carry stamps from now on; without keep_stamps_on the first may have none.
void stamp_arrivals(int socket);

// What the last reads of a socket brought.
struct StampedReads {
  int socket = -1;
  std::optional<WallTime> stamp;  // of the last segment; empty when the kernel gave none
  std::size_t bytes = 0;          // since the reader set it to zero
};
// As recv with MSG_DONTWAIT.
ssize_t receive_stamped(StampedReads& arrival, char* to, std::size_t size);
// How much lies there unread.
std::size_t unread(int socket);
// When bytes or an end came by other means, with the grain of the kernel's tick.
inline constexpr Duration kTick = std::chrono::milliseconds(10);
struct Heard {
  Duration segment_ago{};  // any segment of the peer (a reset is none)
  Duration data_ago{};     // one with data; zero when there was none
  Duration round_trip{};
  bool established = false;  // connected, whatever came later; not after a reset
};
Heard heard(int socket);
// How long ago the peer was heard from; zero when unknown or within a tick.
Duration since_last_segment(int socket);
// After the first read of a turn: whether so much lay there that the receive buffer may have been
// full, so that the peer had to wait for us. A sender waits for half a window, a window is about
// half of the buffer (tcp(7), tcp_adv_win_scale; RFC 9293 3.8.6.2.1).
bool may_have_filled(const StampedReads& arrival);
}  // namespace shakedown
