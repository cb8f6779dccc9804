#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>

#include "target/http/server.h"
#include "target/http/server_ids.h"

namespace practice {
namespace {

constexpr int kAcceptsPerRound = 64;
constexpr Nanos kAcceptPause = 50 * kMillisecond;
constexpr Nanos kComplainEvery = 10 * kSecond;
constexpr Nanos kLinger = kSecond;

}  // namespace

void Server::watch(int fd, std::uint64_t id, std::uint32_t events, bool first) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = id;
  if (::epoll_ctl(epoll_.get(), first ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event) != 0) {
    fail_errno(kExitUnavailable, "cannot watch a socket");
  }
}

// Those that are open.
void Server::watch_doors(std::uint32_t events) {
  for (std::size_t i = 0; i < doors_.size(); ++i) {
    const int fd = doors_[i].listener.fd();
    if (fd >= 0) watch(fd, kFirstDoor + i, events, false);
  }
}

Connection* Server::find(std::uint64_t id) {
  const auto found = connections_.find(id);
  return found == connections_.end() ? nullptr : found->second.get();
}

void Server::accept_some(const Door& door) {
  if (door.listener.fd() < 0) return;  // an outage closed it in this round
  for (int i = 0; i < kAcceptsPerRound; ++i) {
    Fd socket;
    const Listener::Result result = door.listener.accept(socket);
    if (result == Listener::Result::kNothing) return;
    if (result == Listener::Result::kNoRoom) {
      // The listener stays readable: asking again at once would spin.
      const Nanos now = mono_now();
      accept_again_ = now + kAcceptPause;
      watch_doors(0);
      if (complained_ == 0 || now - complained_ > kComplainEvery) {
        warn("out of descriptors or memory: new connections wait");
        complained_ = now;
      }
      return;
    }
    const std::uint64_t id = next_id_++;
    auto tls = tls_ && door.gate == Gate::kService ? tls_->accept(socket.get()) : nullptr;
    auto connection = std::make_unique<Connection>(id, door.gate, std::move(socket), std::move(tls));
    connection->armed = EPOLLIN;
    watch(connection->fd(), id, EPOLLIN, true);
    connections_.emplace(id, std::move(connection));
  }
}

void Server::receive(Connection& connection) {
  const ssize_t got = connection.receive(scratch_.data(), scratch_.size());
  if (got < 0) {
    connection.doomed = errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR;
    return;
  }
  if (got == 0) {
    connection.ended = true;
    return;
  }
  if (connection.silent || connection.closing || connection.lingering) return;  // thrown away
  parse(connection, std::string_view(scratch_.data(), static_cast<std::size_t>(got)));
}

void Server::parse(Connection& connection, std::string_view bytes) {
  connection.resuming = false;
  const bool direct = connection.input.empty();
  if (!direct) connection.input += bytes;
  std::string_view rest = direct ? bytes : std::string_view(connection.input);
  while (!connection.closing && !connection.silent && !connection.doomed && !connection.full()) {
    const RequestParser::Result result = connection.parser.feed(rest);
    if (result == RequestParser::Result::kMore) {
      if (connection.parser.take_continue()) send_continue(connection);
      break;
    }
    if (result == RequestParser::Result::kBad) {
      refuse_request(connection, connection.parser.status());
      break;
    }
    admit(connection, std::move(connection.parser.request()));
  }
  if (connection.closing || connection.silent) rest = {};
  if (direct) {
    connection.input = rest;
  } else {
    connection.input.erase(0, connection.input.size() - rest.size());
  }
  run_due(connection);
  touch(connection);
}

// What a connection needs at the end of a round: send, read on, half close, or go away.
void Server::settle(Connection& connection) {
  if (!connection.doomed && !connection.silent) {
    const bool was_full = connection.full();
    if (!connection.send()) connection.doomed = true;
    if (was_full && !connection.full()) {
      connection.resuming = true;
      resumed_.push_back(connection.id());
    }
  }
  const bool nothing_left = connection.silent || connection.lingering || (connection.idle() && !connection.resuming);
  if (connection.ended && nothing_left) connection.doomed = true;
  if (connection.doomed) {
    give_up(connection);
    connections_.erase(connection.id());
    return;
  }
  if (connection.sent_last() && !connection.lingering) {
    // Closing now could reset the connection under the answer if the client has sent more.
    connection.half_close();
    timers_.push({mono_now() + kLinger, next_order_++, connection.id(), kLingerSlot});
  }
  arm(connection);
}

void Server::arm(Connection& connection) {
  const bool discards = connection.silent || connection.lingering || connection.closing;
  const bool reads = !connection.ended && (discards || !connection.full());
  const bool writes = connection.sending() || connection.receive_waits_to_send();
  const std::uint32_t wanted = (reads ? EPOLLIN : 0U) | (writes ? EPOLLOUT : 0U);
  if (wanted == connection.armed) return;
  connection.armed = wanted;
  watch(connection.fd(), connection.id(), wanted, false);
}

void Server::reset_service() {
  for (auto next = connections_.begin(); next != connections_.end();) {
    Connection& connection = *next->second;
    if (connection.gate() != Gate::kService) {
      ++next;
      continue;
    }
    give_up(connection);
    connection.make_close_a_reset();
    next = connections_.erase(next);
  }
}

}  // namespace practice
