// What must be known to take one change back without the scenario: written before the change, kept until it is undone.
// Plain values. Threads: safe everywhere.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/fault/mechanisms/process/identity.h"
#include "agent/secrets/command_environment.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/model/fault.h"

namespace shakedown {

// The agent that made the change.
struct Owner {
  std::string run_id;
  ProcessRef process;
  std::string boot;            // boot_id()
  uint64_t pid_namespace = 0;  // where its number means it; 0 = of a release that did not note it

  // Whether our numbers mean what it noted.
  bool is_of_our_namespace() const { return pid_namespace == 0 || pid_namespace == own_pid_namespace(); }
  // Where nobody has made its lock (owner_lock.h). One of another namespace cannot be seen, so it counts as alive.
  bool alive() const { return boot == boot_id() && (!is_of_our_namespace() || is_running(process)); }
};

// A component together with what its commands need from the scenario and the host.
struct BoundComponent {
  Component component;                // agent is not used here
  std::string folder;                 // the scenario's; commands run there
  CommandEnvironment environment;     // of its commands
  std::string lock_dir;               // where concurrent starts are serialized
  std::string log_dir;                // output of started components
  std::vector<ProcessRef> noted;      // what it ran as when it was started: stop ends these, too; not kept in a record
  std::vector<std::string> spared{};  // pidfiles of processes that are never touched, whatever the scope
};

// Action with its component in full.
struct BoundAction {
  Action action;
  BoundComponent component;  // start, stop, resume; for exec only its folder and environment
};

// How a command stands to the one who runs it.
struct CommandNote {
  std::string file;      // where it notes its process while it runs; empty = nowhere
  bool undoing = false;  // part of an undo: it lives on when we die, and the next undoer waits for its end
  bool required = true;  // an undo or a recovery is not put off because a note, a lock or a log of ours cannot be written
};

struct UndoRecord {
  std::string id;         // the file's name without its suffix; begins with the sequence
  uint64_t sequence = 0;  // undo goes from the highest down
  Owner owner;
  WallTime expires{};  // end of the lease at the time of writing, for a reader of the file

  std::string kind;   // a mechanism of builtin.cc: "kill"
  std::string fault;  // name; empty for "started", and for what a step stopped
  uint32_t injection = UINT32_MAX;
  BoundComponent component;
  Duration hold{};   // it is ended so long after its effect; 0 = it is not held
  Document payload;  // the mechanism's own: what is changed, and the state before
  std::vector<BoundAction> undo;

  bool touched = false;  // the change may have been made: set, and durable, before it is

  std::string what() const;  // "fault kill-ledger (kill of ledger)", "ledger, started by setup"
};

std::string encode(const UndoRecord& record);
// Error io when the text is damaged or of an unknown version. A record of version 1 is read as one of today.
Result<UndoRecord> decode_undo_record(const std::string& text);

}  // namespace shakedown
