#include "controller/drill/parts/ledger_verifier.h"

#include <algorithm>

#include "core/base/units.h"

namespace shakedown {
namespace asio = boost::asio;
using namespace std::chrono_literals;

asio::awaitable<void> LedgerVerifier::after(const std::vector<PlannedInjection>& injections) {
  std::vector<uint64_t> read_until;
  for (std::size_t i = 0; i < run_.scenario.ledgers.size(); ++i) {
    uint64_t end = 0;
    for (const LedgerPass& pass : run_.timeline().ledger(LedgerId(i)).passes()) end = std::max(end, pass.end_id);
    read_until.push_back(end);
  }
  for (const PlannedInjection& planned : injections) {
    if (!run_.end.stopped()) co_await verify_all(planned.id, read_until);
  }
}

asio::awaitable<void> LedgerVerifier::everything() {
  const std::vector<uint64_t> from_the_first(run_.scenario.ledgers.size(), 0);
  co_await verify_all(InjectionId(), from_the_first);
}

asio::awaitable<void> LedgerVerifier::verify_all(InjectionId injection, const std::vector<uint64_t>& first_ids) {
  for (std::size_t i = 0; i < first_ids.size(); ++i) co_await verify(LedgerId(i), injection, first_ids[i]);
  run_.activity.reading.reset();
  run_.activity.until = {};
}

asio::awaitable<void> LedgerVerifier::verify(LedgerId id, InjectionId injection, uint64_t first_id) {
  const Ledger& ledger = run_.scenario.ledger(id);
  const Duration announced = ledger.settle + ledger.verify_limit;
  run_.progress.note("verifying ledger " + ledger.name + ": reads at " + format_rate(ledger.verify_rate) + " for at most " +
                     format_duration(announced));
  const Activity::Reading reading{id, run_.timeline().ledger(id).reads()};
  run_.activity = {"verifying " + ledger.name, run_.now() + announced, reading};
  VerifyLedger order;
  order.ledger = id;
  order.pass = passes_++;
  order.injection = injection;
  order.first_id = first_id;
  const AgentId agent = agent_or_first_loader(run_.scenario, ledger.agent);
  const Duration limit = ledger.settle + ledger.timeout * 4 + ledger.verify_limit * 2 + 30s;
  const ToAgent message = order;
  const StepDone done = co_await run_.roster.ask_one(agent, message, limit, Patience::until_stopped);
  if (!done.ok && !run_.end.stopped()) run_.progress.note("ledger " + ledger.name + " not fully verified: " + done.detail);
}

}  // namespace shakedown
