// The agent's own record of a ledger, outside the target: every intent is in the file before its
// write is sent, every acknowledgement follows it. It survives the agent (not the host's power);
// the controller's journal is the copy that is judged.
//
// Text, one record a line: "I <id> <invoked>" intent, "A|F|U <id> <completed>" acknowledged,
// failed, unknown; instants in nanoseconds since the run's zero. The first line names run and
// ledger.
// Ownership: owns the file descriptor. Threads: one.
#pragma once

#include <string>

#include "core/base/result.h"
#include "core/model/ledger.h"

namespace shakedown {

class LedgerFile {
 public:
  // Creates `ledger-NAME.log` in dir (made if need be), replacing an older one. Errors: io.
  static Result<LedgerFile> create(const std::string& dir, const std::string& run_id, const std::string& name);
  LedgerFile() = default;
  LedgerFile(LedgerFile&& other) noexcept;
  LedgerFile& operator=(LedgerFile&& other) noexcept;
  ~LedgerFile();

  // False when the record did not reach the file (disk full): the write must not be sent.
  bool intent(uint64_t id, RunTime invoked);
  bool completed(const LedgerWrite& write);
  const std::string& path() const { return path_; }

 private:
  bool append(const std::string& line);
  int descriptor_ = -1;
  std::string path_;
};

// The texts of one write, the same for writer, reader and whoever compares with the target's own
// truth. id: "<run>-<4 hex digits of run and ledger>-<id>"; checksum: 16 hex digits that only this id of
// this run has; payload: id, checksum and run, in one line.
struct LedgerTexts {
  std::string id, payload, checksum;
};
LedgerTexts ledger_texts(const std::string& run_id, const std::string& ledger, uint64_t id);

}  // namespace shakedown
