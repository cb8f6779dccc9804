// kill: a signal that must end every process of the scope. Proven by their pidfds.
#include <csignal>
#include <map>

#include "agent/fault/builtin.h"
#include "agent/fault/mechanisms/process/process_fault.h"
#include "core/base/clock.h"

namespace shakedown {
namespace {

// A process may fork between the listing of its group and its death; its child forks no more once it is dead too.
constexpr int kKillRounds = 16;

class Kill final : public ProcessFault {
 public:
  Kill(MechanismContext& context, ProcessPayload payload) : ProcessFault(context, ScopeUse::fault, std::move(payload)) {}

  Task<Result<Interval>> inject() override {
    const Result<void> aimed = aim();
    if (aimed.has_error()) co_return fail(aimed.error());
    Result<Interval> signalled = signal_all(payload_.signal);
    for (int round = 0; signalled.has_value() && round < kKillRounds; ++round) {
      Result<std::vector<ProcessHandle>> fresh = newcomers();
      if (fresh.has_error()) co_return fail(fresh.error());
      if (fresh.value().empty()) break;
      for (ProcessHandle& one : fresh.value()) {
        const Result<void> sent = one.signal(payload_.signal);
        if (sent.has_value()) signalled.value().latest = mono_now();
        targets_.push_back(std::move(one));
      }
    }
    co_return signalled;
  }

  Task<Result<Proof>> prove() override {
    const MonoTime limit = mono_now() + payload_.limit;
    const std::vector<ProcessRef> left = co_await wait_gone(targets_, limit, context_.end);
    if (!left.empty()) {
      co_return fail(ErrorKind::unavailable,
                     "processes " + pids_text(left) + " still run after signal " + std::to_string(payload_.signal));
    }
    Proof proof;
    proof.at = mono_now();
    proof.text = "processes " + pids_text(payload_.targets) + " are gone";
    co_return proof;
  }

  // A signal that did not kill may have stopped something; start alone would not see it.
  Task<Result<void>> undo() override {
    for (const ProcessRef& target : payload_.targets) continue_process(target);
    co_await let_go(payload_.limit, payload_.signal == SIGKILL);
    co_return co_await run_undo_steps(context_);
  }
};

int signal_number(const std::string& name) {
  static const std::map<std::string, int> numbers = {{"SIGKILL", SIGKILL}, {"SIGTERM", SIGTERM}, {"SIGINT", SIGINT},
                                                     {"SIGQUIT", SIGQUIT}, {"SIGABRT", SIGABRT}, {"SIGSEGV", SIGSEGV}};
  const auto found = numbers.find(name);
  return found == numbers.end() ? 0 : found->second;
}

Result<Document> bind_kill(const View& said, const UndoRecord& record) {
  ProcessPayload payload;
  payload.signal = signal_number(said["signal"].text());
  payload.limit = record.component.component.stop_limit;
  if (payload.signal != 0) return document_of(payload);
  return fail(ErrorKind::refused,
              "fault " + record.fault + ": kill needs a signal that ends a process, found " + ticked(said["signal"].text()));
}

}  // namespace

MechanismKind kill_kind() { return {"kill", &bind_kill, &make_process_fault<Kill>}; }

}  // namespace shakedown
