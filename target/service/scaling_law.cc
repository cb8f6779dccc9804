#include "target/service/scaling_law.h"

#include <algorithm>
#include <cmath>

namespace practice {

double ScalingLaw::rate() const {
  const auto n = static_cast<double>(present_.size());
  return replicas_ / service_ / (1 + contention_ * (n - 1) + coherency_ * n * (n - 1));
}

Nanos ScalingLaw::next() const {
  if (!left_.empty()) return at_;
  if (present_.empty()) return kNever;
  const double wait = (present_.front().goal - attained_) / rate();
  return at_ + std::max<Nanos>(0, static_cast<Nanos>(std::min(wait, 1e18)));
}

// From departure to departure: each one changes the rate.
void ScalingLaw::go_on(Nanos now) {
  std::deque<Ticket> left = std::move(left_);
  left_.clear();
  while (!present_.empty() && next() <= now) {
    at_ = next();
    attained_ = present_.front().goal;
    left.push_back(present_.front().ticket);
    present_.pop_front();
  }
  left_ = std::move(left);
  attained_ = present_.empty() ? 0 : attained_ + rate() * static_cast<double>(now - at_);
  at_ = now;
}

void ScalingLaw::scale(Nanos now, unsigned replicas) {
  go_on(now);
  replicas_ = replicas;
}

void ScalingLaw::arrive(Nanos now, Ticket ticket) {
  go_on(now);
  present_.push_back({attained_ + 1, ticket});
}

std::optional<ScalingLaw::Ticket> ScalingLaw::leave(Nanos now) {
  go_on(now);
  if (left_.empty()) return std::nullopt;
  const Ticket ticket = left_.front();
  left_.pop_front();
  return ticket;
}

}  // namespace practice
