#include "agent/check/kinds/reach.h"

#include <cerrno>
#include <cstring>
#include <system_error>

#include <sys/socket.h>

namespace shakedown {
namespace {

int errno_of(Woken woken) { return woken == Woken::ended ? ECANCELED : ETIMEDOUT; }

Reached unreached(int error) { return {FileDescriptor(), error}; }

}  // namespace

std::string Reached::why() const {
  if (error == ECANCELED) return "the agent stops";
  if (error == ETIMEDOUT) return "no connection in time";
  return std::generic_category().message(error);
}

bool Reached::nobody() const {
  return error == ECONNREFUSED || error == ENETUNREACH || error == EHOSTUNREACH || error == EADDRNOTAVAIL ||
         error == EAFNOSUPPORT;
}

Task<Reached> reach(const Checking& look, Endpoint endpoint) {
  FileDescriptor socket(::socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.valid()) co_return unreached(errno);
  if (::connect(socket.get(), endpoint.data(), static_cast<socklen_t>(endpoint.size())) == 0) {
    co_return Reached{std::move(socket), 0};
  }
  if (errno != EINPROGRESS) co_return unreached(errno);
  const Woken woken = co_await wait_writable(socket.get(), look.deadline, &look.end);
  if (woken != Woken::writable) co_return unreached(errno_of(woken));
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) co_return unreached(error);
  co_return Reached{std::move(socket), 0};
}

Task<Reached> reach_any(const Checking& look, const std::vector<Endpoint>& endpoints) {
  Reached last = unreached(EADDRNOTAVAIL);
  for (const Endpoint& endpoint : endpoints) {
    last = co_await reach(look, endpoint);
    if (last.socket.valid()) break;
  }
  co_return last;
}

Task<bool> send_all(const Checking& look, const FileDescriptor& socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN) co_return false;
    const Woken woken = co_await wait_writable(socket.get(), look.deadline, &look.end);
    if (woken != Woken::writable) co_return false;
  }
  co_return true;
}

Task<Received> receive(const Checking& look, const FileDescriptor& socket) {
  Received received;
  while (true) {
    received.woken = co_await wait_readable(socket.get(), look.deadline, &look.end);
    if (received.woken != Woken::readable) co_return received;
    std::string room(16 * 1024, '\0');
    const ssize_t got = ::recv(socket.get(), room.data(), room.size(), 0);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    received.closed = got <= 0;
    room.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    received.bytes = std::move(room);
    co_return received;
  }
}

}  // namespace shakedown
