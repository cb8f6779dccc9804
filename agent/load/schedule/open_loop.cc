#include "agent/load/schedule/open_loop.h"

#include <algorithm>
#include <cmath>

#include <boost/asio/post.hpp>
#include <boost/math/special_functions/gamma.hpp>

namespace shakedown {
namespace {

uint64_t derived_cap(const Load& load, const DrillPlan& plan, Lane lane) {
  Duration longest{};
  for (const MixEntry& entry : load.mix) longest = std::max(longest, plan.operation(entry.operation).timeout);
  const double rate = peak_rate(std::get<OpenLoad>(load.kind).shape) / lane.count;
  return poisson_cap(rate * seconds(longest));
}

}  // namespace

uint64_t poisson_cap(double mean) {
  constexpr double kChance = 1e-9;
  // P(X > n) of a Poisson is the regularised lower incomplete gamma function P(n + 1, mean).
  const auto exceeded = [&](uint64_t n) { return mean > 0 && boost::math::gamma_p(static_cast<double>(n) + 1, mean) >= kChance; };
  uint64_t low = 0, high = 1;
  for (; exceeded(high); high *= 2) low = high;
  while (low < high) {
    const uint64_t middle = low + (high - low) / 2;
    if (exceeded(middle)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return std::max<uint64_t>(1, high);
}

OpenLoop::OpenLoop(const WorkerTools& tools, StageId stage, const Load& load, RunTime start, RunTime end, Lane lane,
                   Places* places)
    : tools_(tools),
      stage_(stage),
      start_(start),
      end_(end),
      pacer_(std::get<OpenLoad>(load.kind), end - start, stage_seed(tools.prepared.plan().seed, stage), lane),
      mix_(load.mix, stage_seed(tools.prepared.plan().seed, stage)),
      next_(pacer_.next()),
      auditor_(std::get<OpenLoad>(load.kind), end - start, stage_seed(tools.prepared.plan().seed, stage), lane),
      audited_(auditor_.next()),
      places_(places),
      cap_(places ? 0 : derived_cap(load, tools.prepared.plan(), lane)),
      timer_(tools.loop) {}

void OpenLoop::begin() { schedule(mono_now()); }

void OpenLoop::schedule(MonoTime now) {
  if (!due()) return;
  waiting_ = true;
  const MonoTime wake = tools_.clock.mono(start_ + next_->offset) - kTurning;
  if (wake > now) {
    timer_.expires_at(to_steady(wake));
    timer_.async_wait(member_handler<&OpenLoop::woken>(*this, timer_memory_));
  } else {
    boost::asio::post(tools_.loop, member_handler<&OpenLoop::turn>(*this, turn_memory_));
  }
}

void OpenLoop::woken(boost::system::error_code) { turn(); }

void OpenLoop::turn() {
  waiting_ = false;
  MonoTime now = mono_now();
  for (int left = kBatch; left > 0 && due(); --left) {
    if (tools_.clock.mono(start_ + next_->offset) > now) break;
    const Arrival arrival = *next_;
    next_ = pacer_.next();
    release(arrival, now);
    now = mono_now();
  }
  schedule(now);
}

void OpenLoop::release(const Arrival& arrival, MonoTime now) {
  const RunTime intended = start_ + arrival.offset;
  released_until_ = intended;
  const OperationId id = mix_.operation(arrival.index);
  const Operation& operation = tools_.prepared.plan().operation(id);
  Call& call = tools_.calls.take();
  prepare_call(call, tools_.prepared, id);
  call.sink = this;
  call.holes.key = mix_.key(arrival.index, operation.key);
  call.holes.value_seed = mix_.value_seed(arrival.index);
  call.intended = tools_.clock.mono(intended);
  call.released = now;
  call.deadline = call.intended + operation.timeout;
  const bool late = now - call.intended > tools_.prepared.lag_limit;
  if (now >= call.deadline) {
    drop(call, Outcome::dropped_by_us);
    tools_.calls.give_back(call);
  } else if (!take_place()) {
    drop(call, late || !places_ ? Outcome::dropped_by_us : Outcome::dropped_by_target);
    tools_.calls.give_back(call);
  } else {
    tools_.driver(id).submit(call, now);
  }
}

bool OpenLoop::take_place() {
  if (places_ ? !places_->take() : outstanding_ >= cap_) return false;
  ++outstanding_;
  return true;
}

void OpenLoop::leave_place() {
  --outstanding_;
  if (places_) places_->give_back();
}

void OpenLoop::drop(const Call& call, Outcome outcome) {
  record_call(call, tools_, stage_, no_answer(call, outcome), call.released);
}

void OpenLoop::finished(Call& call, const Answer& answer, MonoTime done) {
  if (call.held) {
    --held_;
  } else {
    leave_place();
  }
  record_call(call, tools_, stage_, answer, done);
  tools_.calls.give_back(call);
}

void OpenLoop::holding(Call&) {
  leave_place();
  ++held_;
}

void OpenLoop::stop(RunTime at) {
  const RunTime settled = std::max(audited_until_, released_until_ + Duration(1));
  end_ = std::min(end_, std::max(at, settled));
  timer_.cancel();
}

uint64_t OpenLoop::take_offered(RunTime until) {
  uint64_t offered = 0;
  const RunTime limit = std::min(until, end_);
  for (; audited_ && start_ + audited_->offset < limit; audited_ = auditor_.next()) ++offered;
  audited_until_ = std::max(audited_until_, limit);
  return offered;
}

}  // namespace shakedown
