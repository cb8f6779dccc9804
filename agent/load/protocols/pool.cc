#include "agent/load/protocols/pool.h"

#include <algorithm>
#include <utility>

#include "core/base/log.h"

namespace shakedown {

Pool::Pool(const PreparedTarget& target, const DriverOptions& options, boost::asio::io_context& loop, Deadlines& deadlines,
           CodecFactory make_codec)
    : Driver(deadlines),
      target_(target),
      options_(options),
      loop_(loop),
      make_codec_(std::move(make_codec)),
      addresses_(std::make_shared<const std::vector<boost::asio::ip::tcp::endpoint>>(target.endpoints)),
      retry_timer_(loop),
      read_buffer_(64 * 1024),
      arrivals_(clock_pair()) {
  scratch_.reserve(1024);
}

Pool::~Pool() {
  if (target_.book) target_.book->forget(this);
}

void Pool::start(Call& call, MonoTime now) {
  Connection* idle = spread(now) ? take_idle(call, now) : nullptr;
  if (idle != nullptr) {
    idle->start(call, now);
    return;
  }
  const bool full = open_ + connecting_.size() >= options_.max_connections;
  call.queued = full && (!releasing_ || waiting_.front() != nullptr);
  waiting_.push_back(call);
  if (!releasing_ || !spread(now)) replenish(now);
}

bool Pool::worn_out(const Connection& connection, MonoTime now) const {
  return (options_.max_requests != 0 && connection.served() >= options_.max_requests) ||
         (options_.max_age > Duration::zero() && now - connection.opened() >= options_.max_age);
}

// Whether there are as many connections as addresses, or no more can be had now.
bool Pool::spread(MonoTime now) const {
  const std::size_t wanted = std::min<std::size_t>(addresses_->size(), options_.max_connections);
  return open_ + connecting_.size() >= wanted || closed_ || now < retry_at_;
}

Connection* Pool::take_idle(const Call& call, MonoTime now) {
  const bool late = call.released - call.intended > kLateTurn;
  while (Connection* next = in_turn() ? idle_.front() : idle_.back()) {
    idle_.erase(*next);
    // While we stood still the target may have closed what has been idle.
    if (!worn_out(*next, now) && !(late && next->is_gone())) return next;
    --open_;
    next->close();
  }
  return nullptr;
}

// With several addresses the connection that has waited longest is next, else the one that has become free.
void Pool::start_in_turn(Connection& freed, Call& call, MonoTime now) {
  Connection* next = &freed;
  if (in_turn()) {
    idle_.push_back(freed);
    next = take_idle(call, now);
  }
  if (next != nullptr) {
    next->start(call, now);
  } else {
    waiting_.push_front(call);
    replenish(now);
  }
}

// A call that could have been sent earlier, had we seen it, is released now: that lag is ours.
void Pool::release(Connection& connection, MonoTime ready, MonoTime now) {
  while (Call* first = waiting_.pop_front()) {
    if (now < first->last_moment()) {
      const Duration ours = now - std::max(ready, first->released);
      if (ours > kOnTime) add_lag(*first, ours);
      start_in_turn(connection, *first, now);
      return;
    }
    const bool was_in_time = ready < first->last_moment() && now - ready > kOnTime;
    finish(*first, was_in_time ? Outcome::dropped_by_us : Outcome::timeout, now);
  }
  idle_.push_back(connection);
}

void Pool::replenish(MonoTime now) {
  while (!closed_ && connecting_.size() < without_connection() && open_ + connecting_.size() < options_.max_connections &&
         now >= retry_at_) {
    connect_one(now);
  }
  if (now < retry_at_ && last_failure_ == Outcome::client_error) {
    answer_waiting(without_connection(), now);  // it is us who have no connection for them, and no use in their waiting
  } else if (open_ == 0 && connecting_.empty()) {
    hold_waiting(now);
  }
}

KnownAddresses Pool::addresses(MonoTime now) {
  if (!target_.book) return addresses_;
  KnownAddresses fresh = target_.book->fresh(now);
  if (fresh) addresses_ = fresh;
  return fresh;
}

void Pool::look_up(Connection& connection) {
  target_.book->look_up(this, loop_, [&connection](Result<KnownAddresses> found) { connection.looked_up(std::move(found)); });
}

uint32_t Pool::counter_of(const boost::asio::ip::address& address) {
  const auto is_it = [&](const auto& one) { return one.first == address; };
  const auto known = std::find_if(answered_.begin(), answered_.end(), is_it);
  if (known != answered_.end()) return static_cast<uint32_t>(known - answered_.begin());
  answered_.emplace_back(address, 0);
  return static_cast<uint32_t>(answered_.size() - 1);
}

Driver::AnswerCounts Pool::take_answered() {
  AnswerCounts out;
  for (auto& [address, count] : answered_) {
    if (count > 0) out.emplace_back(address.to_string(), std::exchange(count, 0));
  }
  return out;
}

void Pool::connect_one(MonoTime now) {
  if (free_.empty()) {
    connections_.push_back(std::make_unique<Connection>(*this, make_codec_(), loop_));
    free_.reserve(connections_.size());
    free_.push_back(connections_.back().get());
  }
  Connection& connection = *free_.back();
  free_.pop_back();
  connecting_.push_back(connection);
  const Outcome outcome = connection.connect(now);
  if (outcome == Outcome::ok) return;
  connecting_.erase(connection);
  attempt_failed(now, outcome, now);
}

void Pool::attempt_failed(MonoTime started, Outcome outcome, MonoTime now) {
  end_all_held(outcome == Outcome::client_error ? outcome : last_failure_, now);
  note_failure(started, outcome, now);
  // Whoever waits came before this failure; without a backoff the others get attempts of their own.
  const bool none = outcome == Outcome::client_error || (open_ == 0 && connecting_.empty());
  const bool nothing_left = none && now < retry_at_;
  const std::size_t some = now < retry_at_ ? std::max<std::size_t>(1, again_.size()) : 1;
  answer_waiting(nothing_left ? without_connection() : some, now);
}

void Pool::note_failure(MonoTime started, Outcome outcome, MonoTime now) {
  last_failure_ = outcome;
  // Attempts that were already under way when the backoff began are one failure with it.
  if (options_.backoff <= Duration::zero() || started < backoff_since_) return;
  backoff_ =
      backoff_ == Duration::zero() ? options_.backoff : std::min(backoff_ * 2, std::max(options_.backoff, options_.backoff_max));
  backoff_since_ = now;
  retry_at_ = now + backoff_;
}

void Pool::answer_waiting(std::size_t at_most, MonoTime now) {
  for (; at_most > 0; --at_most) {
    Call* first = again_.empty() ? waiting_.pop_front() : again_.pop_front();
    if (first == nullptr) return;
    finish(*first, last_failure_, now);
  }
}

void Pool::hold_waiting(MonoTime now) {
  if (!options_.hold_back || closed_ || now >= retry_at_) {
    answer_waiting(without_connection(), now);
    return;
  }
  while (Call* first = waiting_.pop_front()) {
    held_.push_back(*first);
    hold(*first);
  }
  if (!held_.empty()) arm_retry();
}

void Pool::end_all_held(Outcome outcome, MonoTime now) {
  // Only what is held now: a sink may submit again.
  for (std::size_t left = held_.size(); left > 0; --left) {
    Call* first = held_.pop_front();
    if (first == nullptr) return;
    end_held(*first, outcome, now);
  }
}

void Pool::arm_retry() {
  if (retry_armed_) return;
  retry_armed_ = true;
  retry_timer_.expires_at(to_steady(retry_at_));
  retry_timer_.async_wait(member_handler<&Pool::retry>(*this, retry_memory_));
}

void Pool::retry(boost::system::error_code error) {
  retry_armed_ = false;
  if (error || closed_ || held_.empty() || open_ > 0 || !connecting_.empty()) return;
  const MonoTime now = mono_now();
  if (now < retry_at_) {
    arm_retry();
  } else {
    connect_one(now);
  }
}

void Pool::give_up_held(MonoTime now) { end_all_held(not_sent(), now); }

bool Pool::read_answer(Call& call, MonoTime now) { return call.connection->read_what_came(now) != MonoTime::max(); }

MonoTime Pool::read_all(MonoTime now) {
  looks_.clear();
  for (const auto& connection : connections_) looks_.push_back(connection->look());
  MonoTime freed_at = MonoTime::max();
  if (::poll(looks_.data(), looks_.size(), 0) <= 0) return freed_at;
  for (std::size_t i = 0; i < looks_.size(); ++i) {
    if (looks_[i].revents != 0) freed_at = std::min(freed_at, connections_[i]->read_what_came(now));
  }
  return freed_at;
}

void Pool::connected(Connection& connection, MonoTime ready, MonoTime now) {
  backoff_ = Duration::zero();
  retry_at_ = MonoTime{};
  connecting_.erase(connection);
  ++open_;
  end_all_held(not_sent(), now);
  if (Call* again = again_.pop_front()) {
    connection.start(*again, now);
  } else {
    release(connection, ready, now);
  }
  replenish(now);
}

void Pool::connect_failed(Connection& connection, Outcome outcome, MonoTime now) {
  connecting_.erase(connection);
  attempt_failed(connection.opened(), outcome, now);
  replenish(now);
}

void Pool::finish_answer(Call& call, const Answer& answer, std::optional<MonoTime> end, MonoTime now) {
  if (end || !call.timed) {
    finish(call, answer, end.value_or(now));
  } else {
    finish(call, Outcome::dropped_by_us, now);
  }
}

void Pool::answered(Connection& connection, Call& call, const Answer& answer, std::optional<MonoTime> end, MonoTime now) {
  const MonoTime ready = end.value_or(call.sent);
  releasing_ = true;
  finish_answer(call, answer, end, now);
  releasing_ = false;
  release(connection, ready, now);
}

void Pool::answered_last(Call& call, const Answer& answer, std::optional<MonoTime> end, MonoTime now) {
  --open_;
  finish_answer(call, answer, end, now);
  replenish(now);
}

void Pool::died(Connection& connection, Call* call, Outcome outcome, bool again, MonoTime now) {
  idle_.erase(connection);
  --open_;
  if (again && !closed_ && now >= retry_at_ && now < call->last_moment()) {
    call->retried = true;
    again_.push_back(*call);
  } else if (call != nullptr) {
    finish(*call, outcome, now);
  }
  replenish(now);
}

void Pool::abandon(Call& call, MonoTime now) {
  if (call.connection != nullptr) {
    call.connection->close();
    call.connection = nullptr;
    --open_;
  } else {
    (call.held ? held_ : call.retried ? again_ : waiting_).erase(call);
    Connection* oldest = connecting_.front();
    if (oldest != nullptr && (call.retried || oldest->opened() <= call.released)) {
      connecting_.erase(*oldest);
      oldest->close();
      end_all_held(last_failure_, now);
    }
  }
  replenish(now);
}

void Pool::close() {
  closed_ = true;
  if (target_.book) target_.book->forget(this);
  retry_timer_.cancel();
  for (const auto& connection : connections_) {
    idle_.erase(*connection);
    connection->close();
  }
  open_ = 0;
}

void Pool::log_unasked() {
  if (unasked_logged_) return;
  unasked_logged_ = true;
  log::warning("the target says what nobody asked for: a greeting is declared by `greeting`, and `until` must end a whole answer",
               {{"target", target_.target.name}});
}

void Pool::log_distrust(const std::string& reason) {
  if (distrust_logged_) return;
  distrust_logged_ = true;
  log::warning("the target's certificate is not trusted, its requests fail",
               {{"target", target_.target.name}, {"reason", reason}});
}

}  // namespace shakedown
