// What setup started is known by identity, too, not only by its pidfile: after every start its undo
// record notes the processes, so that a stop finds them when the pidfile is gone or names another.
// Threads: the loop's thread.
#pragma once

#include <string>

#include "agent/fault/mechanisms/process/left_by_start.h"
#include "agent/fault/undo/journal.h"
#include "core/runtime/waiting.h"

namespace shakedown {

// Notes what the component runs as now in the record that setup left of it. Nothing to do when
// there is no such record or the component does not run; a record that somebody is undoing is left
// alone.
Task<void> note_started(UndoJournal& journal, std::string component);

// The same for a start that failed: what it left and we could not end, and what may be of it.
Task<void> note_left(UndoJournal& journal, std::string component, StartLeft left);

// What may be of a start that failed still runs: to stop the component says nothing of it.
bool has_suspects(const UndoRecord& record);

// The noted processes of that component; empty when there is no record, or it is of another boot.
std::vector<ProcessRef> noted_processes(const UndoJournal& journal, const std::string& component);

}  // namespace shakedown
