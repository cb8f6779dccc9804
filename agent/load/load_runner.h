// All load, probe and ledger traffic of one agent: worker threads, each with its own loop,
// connections and recorder. The engine starts stages on it and collects a Snapshot each second.
// Threads: every method is safe from the agent's loop thread only; callbacks come on the loop
// given in Options.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "core/base/address_ranges.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/model/event.h"
#include "core/model/plan.h"
#include "core/stats/snapshot.h"

namespace shakedown {

struct LoadOptions {
  uint32_t workers = 1;
  std::string work_dir;  // ledger intents and crash copies; empty = a temporary folder
                         // in the temporary one
  // stop() waits this long for requests that are out (never longer than their deadlines); the rest
  // is `unfinished`.
  Duration grace = std::chrono::seconds(5);
  AddressRanges within;  // where targets may be
};

class LoadRunner {
 public:
  virtual ~LoadRunner() = default;
  // What each target's name stood for, one text for each: "api: 127.0.0.1, 127.0.0.2".
  virtual std::vector<std::string> addresses() const { return {}; }
  // The run's zero is known. Once, before anything below.
  virtual void go(RunClock clock) = 0;
  virtual void start_probes() = 0;
  virtual void start_ledgers() = 0;
  // level: arrivals per second or users in place of the phase's own; 0 = as declared.
  virtual void start_stage(StageId stage, PhaseId phase, RunTime start, RunTime end, double level) = 0;
  virtual void stop_stage(StageId stage, RunTime at) = 0;
  // Pauses the writer, waits `settle`, reads every id in [first_id, last written) back twice,
  // resumes the writer (not after the reading at the end of the run, which belongs to no
  // injection). The reads come with the following snapshots; done gets the finished pass.
  virtual void verify(LedgerId ledger, uint32_t pass, InjectionId injection, uint64_t first_id,
                      std::function<void(LedgerPass)> done) = 0;
  // One request outside all counting (for the target's release); the body of a good answer, at most
  // 64 KiB, or an Error unavailable. done comes on the loop.
  virtual void fetch(const Request& request, Duration timeout, std::function<void(Result<std::string>)> done) = 0;
  // Asks every worker for its deltas up to now; done is called with the merged snapshot (seq and
  // agent unset).
  virtual void collect(std::function<void(Snapshot)> done) = 0;
  // Load, probes and ledgers stop; in-flight requests get their grace; then done. Collect once more
  // afterwards.
  virtual void stop(std::function<void()> done) = 0;
};

// Resolves secrets, loads certificates, opens the ledgers' records and starts the threads, which wait for Go; no connection.
Result<std::unique_ptr<LoadRunner>> make_load_runner(const Assignment& assignment, LoadOptions options,
                                                     boost::asio::io_context& loop);

}  // namespace shakedown
