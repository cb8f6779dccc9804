#include "agent/fault/fault.h"

#include <algorithm>
#include <utility>

#include "agent/fault/mechanisms/process/started.h"
#include "core/base/clock.h"

namespace shakedown {

Task<Result<void>> run_undo_steps(MechanismContext& context) {
  std::string trouble;
  ErrorKind kind = ErrorKind::unavailable;
  for (const BoundAction& action : context.record.undo) {
    const CommandNote note = context.journal.note(context.record.id, true);
    const bool starts = action.action.kind == Action::Kind::start;
    const std::string& name = action.component.component.name;
    BoundAction bound = action;
    if (starts) bound.component.noted = noted_processes(context.journal, name);
    const StepResult step = co_await context.actions.run(std::move(bound), note, nullptr);
    if (starts && step.ok) co_await note_started(context.journal, name);
    if (starts && !step.ok) co_await note_left(context.journal, name, step.left);
    if (context.undo_step) context.undo_step(action, step);
    if (!step.ok && trouble.empty()) trouble = action.action.describe + ": " + step.detail;
  }
  if (!trouble.empty()) co_return fail(kind, trouble);
  co_return ok();
}

Task<std::vector<std::string>> await_clean(FaultMechanism& mechanism, MonoTime limit) {
  while (true) {
    Result<std::vector<std::string>> found = co_await mechanism.compare();
    std::vector<std::string> differing;
    if (found.has_error())
      differing.push_back("the state cannot be compared: " + found.error().text());
    else
      differing = std::move(found.value());
    if (differing.empty() || mono_now() >= limit) co_return differing;
    const MonoTime next = std::min(limit, mono_now() + std::chrono::milliseconds(10));
    co_await wait_until(next);
  }
}

}  // namespace shakedown
