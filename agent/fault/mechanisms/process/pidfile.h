// The file that names a component's process, and how far it may be trusted.
// Threads: safe everywhere; nothing is kept.
#pragma once

#include <optional>
#include <string>

#include <sys/types.h>

#include "agent/fault/mechanisms/process/identity.h"
#include "core/base/result.h"
#include "core/model/fault.h"

namespace shakedown {

enum class Presence {
  running,  // the pidfile names a live process of the declared identity
  absent,   // there is no pidfile, or it is empty
  gone,     // it names a process that does not exist any more
  foreign,  // it names a live process that is not ours to touch
};

struct Sighting {
  Presence presence = Presence::absent;
  std::string why;                       // not running: what was found instead
  pid_t named = 0;                       // whatever the pidfile names; 0 = nothing
  std::optional<ProcessHandle> process;  // running
};

// Looks for the component's process. Errors: refused (the pidfile, or a folder above it, can be changed by users other
// than root, us and the process's own; a protected process with the declared identity; why_foreign), io.
Result<Sighting> look(const ProcessSpec& spec);

// As look, but anything except running is an error: unavailable (absent, gone), refused (foreign).
Result<ProcessHandle> find_process(const ProcessSpec& spec);

// The folder in which we are about to make a pidfile, made if missing. Errors: refused (as look), io.
Result<void> prepare_pidfile_folder(const std::string& pidfile);

// The process that the file names, whoever may write it and whatever runs; nullopt when there is no such file or it is empty.
// Errors: refused (it names no process), io.
Result<std::optional<pid_t>> pid_named_by(const std::string& pidfile);

// Removes the pidfile when it names this pid.
void remove_pidfile(const std::string& path, pid_t pid);

}  // namespace shakedown
