// One request outside all counting, on a connection of its own: for the target's release and for checks.
// Ownership: kept until it is over and the loop has ended, since operations of its connection come back late.
// Threads: the loop's.
#pragma once

#include <functional>
#include <memory>

#include "agent/load/deadlines.h"
#include "agent/load/driver.h"
#include "agent/load/prepare.h"

namespace shakedown {

class SingleRequest final : private CallSink {
 public:
  // The answer is there only while done runs.
  using Done = std::function<void(const Answer&)>;

  SingleRequest(const PreparedTarget& target, Sendable send, boost::asio::io_context& loop, Deadlines& deadlines, CallPool& calls,
                Done done);
  // Once. The body is kept up to kKeptBody bytes.
  void begin(MonoTime deadline);
  bool over() const { return done_ == nullptr; }
  void close() { driver_->close(); }

 private:
  void finished(Call& call, const Answer& answer, MonoTime done) override;

  const Sendable send_;
  CallPool& calls_;
  Done done_;
  std::unique_ptr<Driver> driver_;
};

}  // namespace shakedown
