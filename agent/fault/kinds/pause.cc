// pause: SIGSTOP to every process of the scope. Proven by the state T of every thread.
#include <algorithm>
#include <csignal>

#include "agent/fault/builtin.h"
#include "agent/fault/mechanisms/process/process_fault.h"
#include "core/base/clock.h"

namespace shakedown {
namespace {

constexpr int kPauseRounds = 16;
constexpr Duration kStopLimit = std::chrono::seconds(10);  // SIGSTOP may take so long to reach every thread
constexpr Duration kPausePoll = std::chrono::milliseconds(1);

class Pause final : public ProcessFault {
 public:
  Pause(MechanismContext& context, ProcessPayload payload) : ProcessFault(context, ScopeUse::fault, std::move(payload)) {}

  Task<Result<Interval>> inject() override {
    const Result<void> aimed = aim();
    if (aimed.has_error()) co_return fail(aimed.error());
    Result<Interval> signalled = signal_all(SIGSTOP);
    for (int round = 0; signalled.has_value() && round < kPauseRounds; ++round) {
      Result<std::vector<ProcessHandle>> fresh = newcomers();
      if (fresh.has_error()) co_return fail(fresh.error());
      if (fresh.value().empty()) break;
      for (ProcessHandle& one : fresh.value()) {
        const Result<void> sent = one.signal(SIGSTOP);
        if (sent.has_value()) signalled.value().latest = mono_now();
        targets_.push_back(std::move(one));
      }
    }
    co_return signalled;
  }

  Task<Result<Proof>> prove() override {
    const MonoTime limit = mono_now() + payload_.limit;
    while (true) {
      const bool all =
          std::all_of(targets_.begin(), targets_.end(), [](const ProcessHandle& one) { return all_threads_stopped(one.pid()); });
      const bool same = std::none_of(targets_.begin(), targets_.end(), [](const ProcessHandle& one) { return one.exited(); });
      Proof proof;
      proof.at = mono_now();
      proof.text = "every thread of " + pids_text(payload_.targets) + " is stopped";
      if (all && same) co_return proof;
      if (!same) co_return fail(ErrorKind::unavailable, "a process ended instead of stopping");
      if (proof.at >= limit) co_return fail(ErrorKind::unavailable, "not every thread is stopped");
      const MonoTime next = proof.at + kPausePoll;
      const Woken woken = co_await wait_until(next, context_.end);
      if (woken == Woken::ended) co_return fail(ErrorKind::cancelled, "ended before every thread was seen stopped");
    }
  }

  // The recorded processes first: they can be continued even when the pidfile has gone.
  Task<Result<void>> undo() override {
    if (record().owner.boot == boot_id()) {
      for (const ProcessRef& target : payload_.targets) continue_process(target);
    }
    co_return co_await run_undo_steps(context_);
  }

  Task<Result<std::vector<std::string>>> compare() override {
    Result<std::vector<std::string>> found = co_await ProcessFault::compare();
    if (found.has_error() || record().owner.boot != boot_id()) co_return found;
    for (const ProcessRef& target : payload_.targets) {
      const auto seen = look_at(target.pid);
      if (seen.has_error()) co_return fail(seen.error());
      const std::optional<ProcessStat>& stat = seen.value();
      if (stat && stat->ref == target && stat->state == 'T') {
        found.value().push_back("process " + std::to_string(target.pid) + " is stopped");
      }
    }
    co_return found;
  }
};

Result<Document> bind_pause(const View&, const UndoRecord&) {
  ProcessPayload payload;
  payload.limit = kStopLimit;
  return document_of(payload);
}

}  // namespace

MechanismKind pause_kind() { return {"pause", &bind_pause, &make_process_fault<Pause>}; }

}  // namespace shakedown
