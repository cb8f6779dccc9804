#include "agent/load/drivers/http1.h"

#include <algorithm>

#include "core/base/log.h"

namespace shakedown {

std::unique_ptr<Driver> make_http1_driver(const PreparedTarget& target,
                                          const DriverOptions& options,
                                          boost::asio::io_context& loop, Deadlines& deadlines) {
  return std::make_unique<Http1Driver>(target, options, loop, deadlines);
}

Http1Driver::Http1Driver(const PreparedTarget& target, const DriverOptions& options,
                         boost::asio::io_context& loop, Deadlines& deadlines)
    : Driver(deadlines),
      target_(target),
      options_(options),
      loop_(loop),
      retry_timer_(loop),
      read_buffer_(64 * 1024) {
  scratch_.reserve(1024);
}

void Http1Driver::start(Call& call, MonoTime now) {
  if (Connection* idle = take_idle(now)) {
    idle->start(call, now);
    return;
  }
  waiting_.push_back(call);
  if (!releasing_) replenish(now);
}

bool Http1Driver::worn_out(const Connection& connection, MonoTime now) const {
  return (options_.max_requests != 0 && connection.served() >= options_.max_requests) ||
         (options_.max_age > Duration::zero() && now - connection.opened() >= options_.max_age);
}

Connection* Http1Driver::take_idle(MonoTime now) {
  while (Connection* last = idle_.back()) {
    idle_.erase(*last);
    if (!worn_out(*last, now)) return last;
    --open_;
    last->close();
  }
  return nullptr;
}

void Http1Driver::release(Connection& connection, MonoTime now) {
  while (Call* first = waiting_.pop_front()) {
    if (now < first->deadline) {
      connection.start(*first, now);
      return;
    }
    finish(*first, Outcome::timeout, nullptr, now);
  }
  idle_.push_back(connection);
}

void Http1Driver::replenish(MonoTime now) {
  while (!closed_ && connecting_.size() < waiting_.size() &&
         open_ + connecting_.size() < options_.max_connections && now >= retry_at_) {
    connect_one(now);
  }
  if (open_ == 0 && connecting_.empty()) hold_waiting(now);
}

void Http1Driver::connect_one(MonoTime now) {
  if (free_.empty()) {
    connections_.push_back(std::make_unique<Connection>(*this, loop_));
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

void Http1Driver::attempt_failed(MonoTime started, Outcome outcome, MonoTime now) {
  end_all_held(outcome == Outcome::client_error ? outcome : last_failure_, now);
  note_failure(started, outcome, now);
  // Whoever waits came before this failure; without a backoff the others get attempts of their own.
  const bool nothing_left = open_ == 0 && connecting_.empty() && now < retry_at_;
  answer_waiting(nothing_left ? waiting_.size() : 1, now);
}

void Http1Driver::note_failure(MonoTime started, Outcome outcome, MonoTime now) {
  last_failure_ = outcome;
  // Attempts that were already under way when the backoff began are one failure with it.
  if (options_.backoff <= Duration::zero() || started < backoff_since_) return;
  backoff_ = backoff_ == Duration::zero()
                 ? options_.backoff
                 : std::min(backoff_ * 2, std::max(options_.backoff, options_.backoff_max));
  backoff_since_ = now;
  retry_at_ = now + backoff_;
}

void Http1Driver::answer_waiting(std::size_t at_most, MonoTime now) {
  for (; at_most > 0; --at_most) {
    Call* first = waiting_.pop_front();
    if (first == nullptr) return;
    finish(*first, last_failure_, nullptr, now);
  }
}

void Http1Driver::hold_waiting(MonoTime now) {
  if (!options_.hold_back || closed_ || now >= retry_at_) {
    answer_waiting(waiting_.size(), now);
    return;
  }
  while (Call* first = waiting_.pop_front()) {
    held_.push_back(*first);
    hold(*first);
  }
  if (!held_.empty()) arm_retry();
}

void Http1Driver::end_all_held(Outcome outcome, MonoTime now) {
  // Only what is held now: a sink may submit again.
  for (std::size_t left = held_.size(); left > 0; --left) {
    Call* first = held_.pop_front();
    if (first == nullptr) return;
    end_held(*first, outcome, now);
  }
}

void Http1Driver::arm_retry() {
  if (retry_armed_) return;
  retry_armed_ = true;
  retry_timer_.expires_at(to_steady(retry_at_));
  retry_timer_.async_wait(member_handler<&Http1Driver::retry>(*this, retry_memory_));
}

void Http1Driver::retry(boost::system::error_code error) {
  retry_armed_ = false;
  if (error || closed_ || held_.empty() || open_ > 0 || !connecting_.empty()) return;
  const MonoTime now = mono_now();
  if (now < retry_at_) {
    arm_retry();
  } else {
    connect_one(now);
  }
}

void Http1Driver::give_up_held(MonoTime now) { end_all_held(not_sent(), now); }

void Http1Driver::connected(Connection& connection, MonoTime now) {
  backoff_ = Duration::zero();
  retry_at_ = MonoTime{};
  connecting_.erase(connection);
  ++open_;
  end_all_held(not_sent(), now);
  release(connection, now);
  replenish(now);
}

void Http1Driver::connect_failed(Connection& connection, Outcome outcome, MonoTime now) {
  connecting_.erase(connection);
  attempt_failed(connection.opened(), outcome, now);
  replenish(now);
}

void Http1Driver::answered(Connection& connection, Call& call, const Response& response,
                           MonoTime now) {
  releasing_ = true;
  finish(call, Outcome::ok, &response, now);
  releasing_ = false;
  release(connection, now);
}

void Http1Driver::answered_last(Connection&, Call& call, const Response& response, MonoTime now) {
  --open_;
  finish(call, Outcome::ok, &response, now);
  replenish(now);
}

void Http1Driver::died(Connection& connection, Call* call, Outcome outcome, MonoTime now) {
  idle_.erase(connection);
  --open_;
  if (call != nullptr) finish(*call, outcome, nullptr, now);
  replenish(now);
}

void Http1Driver::abandon(Call& call, MonoTime now) {
  if (call.connection != nullptr) {
    call.connection->close();
    call.connection = nullptr;
    --open_;
  } else {
    (call.held ? held_ : waiting_).erase(call);
    Connection* oldest = connecting_.front();
    if (oldest != nullptr && oldest->opened() <= call.released) {
      connecting_.erase(*oldest);
      oldest->close();
      end_all_held(last_failure_, now);
    }
  }
  replenish(now);
}

void Http1Driver::close() {
  closed_ = true;
  retry_timer_.cancel();
  for (const auto& connection : connections_) {
    idle_.erase(*connection);
    connection->close();
  }
  open_ = 0;
}

void Http1Driver::log_distrust(const std::string& reason) {
  if (distrust_logged_) return;
  distrust_logged_ = true;
  log::warning("the target's certificate is not trusted, its requests fail",
               {{"target", target_.target.name}, {"reason", reason}});
}

}  // namespace shakedown
