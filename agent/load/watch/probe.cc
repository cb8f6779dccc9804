#include "agent/load/watch/probe.h"

#include <algorithm>
#include <utility>

#include "agent/load/stage_load.h"
#include "core/base/log.h"
#include "core/base/rng.h"

namespace shakedown {
namespace {

DriverOptions probe_options(const Probe& probe, const ConnectionPolicy& policy) {
  DriverOptions options;
  // As many as can hang at once, and room for the next.
  options.max_connections = static_cast<uint32_t>(probe.timeout / std::max(probe.every, Duration(1))) + 2;
  options.max_requests = probe.connection == ProbeConnection::fresh ? 1 : 0;
  options.max_response = policy.max_response.count;
  options.slowest = policy.slowest.count;
  return options;
}

}  // namespace

Prober::Prober(const Prepared& prepared, RunClock clock, ProbeId probe, boost::asio::io_context& loop, Deadlines& deadlines,
               CallPool& calls)
    : prepared_(prepared), clock_(clock), id_(probe), probe_(prepared.plan().probe(probe)), calls_(calls), timer_(loop) {
  const Route& route = prepared.operations[probe_.operation.value].send.route;
  driver_ = prepared.make_driver(route, probe_options(probe_, prepared.plan().connections), loop, deadlines);
}

void Prober::begin() {
  if (waiting_ || stopped_) return;
  schedule();
}

void Prober::schedule() {
  if (stopped_) return;
  const int64_t passed = clock_.now().time_since_epoch() / probe_.every;
  number_ = std::max(number_, passed + 1);
  waiting_ = true;
  timer_.expires_at(to_steady(clock_.mono(RunTime(probe_.every * number_))));
  timer_.async_wait(member_handler<&Prober::woken>(*this, memory_));
}

void Prober::woken(boost::system::error_code) {
  waiting_ = false;
  if (stopped_) return;
  check(mono_now());
  ++number_;
  schedule();
}

void Prober::check(MonoTime now) {
  Call& call = calls_.take();
  prepare_call(call, prepared_, probe_.operation);
  const auto number = static_cast<uint64_t>(number_);
  const Operation& operation = prepared_.plan().operation(probe_.operation);
  if (const auto* uniform = std::get_if<UniformKey>(&operation.key)) {
    call.holes.key = uniform->low + mix64(number) % std::max<uint64_t>(1, uniform->high - uniform->low + 1);
  } else if (const auto* sequence = std::get_if<SequenceKey>(&operation.key)) {
    call.holes.key = sequence->from + number;
  }
  call.holes.value_seed = mix64(number);
  call.sink = this;
  call.intended = call.released = now;
  call.deadline = now + probe_.timeout;
  ++outstanding_;
  driver_->submit(call, now);
}

void Prober::finished(Call& call, const Answer& answer, MonoTime done) {
  --outstanding_;
  const Sample sample = judge_call(call, prepared_, clock_, StageId(), answer, done);
  calls_.give_back(call);
  // The sample's: an answer of which too little was kept to judge it is ours, too.
  if (answer.outcome == Outcome::unfinished || sample.outcome == Outcome::dropped_by_us) return;
  if (answer.outcome == Outcome::client_error) {
    if (!std::exchange(trouble_logged_, true)) {
      log::warning("checks of a probe could not be made: no descriptors or ports left", {{"probe", probe_.name}});
    }
    return;
  }
  if (sample.outcome != Outcome::ok) failed_ = FailedCheck{sample.outcome, sample.wrong, sample.status};
  results_.push_back({sample.released, sample.done, sample.outcome == Outcome::ok});
}

void Prober::stop() {
  stopped_ = true;
  timer_.cancel();
}

std::vector<ProbeResult> Prober::take() {
  std::vector<ProbeResult> taken = std::exchange(results_, {});
  std::sort(taken.begin(), taken.end(), [](const auto& a, const auto& b) { return a.start < b.start; });
  return taken;
}

}  // namespace shakedown
