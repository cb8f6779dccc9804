#include "agent/load/schedule/closed_loop.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace shakedown {

ClosedLoop::ClosedLoop(const WorkerTools& tools, StageId stage, const Load& load, RunTime start, RunTime end, Lane lane)
    : tools_(tools),
      stage_(stage),
      start_(start),
      end_(end),
      think_(std::get<ClosedLoad>(load.kind).think),
      all_users_(std::get<ClosedLoad>(load.kind).users),
      mix_(load.mix, stage_seed(tools.prepared.plan().seed, stage)),
      timer_(tools.loop) {
  for (uint64_t user = lane.index; user < all_users_; user += lane.count) users_.push_back({user, 0});
  sleeping_.reserve(users_.size());
}

void ClosedLoop::begin() {
  for (uint32_t user = 0; user < users_.size(); ++user) sleep(user, tools_.clock.mono(start_));
}

void ClosedLoop::sleep(uint32_t user, MonoTime until) {
  if (tools_.clock.at(until) >= end_) return;
  sleeping_.push_back({until, user});
  std::push_heap(sleeping_.begin(), sleeping_.end(), std::greater<>());
  arm();
}

void ClosedLoop::arm() {
  if (sleeping_.empty() || sleeping_.front().wake >= armed_at_) return;
  armed_at_ = sleeping_.front().wake;
  ++waiting_;
  timer_.expires_at(to_steady(armed_at_));
  timer_.async_wait(member_handler<&ClosedLoop::woken>(*this, memory_));
}

void ClosedLoop::woken(boost::system::error_code error) {
  --waiting_;
  if (error) return;
  armed_at_ = MonoTime::min();  // nobody arms meanwhile
  const MonoTime now = mono_now();
  while (!sleeping_.empty() && sleeping_.front().wake <= now) {
    const Sleeper first = sleeping_.front();
    std::pop_heap(sleeping_.begin(), sleeping_.end(), std::greater<>());
    sleeping_.pop_back();
    issue(first.user, first.wake);
  }
  armed_at_ = MonoTime::max();
  arm();
}

void ClosedLoop::issue(uint32_t number, MonoTime intended) {
  if (tools_.clock.at(intended) >= end_) return;
  const MonoTime now = mono_now();
  User& user = users_[number];
  const uint64_t index = user.sent++ * all_users_ + user.number;
  const OperationId id = mix_.operation(index);
  const Operation& operation = tools_.prepared.plan().operation(id);
  Call& call = tools_.calls.take();
  prepare_call(call, tools_.prepared, id);
  call.sink = this;
  call.tag = number;
  call.holes.key = mix_.key(index, operation.key);
  call.holes.value_seed = mix_.value_seed(index);
  call.intended = intended;
  call.released = now;
  call.deadline = intended + operation.timeout;
  ++offered_;
  if (now >= call.deadline) {
    record_call(call, tools_, stage_, no_answer(call, Outcome::dropped_by_us), now);
    tools_.calls.give_back(call);
    sleep(number, now + std::max(think_, kPause));
    return;
  }
  ++outstanding_;
  tools_.driver(id).submit(call, now);
}

void ClosedLoop::finished(Call& call, const Answer& answer, MonoTime done) {
  --outstanding_;
  record_call(call, tools_, stage_, answer, done);
  const auto user = static_cast<uint32_t>(call.tag);
  const MonoTime retry_at = call.driver->retry_at();
  // After a timeout the user has waited as long as the watchdog did, with what of it was ours.
  const MonoTime free = answer.outcome == Outcome::timeout ? call.last_moment() : done;
  tools_.calls.give_back(call);
  const bool carried = answer.complete() || answer.outcome == Outcome::timeout;
  if (!carried) {
    sleep(user, std::max({free + think_, free + kPause, retry_at}));
  } else if (think_ > Duration::zero()) {
    sleep(user, free + think_);
  } else {
    issue(user, free);
  }
}

void ClosedLoop::stop(RunTime at) {
  end_ = std::min(end_, at);
  std::erase_if(sleeping_, [&](const Sleeper& s) { return tools_.clock.at(s.wake) >= end_; });
  std::make_heap(sleeping_.begin(), sleeping_.end(), std::greater<>());
  if (!sleeping_.empty()) return;
  armed_at_ = MonoTime::max();
  timer_.cancel();
}

uint64_t ClosedLoop::take_offered(RunTime) { return std::exchange(offered_, 0); }

}  // namespace shakedown
