// What happened, when: everything that is neither a sample, a probe result nor a ledger record.
// Events go into the journal as they happen and onto the Timeline's axis.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/model/check.h"
#include "core/model/fault.h"
#include "core/model/ledger.h"

namespace shakedown {

// Why a stage is run: as declared, a window of a search step, its confirmation, a step of a series, or the beginning of
// any of these, which does not count.
enum class StageRole { declared, window, confirmation, step, settling };

// One execution of a phase. Announced before it starts; load, faults and cells refer to the stage.
struct StageEvent {
  enum class Kind { planned, ended, not_run } kind = Kind::planned;
  StageId stage;
  PhaseId phase;
  uint32_t iteration = 0;  // 0-based repeat
  RunTime start{}, end{};  // planned: as announced; ended: end = the true end
  std::string reason;      // not_run, or ended early
  StageRole role = StageRole::declared;
  double level = 0;   // rate per second, users or replicas of a window, confirmation or step; else 0
  uint32_t step = 0;  // of a search or series, from 0; iteration counts the windows of the step
};

// A change of state of one part of a fault, or of all of it. earliest..latest bound the instant of the change.
struct FaultEvent {
  InjectionId injection;
  FaultId fault;
  StageId stage;
  FaultState state = FaultState::armed;
  RunTime earliest{}, latest{};
  std::string detail;       // effective: the proof; undoing: what begins; failed/leftover: what is wrong
  bool by_undo = false;     // clean or resumed by our undo, not by recovery
  ComponentId component{};  // the part's; none = all of the fault
  // armed: targets on a loopback address of the fault's host at which another process answers than those that are to be broken.
  std::vector<TargetId> served_by_others{};
};

// A setup, ready, recover, undo, teardown or cleanup step.
struct StepEvent {
  enum class Kind { setup, ready, recover, undo, teardown, release, cleanup } kind = Kind::setup;
  InjectionId injection;  // recover, undo
  std::string what;       // Action::describe; release: the release read; cleanup: its name
  RunTime started{}, ended{};
  bool ok = true;
  std::string detail;               // output tail or error; release: "start" or "end"
  std::optional<double> remains{};  // cleanup: how many are left; none = not known
};

// leftover: this run left something that still stands. inherited: an earlier run did, found when the agent started and not
// taken back by it.
struct AgentEvent {
  enum class Kind { lost = 2, left, leftover, warning, inherited } kind = Kind::warning;
  AgentId agent;
  RunTime at{};
  std::string detail;
  std::string component{};  // leftover, inherited: the component changed, by name; empty = not known
};

struct RunEvent {
  enum class Kind { started, stop_condition, interrupted, aborted, finished } kind = Kind::started;
  RunTime at{};
  std::string detail;
};

using Event = std::variant<StageEvent, FaultEvent, StepEvent, AgentEvent, RunEvent, LedgerPass, CheckResult>;

}  // namespace shakedown
