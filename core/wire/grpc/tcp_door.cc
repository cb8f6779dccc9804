#include "core/wire/grpc/tcp_door.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include <boost/asio/ip/tcp.hpp>

#include "core/base/clock.h"
#include "core/base/log.h"

namespace shakedown::wire {
namespace {

using Endpoint = boost::asio::ip::tcp::endpoint;

// More agents than that join no drill, and each connection costs some 12 KB.
constexpr rlim_t kMostDescriptors = 2048;
constexpr rlim_t kKeptFree = 64;
// Connections of other users of this host: at once, and a second.
constexpr double kTurns = 32;
constexpr double kTurnsASecond = 10;

// A descriptor from here on is one of the last: the kernel gives the lowest that is free.
int first_kept_free() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<int>(std::min(kMostDescriptors, limit.rlim_cur - std::min(kKeptFree, limit.rlim_cur / 4)));
}

Endpoint endpoint_of(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  std::string host = address.substr(0, colon);
  if (host == "localhost") host = "127.0.0.1";
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  boost::system::error_code error;
  return {boost::asio::ip::make_address(host, error), static_cast<uint16_t>(std::stoi(address.substr(colon + 1)))};
}

bool from_this_host(int socket) {
  Endpoint peer;
  auto length = static_cast<socklen_t>(peer.capacity());
  return ::getpeername(socket, peer.data(), &length) != 0 || peer.address().is_loopback();
}

// The peer hears of it at once, and no port of ours waits for its last word.
void close_at_once(int socket) {
  const linger now{1, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  ::close(socket);
}

}  // namespace

TcpDoor::TcpDoor(int listener) : listener_(listener), turns_(kTurns), turns_at_(mono_now()) {}

Result<std::unique_ptr<TcpDoor>> TcpDoor::open(const std::string& address) {
  Endpoint endpoint = endpoint_of(address);
  const int on = 1;
  const int listener = ::socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  std::unique_ptr<TcpDoor> door(new TcpDoor(listener));
  door->ending_ = ::eventfd(0, EFD_CLOEXEC);
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  auto length = static_cast<socklen_t>(endpoint.capacity());
  if (listener < 0 || door->ending_ < 0 || ::bind(listener, endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0 ||
      ::listen(listener, SOMAXCONN) != 0 || ::getsockname(listener, endpoint.data(), &length) != 0) {
    return fail(errno_error("cannot listen on " + address + " (in use or not allowed; use port 0 to let the kernel choose)",
                            errno, ErrorKind::unavailable));
  }
  door->address_ = address.substr(0, address.rfind(':') + 1) + std::to_string(endpoint.port());
  return door;
}

TcpDoor::~TcpDoor() {
  const uint64_t one = 1;
  if (thread_.joinable() && ::write(ending_, &one, sizeof one) == static_cast<ssize_t>(sizeof one)) thread_.join();
  if (ending_ >= 0) ::close(ending_);
  if (listener_ >= 0) ::close(listener_);
}

void TcpDoor::serve(Take take) {
  thread_ = std::thread([this, take = std::move(take)] { accept_all(take); });
}

void TcpDoor::accept_all(const Take& take) {
  pollfd awaited[] = {{ending_, POLLIN, 0}, {listener_, POLLIN, 0}};
  for (bool room = true; (awaited[0].revents & POLLIN) == 0;) {
    // Who stands before the door stays there until a descriptor is free.
    if (::poll(awaited, room ? 2 : 1, room ? -1 : 100) < 0 && errno != EINTR) return;
    if ((awaited[0].revents & POLLIN) == 0) room = accept_one(take);
  }
}

bool TcpDoor::accept_one(const Take& take) {
  const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (socket < 0) {
    const bool none = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
    if (none) tell_full();
    return !none;
  }
  if (socket >= first_kept_free()) {
    tell_full();
    ::close(socket);
    return true;
  }
  if (!may_enter(socket)) {
    tell_crowd();
    close_at_once(socket);
    return true;
  }
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  take(socket);
  return true;
}

bool TcpDoor::may_enter(int socket) {
  if (!from_this_host(socket)) return true;
  const std::optional<uid_t> user = users_.of(socket);
  return (user && (*user == ::geteuid() || *user == 0)) || take_turn(mono_now());
}

bool TcpDoor::take_turn(MonoTime now) {
  turns_ = std::min(kTurns, turns_ + kTurnsASecond * seconds(now - turns_at_));
  turns_at_ = now;
  if (turns_ < 1) return false;
  turns_ -= 1;
  return true;
}

void TcpDoor::tell_crowd() {
  if (std::exchange(crowd_told_, true)) return;
  log::warning(
      "other users of this host open many connections to the port for agents: from here on some of theirs are closed at once; "
      "an agent of another user may have to try again, one of ours does not",
      {{"address", address_}});
}

void TcpDoor::tell_full() {
  if (std::exchange(told_, true)) return;
  log::warning(
      "too many connections to the port for agents: some are closed at once, and an agent may find no place; "
      "somebody else on this host holds them, or the limit of open files (ulimit -n) is low",
      {{"address", address_}, {"limit", std::to_string(first_kept_free())}});
}

}  // namespace shakedown::wire
