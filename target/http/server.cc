#include "target/http/server.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "target/http/server_ids.h"
#include "target/service/replicas.h"

namespace practice {
namespace {

constexpr std::size_t kReadSize = 64 * 1024;

timespec to_timespec(Nanos length) {
  const Nanos some = std::max<Nanos>(length, 0);
  return {some / kSecond, some % kSecond};
}

}  // namespace

Server::Server(const Options& options, Parts parts, Nanos zero, int signals)
    : options_(options),
      service_(parts.service),
      durability_(parts.durability),
      truth_(parts.truth),
      doors_(std::move(parts.doors)),
      tls_(parts.tls),
      signals_(signals),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      stalls_(options.stalls, zero),
      outages_(options.outages, zero),
      metrics_(options, zero),
      delays_(options.seed, 2),
      noise_(options.seed, 3),
      next_id_(kFirstConnection),
      scratch_(kReadSize) {
  if (!epoll_.open()) fail_errno(kExitUnavailable, "cannot make an epoll");
  if (options.workers > 0) workers_.emplace(options.workers, options.service);
  if (options.follows_law()) {
    law_.emplace(options.contention, options.coherency, options.service);
  }
  if (!options.replicas_file.empty()) read_replicas();
  watch(signals_, kSignals, EPOLLIN, true);
  for (std::size_t i = 0; i < doors_.size(); ++i) {
    watch(doors_[i].listener.fd(), kFirstDoor + i, EPOLLIN, true);
  }
  if (!options.calls.empty()) {
    callers_.emplace(options);
    watch(callers_->wake_fd(), kCalls, EPOLLIN, true);
  }
  if (durability_.wake_fd() >= 0) watch(durability_.wake_fd(), kCommits, EPOLLIN, true);
}

void Server::run() {
  while (!stopping_) round();
  stop();
}

void Server::round() {
  std::array<epoll_event, 256> events;
  const Nanos before = mono_now();
  const Nanos wake = next_wake(before);
  const timespec limit = to_timespec(wake == kNever ? 0 : wake - before);
  const int count =
      ::epoll_pwait2(epoll_.get(), events.data(), static_cast<int>(events.size()), wake == kNever ? nullptr : &limit, nullptr);
  if (count < 0 && errno != EINTR) fail_errno(kExitUnavailable, "cannot wait for events");
  stand_still();
  follow_outages();
  const std::vector<std::uint64_t> resumed = std::move(resumed_);
  resumed_.clear();
  for (const std::uint64_t id : resumed) {
    if (Connection* connection = find(id)) parse(*connection, {});
  }
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    dispatch(event.data.u64, event.events);
  }
  run_timers();
  finish_round();
}

Nanos Server::next_wake(Nanos now) const {
  if (!resumed_.empty() || stalls_.active(now) != nullptr || outage_changes(now)) return now;
  const Nanos timer = timers_.empty() ? kNever : timers_.top().at;
  const Nanos leaves = law_ ? law_->next() : kNever;
  return std::min({timer, leaves, stalls_.next_edge(now), outages_.next_edge(now), durability_.next_due(), accept_again_});
}

// SIGHUP asks for the replicas; anything else ends the program.
void Server::take_signals() {
  signalfd_siginfo signal{};
  while (::read(signals_, &signal, sizeof signal) == sizeof signal) {
    if (signal.ssi_signo == SIGHUP) {
      read_replicas();
    } else {
      stopping_ = true;
    }
  }
}

void Server::read_replicas() {
  const auto count = practice::read_replicas(options_.replicas_file);
  if (!count.ok()) {
    warn("--replicas-file: " + count.problem + "; nothing changes");
    return;
  }
  const Nanos now = mono_now();
  law_->scale(now, count.value);
  metrics_.replicas(now, count.value);
  truth_.replicas(count.value);
}

void Server::dispatch(std::uint64_t id, std::uint32_t events) {
  if (id == kSignals) {
    take_signals();
  } else if (id >= kFirstDoor && id - kFirstDoor < doors_.size()) {
    accept_some(doors_[id - kFirstDoor]);
  } else if (id == kCalls) {
    complete_calls();
  } else if (id == kCommits) {
    durability_.clear_wake();
    complete_commits();
  } else if (Connection* connection = find(id)) {
    if ((events & (EPOLLERR | EPOLLHUP)) != 0) connection->doomed = true;
    const bool goes_on = (events & EPOLLOUT) != 0 && connection->receive_waits_to_send();
    if (((events & EPOLLIN) != 0 || goes_on) && !connection->doomed) receive(*connection);
    touch(*connection);
  }
}

// A stall: nothing is accepted, read, run or answered. Only lagging writes age on, and a signal
// ends it.
void Server::stand_still() {
  const Nanos from = mono_now();
  const Window* stall = stalls_.active(from);
  if (stall == nullptr) return;
  truth_.begins("stall", from);
  pollfd signal{signals_, POLLIN, 0};
  for (Nanos now = from; now < stall->end(); now = mono_now()) {
    const timespec limit = to_timespec(std::min(stall->end(), durability_.next_due()) - now);
    if (::ppoll(&signal, 1, &limit, nullptr) > 0) take_signals();
    if (stopping_) break;
    durability_.settle(mono_now());
  }
  truth_.ends("stall", from, mono_now());
}

bool Server::outage_changes(Nanos now) const {
  const Window* window = outages_.active(now);
  if (window == nullptr || !outage_) return (window != nullptr) != outage_.has_value();
  return window->at != outage_->at;
}

void Server::follow_outages() {
  const Nanos now = mono_now();
  if (!outage_changes(now)) return;
  if (outage_) end_outage();
  if (const Window* window = outages_.active(now)) begin_outage(*window);
}

void Server::begin_outage(const Window& window) {
  outage_ = window;
  outage_from_ = mono_now();
  truth_.begins("outage", outage_from_, to_string(window.mode));
  metrics_.outage(outage_from_, true);
  if (window.mode != OutageMode::kRefuse) return;
  doors_.front().listener.close();
  reset_service();
}

void Server::end_outage() {
  const bool refused = outage_->mode == OutageMode::kRefuse;
  if (refused && !stopping_) {
    doors_.front().listener.open();
    watch(doors_.front().listener.fd(), kFirstDoor, EPOLLIN, true);
  }
  const Nanos now = mono_now();
  truth_.ends("outage", outage_from_, now, to_string(outage_->mode));
  metrics_.outage(now, false);
  outage_.reset();
}

void Server::run_timers() {
  const Nanos now = mono_now();
  if (accept_again_ <= now) {
    accept_again_ = kNever;
    watch_doors(EPOLLIN);
  }
  while (const auto ticket = law_ ? law_->leave(now) : std::nullopt) {
    leave_service(ticket->connection, ticket->slot);
  }
  while (!timers_.empty() && timers_.top().at <= now) {
    const Timer timer = timers_.top();
    timers_.pop();
    if (timer.slot != kLingerSlot) {
      leave_service(timer.connection, timer.slot);
    } else if (Connection* connection = find(timer.connection)) {
      connection->doomed = true;
      touch(*connection);
    }
  }
}

void Server::finish_round() {
  durability_.write_out();
  truth_.flush();
  durability_.settle(mono_now());
  // No answer leaves before this line: its truth is written, and its entry where --ack says.
  for (std::size_t i = 0; i < touched_.size(); ++i) {
    if (Connection* connection = find(touched_[i])) settle(*connection);
  }
  touched_.clear();
}

void Server::stop() {
  for (const Door& door : doors_) door.listener.close();
  durability_.finish();
  complete_commits();
  finish_round();
  if (outage_) end_outage();
  truth_.stop();
}

}  // namespace practice
