#include "agent/load/watch/single_request.h"

#include <utility>

#include "core/base/clock.h"

namespace shakedown {
namespace {

DriverOptions one_connection() {
  DriverOptions options;
  options.max_connections = 1;
  options.max_requests = 1;
  return options;
}

}  // namespace

SingleRequest::SingleRequest(const PreparedTarget& target, Sendable send, boost::asio::io_context& loop, Deadlines& deadlines,
                             CallPool& calls, Done done)
    : send_(std::move(send)),
      calls_(calls),
      done_(std::move(done)),
      driver_(send_.route.protocol->make_driver(target, one_connection(), loop, deadlines)) {}

void SingleRequest::begin(MonoTime deadline) {
  const MonoTime now = mono_now();
  Call& call = calls_.take();
  call.request = send_.request.get();
  call.sink = this;
  call.keep_head = call.keep_body = true;
  call.timed = false;
  call.intended = call.released = now;
  call.deadline = deadline;
  driver_->submit(call, now);
}

void SingleRequest::finished(Call& call, const Answer& answer, MonoTime) {
  calls_.give_back(call);
  const Done done = std::exchange(done_, nullptr);
  done(answer);
}

}  // namespace shakedown
