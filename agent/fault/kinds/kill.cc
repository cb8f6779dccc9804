// kill: a signal that must end every process of the scope. Proven by their pidfds.
#include <csignal>

#include "agent/fault/builtin.h"
#include "agent/fault/mechanisms/process/process_fault.h"
#include "core/base/clock.h"

namespace shakedown {
namespace {

// A process may fork between the listing of its group and its death; its child forks no more once it is dead too.
constexpr int kKillRounds = 16;

class Kill final : public ProcessFault {
 public:
  explicit Kill(MechanismContext& context) : ProcessFault(context, ScopeUse::fault) {}

  Task<Result<Interval>> inject() override {
    const Result<void> aimed = aim();
    if (aimed.has_error()) co_return fail(aimed.error());
    Result<Interval> struck = strike(record().signal);
    for (int round = 0; struck.has_value() && round < kKillRounds; ++round) {
      Result<std::vector<ProcessHandle>> fresh = newcomers();
      if (fresh.has_error()) co_return fail(fresh.error());
      if (fresh.value().empty()) break;
      for (ProcessHandle& one : fresh.value()) {
        const Result<void> sent = one.signal(record().signal);
        if (sent.has_value()) struck.value().latest = mono_now();
        targets_.push_back(std::move(one));
      }
    }
    co_return struck;
  }

  Task<Result<Proof>> prove() override {
    const MonoTime limit = mono_now() + record().limit;
    const std::vector<ProcessRef> left = co_await wait_gone(targets_, limit, context_.end);
    if (!left.empty()) {
      co_return fail(ErrorKind::unavailable,
                     "processes " + pids_text(left) + " still run after signal " + std::to_string(record().signal));
    }
    Proof proof;
    proof.at = mono_now();
    proof.text = "processes " + pids_text(record().targets) + " are gone";
    co_return proof;
  }

  // A signal that did not kill may have stopped something; start alone would not see it.
  Task<Result<void>> undo() override {
    for (const ProcessRef& target : record().targets) continue_process(target);
    co_await let_go(record().limit, record().signal == SIGKILL);
    co_return co_await run_undo_steps(context_);
  }
};

}  // namespace

std::unique_ptr<FaultMechanism> make_kill(MechanismContext& context) { return std::make_unique<Kill>(context); }

}  // namespace shakedown
