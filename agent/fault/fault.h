// One way to break something: what every kind of fault provides, whether the change is to processes, the network or
// resources. A mechanism works from an undo record alone, so that agent, watchdog and sweep share it.
// Ownership: made for one record, refers to its context. Threads: the loop's thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

#include "agent/fault/action_runner.h"
#include "agent/fault/undo/journal.h"
#include "agent/fault/undo/record.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/runtime/waiting.h"

namespace shakedown {

struct MechanismContext {
  UndoRecord& record;
  UndoJournal& journal;
  RecordLock& lock;  // held during inject and undo
  ActionRunner& actions;
  std::function<void(const BoundAction&, const StepResult&)> undo_step;  // may be empty
  OneShot* end = nullptr;                                                // cuts inject and prove short
};

// The change took place within [earliest, latest].
struct Interval {
  MonoTime earliest{}, latest{};
};

struct Proof {
  MonoTime at{};     // when the effect was seen
  std::string text;  // "processes 12, 13 are gone"
};

class FaultMechanism {
 public:
  virtual ~FaultMechanism() = default;
  // Reads the state to return to into the record. Errors: refused, unavailable: nothing may be injected then.
  virtual Task<Result<void>> snapshot() = 0;
  // The processes that the snapshot found to be changed; empty = none are, or nobody knows.
  virtual std::vector<pid_t> processes() const { return {}; }
  // Makes the change; the record is durable and locked. An error may leave a part of the change: undo follows.
  virtual Task<Result<Interval>> inject() = 0;
  // Evidence that the change has its effect, waited for until the record's limit. An error says what was seen instead.
  virtual Task<Result<Proof>> prove() = 0;
  // Takes the change back; fine when there is nothing to take back or it has been done before.
  virtual Task<Result<void>> undo() = 0;
  // What differs from the state before, now; empty when nothing does.
  virtual Task<Result<std::vector<std::string>>> compare() = 0;
  // True when compare sees everything that inject changes, so that no undo is needed once nothing differs.
  virtual bool compare_is_complete() const { return true; }
};

// The record's undo steps in order; each is tried even if one before it failed. Error: the first failure.
Task<Result<void>> run_undo_steps(MechanismContext& context);

// Compares until nothing differs or the limit comes; an error of the comparison is a difference. Text as compare.
Task<std::vector<std::string>> await_clean(FaultMechanism& mechanism, MonoTime limit);

}  // namespace shakedown
