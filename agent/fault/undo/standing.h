// What stands on this host according to the undo records, whoever left it; and what a person may do about it by hand:
// `shakedown undo` and `shakedown-agent undo`.
// Threads: the calling thread; taking back blocks.
#pragma once

#include <string>
#include <vector>

#include "agent/fault/undo/record.h"
#include "core/base/result.h"

namespace shakedown {

struct Standing {
  std::string id;            // FOLDER/RECORD below a state_dir's undo: unique on the host
  std::string folder;        // absolute
  std::string record;        // the record's id inside the folder; empty = the folder could not be listed
  UndoRecord what;           // empty when it cannot be read
  std::string trouble;       // why it cannot be read
  bool alive = false;        // its agent runs: the run is not over
  bool command = false;      // no record: a command that its dead agent left running; of `what` only the run is known
  std::string text() const;  // one line for people
};

// Every record, and every command of a dead agent that still runs, below the state_dir (empty = each of state_dirs()), oldest
// folder first. Changes nothing.
std::vector<Standing> standing(const std::string& state_dir = "");

// Takes back everything of one run. Errors: usage (nothing of that run stands), locked (its agent still runs, or another
// run uses the component). Returns what still stands of it.
Result<std::vector<std::string>> take_back_run(const std::string& run_id, const std::string& state_dir = "");

// The same for every run whose agent is gone; runs that go on are left alone and are no error. Returns what still stands of the
// others, troubles told in words beside it.
std::vector<std::string> take_back_all(const std::string& state_dir = "");

// Removes one record without taking anything back, and writes who, when and why into state_dir/forgotten.log first.
// id: as listed, or its end if that names just one. Errors: usage (no or several such), locked (its agent runs), io.
Result<Standing> forget(const std::string& id, const std::string& why, const std::string& state_dir = "");

// The command, with its output on stdout. Returns the exit code: 0, 4 when something still stands, or that of the error.
struct UndoCommand {
  bool list = false;
  bool all = false;
  std::string run, forget, why;
  std::string state_dir;  // empty = the host-wide one
};
int undo_main(const UndoCommand& command);

}  // namespace shakedown
