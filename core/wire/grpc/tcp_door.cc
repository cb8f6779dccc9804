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

#include "core/base/log.h"

namespace shakedown::wire {
namespace {

using Endpoint = boost::asio::ip::tcp::endpoint;

// More agents than that join no drill, and each connection costs some 12 KB.
constexpr rlim_t kMostDescriptors = 2048;
constexpr rlim_t kKeptFree = 64;

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

}  // namespace

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
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  take(socket);
  return true;
}

void TcpDoor::tell_full() {
  if (std::exchange(told_, true)) return;
  log::warning(
      "too many connections to the port for agents: some are closed at once, and an agent may find no place; "
      "somebody else on this host holds them, or the limit of open files (ulimit -n) is low",
      {{"address", address_}, {"limit", std::to_string(first_kept_free())}});
}

}  // namespace shakedown::wire
