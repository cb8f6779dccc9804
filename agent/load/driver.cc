#include "agent/load/driver.h"

#include <algorithm>

#include "agent/load/deadlines.h"
#include "agent/load/schedule/arrival_clock.h"
#include "agent/load/schedule/pacer.h"

namespace shakedown {
namespace {

bool is_ours(Outcome outcome) { return outcome == Outcome::client_error || outcome == Outcome::dropped_by_us; }

}  // namespace

uint32_t pool_share(const ConnectionPolicy& policy, Lane worker) {
  if (policy.max == 0) return DriverOptions{}.max_connections;
  return static_cast<uint32_t>(std::max<uint64_t>(1, lane_share(policy.max, worker)));
}

void Driver::submit(Call& call, MonoTime now) {
  call.driver = this;
  deadlines_.add(call);
  start(call, now);
}

bool Driver::look_again(Call& call, MonoTime now) {
  if (call.connection != nullptr) return read_answer(call, now);
  if (now - call.last_moment() <= kLateTurn || looked_at_ == now) return false;
  looked_at_ = now;
  freed_at_ = MonoTime::max();
  freed_at_ = read_all(now);
  return true;
}

Outcome Driver::missed(const Call& call, MonoTime now) const {
  const bool ours = call.connection == nullptr && looked_at_ == now && freed_at_ < call.last_moment();
  return ours ? Outcome::dropped_by_us : Outcome::timeout;
}

void Driver::finish(Call& call, const Answer& answer, MonoTime at) {
  deadlines_.remove(call);
  if (at < call.deadline || is_ours(answer.outcome)) {
    call.sink->finished(call, answer, at);
  } else if (answer.complete() && at < call.last_moment()) {
    call.sink->finished(call, no_answer(call, Outcome::dropped_by_us), at);
  } else {
    call.sink->finished(call, no_answer(call, Outcome::timeout), call.deadline);
  }
}

void Driver::add_lag(Call& call, Duration ours) {
  call.released += ours;
  deadlines_.reorder(call);
}

void Driver::add_held_up(Call& call, Duration ours) {
  call.held_up += ours;
  deadlines_.reorder(call);
}

void Driver::hold(Call& call) {
  deadlines_.remove(call);
  call.held = true;
  call.sink->holding(call);
}

void Driver::end_held(Call& call, Outcome outcome, MonoTime now) {
  call.sink->finished(call, no_answer(call, outcome), std::min(now, call.deadline));
}

}  // namespace shakedown
