// One probe: a check every `every`, aligned to the run's zero, each on its own; a hanging check
// delays no other. start of a result is the instant the check was released, end that of its
// answer, or start + timeout. A check that we could not carry out (no descriptors or ports left)
// is no evidence about the target: it is left out, logged once, and the gap shows as unobserved.
// So are checks that our thread came too late for, at their start or at their end.
// Ownership: owns its driver. Threads: its worker's.
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "agent/load/deadlines.h"
#include "agent/load/driver.h"
#include "agent/load/prepare.h"
#include "core/base/clock.h"
#include "core/model/probe.h"
#include "core/runtime/timer.h"

namespace shakedown {

class Prober final : private CallSink {
 public:
  Prober(const Prepared& prepared, RunClock clock, ProbeId probe, boost::asio::io_context& loop, Deadlines& deadlines,
         CallPool& calls);

  ProbeId id() const { return id_; }
  void begin();
  // No further check.
  void stop();
  bool over() const { return !waiting_ && outstanding_ == 0; }
  uint32_t open_connections() const { return driver_->open_connections(); }
  // Results since the last call, ascending by start.
  std::vector<ProbeResult> take();
  // The last one since the last call that failed.
  std::optional<FailedCheck> take_failed() { return std::exchange(failed_, std::nullopt); }
  void close() { driver_->close(); }

 private:
  void schedule();
  void woken(boost::system::error_code error);
  void check(MonoTime now);
  void finished(Call& call, const Answer& answer, MonoTime done) override;

  const Prepared& prepared_;
  const RunClock clock_;
  const ProbeId id_;
  const Probe& probe_;
  CallPool& calls_;
  std::unique_ptr<Driver> driver_;
  LoopTimer timer_;
  HandlerMemory memory_;
  int64_t number_ = 0;  // of the next check: it starts at number_ x every
  uint32_t outstanding_ = 0;
  bool waiting_ = false;
  bool stopped_ = false;
  bool trouble_logged_ = false;
  std::vector<ProbeResult> results_;
  std::optional<FailedCheck> failed_;
};

}  // namespace shakedown
