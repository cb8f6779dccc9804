// Starts, stops and resumes components and runs commands: for setup, recovery, undo and teardown alike.
// Each action is idempotent except exec, whose command must be. Ownership: keeps the started children only to reap them;
// they live on when it goes. Threads: the loop's thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "agent/fault/mechanisms/process/left_by_start.h"
#include "agent/fault/undo/record.h"
#include "core/base/result.h"
#include "core/runtime/process/child_process.h"
#include "core/runtime/waiting.h"

namespace shakedown {

struct StepResult {
  bool ok = true;
  bool changed = true;          // false: there was nothing to do
  std::string detail;           // what was done, or the error with the output's tail; no secret of the scenario
  MonoTime started{}, ended{};  // the same where it could not be begun
  bool told = true;             // exec: the command came to its own end, so that its exit code says something
  StartLeft left{};             // start that failed: what its command had left running
};

class ActionRunner {
 public:
  ActionRunner() = default;
  ~ActionRunner();
  ActionRunner(const ActionRunner&) = delete;
  ActionRunner& operator=(const ActionRunner&) = delete;

  // A command that is cut short by `end` (may be null) is ended with its process group.
  Task<StepResult> run(BoundAction action, CommandNote note, OneShot* end);

  // Started when the pidfile names a live process of the declared identity. Fine when it runs already. On failure the
  // spawned process is killed with its group; so it is when cut short before the component runs. Ended = when the process
  // was first seen. changed = something was spawned.
  Task<StepResult> start(BoundComponent component, CommandNote note, Duration limit, OneShot* end);
  // The declared stop command, or SIGTERM to the scope; SIGKILL at stop_limit; done when all are gone.
  Task<StepResult> stop(BoundComponent component, CommandNote note, OneShot* end);
  // SIGCONT to the process and its scope; done when none is stopped.
  Task<StepResult> resume(BoundComponent component, Duration limit, OneShot* end);
  Task<StepResult> exec(BoundAction action, CommandNote note, OneShot* end, LeftBehind left = LeftBehind::kept);

  // What is known of the last process that was started of it: "; it ended with exit code 1; output: ...". Empty: nothing.
  std::string last_words(const std::string& component) const;

 private:
  struct Started {
    BoundComponent component;
    int64_t log_start = 0;  // where its output begins in the component's log
    std::optional<ExitStatus> ended{};
  };
  // mark: a variable that it carries. remark: what was done without.
  Task<Result<ChildProcess>> spawn_component(const BoundComponent& component, const std::string& mark, const CommandNote& note,
                                             MonoTime limit, OneShot* end, std::string& already, std::string& remark);
  Task<Result<MonoTime>> wait_started(const BoundComponent& component, ChildProcess& child, MonoTime limit, OneShot* end);
  Task<void> reap_later(ChildProcess child, std::shared_ptr<Started> of);
  // Once: a full disk stays full.
  void tell_unnoted(const Error& error);

  // Shared with the reapers, which may be suspended when this goes.
  std::shared_ptr<OneShot> closing_ = std::make_shared<OneShot>();
  std::map<std::string, std::shared_ptr<Started>> started_;  // by component; shared with the reapers
  bool unnoted_told_ = false;
};

}  // namespace shakedown
