// Takes changes back from their records: by the agent, by the watchdog, or by the next agent's sweep.
// Threads: the loop's thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "agent/fault/action_runner.h"
#include "agent/fault/builtin.h"
#include "agent/fault/fault.h"
#include "agent/fault/undo/journal.h"

namespace shakedown {

enum class UndoEnd {
  clean,     // taken back, compared, record removed
  already,   // somebody else has removed the record
  leftover,  // the record stays, for the next undoer
};
struct UndoOutcome {
  UndoEnd end = UndoEnd::clean;
  UndoRecord record;                   // as read; empty when it was damaged or gone
  std::vector<std::string> leftovers;  // what differs, or what failed
  bool handed_over = false;            // clean: by the watchdog, because we were not able to
};

// May be empty functions.
struct UndoObserver {
  std::function<void(const UndoRecord&)> begins;
  std::function<void(const UndoRecord&, const BoundAction&, const StepResult&)> step;
};

// patience: how long somebody else's lock on the record is respected. After it (a frozen agent) the change is taken
// back all the same, and once more when the lock is free: the record is removed under its lock only.
Task<UndoOutcome> undo_record(UndoJournal& journal, std::string id, ActionRunner& actions, UndoObserver observer,
                              Duration patience);

// It was the record of what setup started, and that runs no more.
bool is_stopped_again(const UndoOutcome& outcome);

// What we started of the component is stopped as it was before us: no fault of it has anything left to be taken back from, and
// its undo, by hand later, would start it again. Returns the records of such faults, which are removed.
Task<std::vector<std::string>> dissolve_faults(UndoJournal& journal, std::string component, Duration patience);

// Everything in the folder, newest first. Returns one outcome for each record.
Task<std::vector<UndoOutcome>> undo_folder(UndoJournal& journal, ActionRunner& actions, UndoObserver observer, Duration patience);

// The lease was renewed: what stands is held on by its kind. Nothing is done while somebody changes it or takes it back.
Task<Result<void>> renew_record(UndoJournal& journal, std::string id, ActionRunner& actions, const MechanismKind& kind,
                                Duration lease);

// "fault x (kill of y): it does not run: ..." for each leftover.
std::vector<std::string> leftovers_of(const std::vector<UndoOutcome>& outcomes);

// For the audit of the host, which an agent keeps of its own undos: what somebody else has taken back from a record of this
// folder, or could not. who: "the watchdog".
void note_undone(const std::string& folder, const std::string& who, const UndoOutcome& outcome);

// Undoes what dead owners left in state_dir, and forgets their folders. Blocks: runs a loop of its own.
// Records of owners that live are left alone. who: as in note_undone.
std::vector<UndoOutcome> sweep(const std::string& state_dir, const std::string& who);

// The same for one folder of records. Nothing is done while its owner lives.
void sweep_folder(const std::string& folder, const std::string& who, std::vector<UndoOutcome>& outcomes);

// The folder of an owner's records inside a state_dir.
std::string records_folder(const std::string& state_dir, const ProcessRef& owner, const std::string& run_id);

}  // namespace shakedown
