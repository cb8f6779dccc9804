#include "agent/load/schedule/arrival_clock.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "core/base/clock.h"

namespace shakedown {
namespace {

// NTP slews by at most 500 ppm (adjtimex(2)); reading the two clocks takes time itself.
constexpr int64_t kSlewDivisor = 2000;
constexpr Duration kPairNoise = std::chrono::microseconds(500);

Duration offset(const ClockPair& pair) { return pair.wall.time_since_epoch() - pair.mono.time_since_epoch(); }

}  // namespace

ClockPair clock_pair() {
  ClockPair pair;
  // Interrupted between the two, they would look like a clock that was set.
  for (int tries = 3; tries > 0; --tries) {
    const MonoTime before = mono_now();
    pair = {system_clock().wall(), mono_now()};
    if (pair.mono - before < kPairNoise / 5) break;
  }
  return pair;
}

std::optional<MonoTime> ArrivalClock::moved(WallTime stamp, ClockPair pair) {
  const Duration drift = offset(pair) - offset(last_);
  const Duration allowed = kPairNoise + (pair.mono - last_.mono) / kSlewDivisor;
  last_ = pair;
  if (drift > allowed || drift < -allowed) set_until_ = pair.wall;
  const Duration age = pair.wall - stamp;
  if (stamp < set_until_ || age < -kPairNoise) return std::nullopt;
  return age <= kOnTime ? pair.mono : pair.mono - age;
}

void keep_stamps_on() {
  static const int asking = [] {
    const int made = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (made >= 0) stamp_arrivals(made);
    return made;
  }();
  static_cast<void>(asking);
}

void stamp_arrivals(int socket) {
  const int on = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
}

ssize_t receive_stamped(StampedReads& arrival, char* to, std::size_t size) {
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(timespec))];
  iovec room{to, size};
  msghdr message{};
  message.msg_iov = &room;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  const ssize_t bytes = ::recvmsg(arrival.socket, &message, MSG_DONTWAIT);
  if (bytes <= 0) return bytes;
  arrival.bytes += static_cast<std::size_t>(bytes);
  arrival.stamp.reset();
  const cmsghdr* head = CMSG_FIRSTHDR(&message);
  if (head == nullptr || head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_TIMESTAMPNS) return bytes;
  timespec at{};
  std::memcpy(&at, CMSG_DATA(head), sizeof at);
  arrival.stamp = WallTime(std::chrono::seconds(at.tv_sec) + std::chrono::nanoseconds(at.tv_nsec));
  return bytes;
}

Heard heard(int socket) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return {};
  // Of what never came the kernel counts from its own start.
  constexpr uint32_t kNever = 24U * 3600 * 1000;
  const auto ago = [](uint32_t ms) { return std::chrono::milliseconds(ms > kNever ? 0 : ms); };
  Heard out;
  out.segment_ago = ago(info.tcpi_last_ack_recv);
  out.data_ago = ago(info.tcpi_last_data_recv);
  out.round_trip = std::chrono::microseconds(info.tcpi_rtt);
  out.established = info.tcpi_state == TCP_ESTABLISHED || info.tcpi_state == TCP_CLOSE_WAIT;
  return out;
}

Duration since_last_segment(int socket) {
  const Duration ago = heard(socket).segment_ago;
  return ago > kTick ? ago : Duration{};
}

std::size_t unread(int socket) {
  int left = 0;
  ::ioctl(socket, FIONREAD, &left);
  return static_cast<std::size_t>(std::max(left, 0));
}

bool may_have_filled(const StampedReads& arrival) {
  int room = 0;
  socklen_t size = sizeof room;
  ::getsockopt(arrival.socket, SOL_SOCKET, SO_RCVBUF, &room, &size);
  return arrival.bytes + unread(arrival.socket) >= static_cast<std::size_t>(room) / 4;
}

}  // namespace shakedown
