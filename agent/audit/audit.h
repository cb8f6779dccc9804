// The agent's own record of what was done on its host, and by whose word: plans, injections, undos, commands, halts and refusals,
// one line of JSON each, whichever run, user or program did it. Each line's `chain` is the SHA-256 of the chain before and of the
// line without it; `audit.head` beside it names the last and the oldest that is kept, so that a missing end or beginning shows,
// too, also after the next record: it follows what the head names. A full file becomes audit.log.1 and so on; the oldest goes.
// Every program of the host appends to the same file, in turn. Ownership: plain values; nothing is kept open. Threads: safe
// everywhere.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace shakedown {

struct AuditEntry {
  std::string who;   // "local user root (uid 0)", "the controller at 192.0.2.7:7000"
  std::string run;   // its id; empty = none
  std::string what;  // plan, refusal, injection, effect, undo, leftover, command, halt, resume, forget
  std::string text;
};

struct AuditLimits {
  uint64_t largest = 4U << 20;  // bytes of a file
  int files = 8;                // beside the current one
};

class Audit {
 public:
  // folder: made 0700 where it is not there. The file is 0600.
  explicit Audit(std::string folder, AuditLimits limits = {}) : folder_(std::move(folder)), limits_(limits) {}

  std::string file() const { return folder_ + "/audit.log"; }
  // Durable when it returns. Error io: full disk, the folder cannot be written, or somebody has held its lock for half a second;
  // the file then ends with its last whole line.
  Result<void> append(const AuditEntry& entry) const;

 private:
  std::string folder_;
  AuditLimits limits_;
};

struct AuditFindings {
  uint64_t records = 0;
  std::string chain;   // the last
  std::string damage;  // the first difference: which line, what is wrong; empty = intact
};
// A file with the older ones beside it (FILE.1, ...), as one chain; of audit.log also what audit.head names.
// Error io: it cannot be read.
Result<AuditFindings> check_audit(const std::string& file);

}  // namespace shakedown
