#include "agent/load/fetch.h"

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

Fetch::Fetch(const PreparedTarget& target, RequestTemplate request, boost::asio::io_context& loop,
             Deadlines& deadlines, CallPool& calls, Done done)
    : target_(target),
      request_(std::move(request)),
      calls_(calls),
      done_(std::move(done)),
      driver_(find_driver(target.target.scheme)(target, one_connection(), loop, deadlines)) {}

void Fetch::begin(Duration timeout) {
  const MonoTime now = mono_now();
  Call& call = calls_.take();
  call.request = &request_;
  call.sink = this;
  call.keep_body = true;
  call.intended = call.released = now;
  call.deadline = now + timeout;
  driver_->submit(call, now);
}

void Fetch::finished(Call& call, Outcome outcome, const Response* response, MonoTime) {
  const std::string asked = "a 2xx answer of target `" + target_.target.name + "` was expected, ";
  Result<std::string> fetched =
      fail(ErrorKind::unavailable, asked + "none came (" + to_string(outcome) + ")");
  if (response != nullptr && response->status >= 200 && response->status < 300) {
    fetched = std::string(response->body.substr(0, kBodyLimit));
  } else if (response != nullptr) {
    fetched = fail(ErrorKind::unavailable,
                   asked + "status " + std::to_string(response->status) + " came");
  }
  calls_.give_back(call);
  const Done done = std::exchange(done_, nullptr);
  done(std::move(fetched));
}

}  // namespace shakedown
