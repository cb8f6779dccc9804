#include "agent/load/deadlines.h"

#include <algorithm>

#include "agent/load/driver.h"

namespace shakedown {

Deadlines::Queue& Deadlines::queue(Duration timeout) {
  if (last_ != nullptr && last_->timeout == timeout) return *last_;
  const auto found = std::find_if(queues_.begin(), queues_.end(), [&](const Queue& q) { return q.timeout == timeout; });
  if (found != queues_.end()) return *(last_ = &*found);
  last_ = &queues_.emplace_back();
  last_->timeout = timeout;
  return *last_;
}

void Deadlines::insert(Queue& to, Call& call) {
  to.calls.insert_ordered(call, [](const Call& a, const Call& b) { return a.last_moment() < b.last_moment(); });
}

void Deadlines::add(Call& call) {
  call.timeout = call.deadline - call.intended;
  Queue& q = queue(call.timeout);
  insert(q, call);
  if (q.calls.front() == &call && call.last_moment() < armed_at_) arm(call.last_moment());
}

void Deadlines::reorder(Call& call) {
  if (!List<Call, &Call::deadline_link>::contains(call)) return;
  Queue& q = queue(call.timeout);
  q.calls.erase(call);
  insert(q, call);
}

void Deadlines::remove(Call& call) {
  if (!List<Call, &Call::deadline_link>::contains(call)) return;
  queue(call.timeout).calls.erase(call);
}

std::size_t Deadlines::size() const {
  std::size_t total = 0;
  for (const Queue& q : queues_) total += q.calls.size();
  return total;
}

void Deadlines::end(Call& call, Outcome outcome, MonoTime done) {
  call.driver->abandon(call, done);
  call.sink->finished(call, no_answer(call, outcome), done);
}

void Deadlines::expire(MonoTime now) {
  for (std::size_t i = 0; i < queues_.size(); ++i) {
    Queue& q = queues_[i];
    while (Call* first = q.calls.front()) {
      if (first->last_moment() > now) break;
      // We may be the ones who are late.
      if (first->driver->look_again(*first, now)) continue;
      q.calls.erase(*first);
      const Outcome outcome = first->driver->missed(*first, now);
      end(*first, outcome, outcome == Outcome::timeout ? first->deadline : now);
    }
  }
}

void Deadlines::give_up(MonoTime now) {
  expire(now);
  for (std::size_t i = 0; i < queues_.size(); ++i) {
    // Only what is out now: a sink may submit again.
    for (std::size_t left = queues_[i].calls.size(); left > 0; --left) {
      Call* first = queues_[i].calls.pop_front();
      if (first == nullptr) break;
      end(*first, Outcome::unfinished, now);
    }
  }
}

void Deadlines::arm(MonoTime at) {
  if (closed_) return;
  armed_at_ = at;
  timer_.expires_at(to_steady(at));
  timer_.async_wait(member_handler<&Deadlines::woken>(*this, memory_));
}

void Deadlines::woken(boost::system::error_code error) {
  if (error || closed_) return;
  const MonoTime now = mono_now();
  armed_at_ = MonoTime::min();  // nobody arms meanwhile
  expire(now);
  MonoTime next = MonoTime::max();
  for (const Queue& q : queues_) {
    if (!q.calls.empty()) next = std::min(next, q.calls.front()->last_moment());
  }
  armed_at_ = MonoTime::max();
  if (next != MonoTime::max()) arm(std::max(next, now + kGrain));
}

void Deadlines::close() {
  closed_ = true;
  timer_.cancel();
}

}  // namespace shakedown
