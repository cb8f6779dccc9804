// Where undo records and locks live, and writing there so that a crash leaves the old file or the new one, never a half.
// Threads: safe everywhere.
#pragma once

#include <string>

#include "core/base/result.h"

namespace shakedown {

// The host-wide folder: /run/shakedown for root, else $XDG_RUNTIME_DIR/shakedown, else /tmp/shakedown-UID.
std::string default_state_dir();

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
