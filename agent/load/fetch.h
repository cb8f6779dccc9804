// One request outside all counting, on a connection of its own: for the target's release.
// Ownership: the side worker keeps it until it is over. Threads: the worker's.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "agent/load/deadlines.h"
#include "agent/load/driver.h"
#include "agent/load/prepare.h"
#include "core/base/result.h"

namespace shakedown {

class Fetch final : private CallSink {
 public:
  using Done = std::function<void(Result<std::string>)>;
  static constexpr std::size_t kBodyLimit = 64 * 1024;

  Fetch(const PreparedTarget& target, RequestTemplate request, boost::asio::io_context& loop,
        Deadlines& deadlines, CallPool& calls, Done done);
  // done gets the body of a 2xx answer, cut at kBodyLimit, or an Error unavailable that says what
  // came instead.
  void begin(Duration timeout);
  bool over() const { return done_ == nullptr; }
  void close() { driver_->close(); }

 private:
  void finished(Call& call, Outcome outcome, const Response* response, MonoTime done) override;

  const PreparedTarget& target_;
  const RequestTemplate request_;
  CallPool& calls_;
  Done done_;
  std::unique_ptr<Driver> driver_;
};

}  // namespace shakedown
