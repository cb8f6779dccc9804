// Probes, ledgers and single requests of one agent, on a light thread of their own, so that a
// saturated load thread delays no check.
// Ownership: owns all of it. Threads: construct and destroy anywhere, everything else on the
// worker's loop.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "agent/load/watch/ledger.h"
#include "agent/load/watch/probe.h"
#include "agent/load/watch/single_request.h"
#include "core/base/result.h"
#include "core/stats/snapshot.h"

namespace shakedown {

class SideWorker {
 public:
  SideWorker(const Prepared& prepared, RunClock clock, boost::asio::io_context& loop);

  void add_probe(ProbeId probe);
  void add_ledger(LedgerId ledger, LedgerFile file);

  void start_probes();
  void start_ledgers();
  // done on this worker's loop.
  void verify(LedgerId ledger, uint32_t pass, InjectionId injection, uint64_t first_id, std::function<void(LedgerPass)> done);
  // done gets the body of an answer as expected, cut at 64 KiB, or an Error unavailable that says what came instead.
  void fetch(Sendable send, Expected expected, Duration timeout, std::function<void(Result<std::string>)> done);
  void collect(Snapshot& to);
  void stop(MonoTime grace_end, std::function<void()> done);
  void close();

 private:
  bool all_over() const;
  void check_stopped(MonoTime grace_end);

  const Prepared& prepared_;
  const RunClock clock_;
  boost::asio::io_context& loop_;
  CallPool calls_;
  Deadlines deadlines_;
  std::vector<std::unique_ptr<Prober>> probers_;
  std::vector<std::unique_ptr<LedgerKeeper>> keepers_;
  std::vector<std::unique_ptr<SingleRequest>> fetches_;
  Alarm alarm_;
  std::function<void()> stopped_;
};

}  // namespace shakedown
