// Reads the ledgers back, one after another: what was written since the last reading once for each injection, everything at the
// end of the run. The agent that keeps a ledger reads it; its reads and its pass come with its snapshots and events, before its
// answer. A reading that is cut short or not answered is noted, never made up for.
// Threads: the run loop only.
#pragma once

#include <vector>

#include "controller/agents/planner.h"
#include "controller/drill/run_context.h"

namespace shakedown {

class LedgerVerifier {
 public:
  explicit LedgerVerifier(const RunContext& run) : run_(run) {}

  // Losses of one stage cannot be told apart by fault: each of its injections answers for all of them.
  boost::asio::awaitable<void> after(const std::vector<PlannedInjection>& injections);
  boost::asio::awaitable<void> everything();

 private:
  boost::asio::awaitable<void> verify_all(InjectionId injection, const std::vector<uint64_t>& first_ids);
  boost::asio::awaitable<void> verify(LedgerId id, InjectionId injection, uint64_t first_id);

  const RunContext& run_;
  uint32_t passes_ = 0;
};

}  // namespace shakedown
