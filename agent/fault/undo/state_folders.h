// Where undo records and locks live, and writing there so that a crash leaves the old file or the new one, never a half.
// Threads: safe everywhere.
#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"

namespace shakedown {

// Where undo records are kept when nobody names a folder.
struct StatePlace {
  std::string dir;
  bool durable = true;  // survives a power loss
  std::string why_not;  // not durable: what stands in the way of the durable one
};
// $SHAKEDOWN_STATE_DIR; else /var/lib/shakedown for root, and $XDG_STATE_HOME/shakedown (~/.local/state) for others; where
// that cannot be, /run/shakedown, $XDG_RUNTIME_DIR/shakedown or /tmp/shakedown-UID. Makes nothing.
StatePlace state_place();
std::string default_state_dir();
// Every folder in which a run of this user may have left records: the default one, and those of other times.
std::vector<std::string> state_dirs();
// One line about state_place(), for people.
std::string state_place_text();

// Makes the folder and those above it, 0700. Errors: io (cannot be made, not a folder), refused (belongs to another
// user, or others may write in it).
Result<void> prepare_private_folder(const std::string& folder);

// Temporary file, fsync, rename, fsync of the folder. Nothing is left on failure. Error io, for example a full disk.
// locked: the new file is flock'ed when it appears; the caller owns the returned descriptor.
Result<void> write_durably(const std::string& path, const std::string& text);
Result<int> write_durably_locked(const std::string& path, const std::string& text);
Result<void> sync_folder(const std::string& folder);

// Error io when it cannot be read; unavailable when it does not exist.
Result<std::string> read_file(const std::string& path);

// A file name for any text: readable characters of it and a hash.
std::string file_name_for(const std::string& text);

}  // namespace shakedown
