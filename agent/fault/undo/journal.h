// The undo records of one agent: a folder with one file per change that stands.
// Files can be taken away from under us, so what this object wrote (or was told to remember) it also knows by heart.
// Two undoers (the agent and the watchdog, or a sweep) exclude each other by a lock on each record.
// Ownership: the folder outlives its agent on purpose. Threads: the loop's thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/fault/undo/owner_lock.h"
#include "agent/fault/undo/record.h"
#include "core/base/result.h"
#include "core/runtime/file_descriptor.h"
#include "core/runtime/waiting.h"

namespace shakedown {

// Held while a record's change is made, proven wrong or undone. The kernel releases it when the holder dies.
class RecordLock {
 public:
  RecordLock() = default;
  explicit RecordLock(FileDescriptor file) : file_(std::move(file)) {}
  bool held() const { return file_.valid(); }
  void release() { file_.reset(); }

 private:
  FileDescriptor file_;
};

// The owner's process, as records_folder wrote it into the folder's name.
ProcessRef folder_owner(const std::string& folder);

enum class LockOutcome {
  held,
  removed,  // somebody has undone it
  busy,     // not free within the limit
  unable,   // it is there and cannot be opened (no descriptor is left, say)
};

class UndoJournal {
 public:
  // Makes the folder (0700). Errors: io, refused.
  static Result<UndoJournal> open(std::string folder);
  // The same for the agent itself: as long as this object lives, everybody who sees the folder knows that it does.
  static Result<UndoJournal> open_as_owner(std::string folder);

  const std::string& folder() const { return folder_; }
  // Sets id and sequence; durable on return. On error nothing is left in the folder.
  Result<void> add(UndoRecord& record);
  // Replaces the record, durably, while `lock` is held; the lock stays held.
  Result<void> update(const UndoRecord& record, RecordLock& lock);
  Result<UndoRecord> read(const std::string& id) const;
  bool contains(const std::string& id) const;
  // Highest sequence first. Damaged and remembered records are listed too.
  std::vector<std::string> list() const;
  // Its change is taken back: durable on return; fine when it is not there. Forgotten, too.
  Result<void> remove(const std::string& id);
  // Somebody has removed it so: it has not just vanished.
  bool taken_back(const std::string& id) const;
  // Of those that this object added or remembers: by id; and the ids of the ones whose file is gone.
  std::optional<UndoRecord> remembered(const std::string& id) const;
  std::vector<std::string> missing() const;
  // Writes a remembered record again, with its folder. Errors: io, refused.
  Result<void> restore(const std::string& id);
  // Remembers what stands in the folder now, and nothing else; while it cannot be read, what was remembered before, too.
  void remember_standing();
  void forget_all() { known_.clear(); }
  // Waits for the record's lock until the limit, and for a record that cannot be opened only a moment.
  Task<LockOutcome> lock(std::string id, MonoTime limit, RecordLock& lock) const;
  // At the end: removes the folder if nothing stands in it and no command of it runs.
  void remove_if_empty();

  // For a command that belongs to a record, or to no record (id empty): where it notes its process while it runs, so that
  // an undoer finds it.
  CommandNote note(const std::string& id, bool undoing = false) const;
  bool has_notes() const;

 private:
  explicit UndoJournal(std::string folder) : folder_(std::move(folder)) {}
  std::string path(const std::string& id) const;
  std::string done(const std::string& id) const;
  std::string folder_;
  OwnerLock owner_;
  std::map<std::string, UndoRecord> known_;
  mutable uint64_t commands_ = 0;
};

// The notes, by their file's name, of what still runs in this folder although its owner has ended; and of what cannot be looked
// at.
std::vector<std::string> abandoned_commands(const std::string& folder);

// Ends, with its process group, each command that a dead owner left running for this record (nullptr: for none), and waits
// for the end of its undo commands. What has left the group lives on, and so does a group that holds a process of the
// record's components. What cannot be looked at keeps its note.
Task<void> end_commands(const UndoJournal& journal, const UndoRecord* record);

}  // namespace shakedown
