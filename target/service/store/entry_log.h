// DIR/entries.log: every write appended, read again at start. A torn record at the end is cut off.
// Record: check (8 bytes, FNV-1a of the rest), seq (8), id length (4), body length (4), id, body; a
// body length of 0xffffffff is a deletion. Little endian. Ownership: owns the file and locks the
// folder. Threads: the loop only, but sync() from any.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "target/base.h"
#include "target/service/store/store.h"

namespace practice {

class EntryLog {
 public:
  // Opens or creates and reads what is there; ends the process if it cannot.
  EntryLog(const std::string& folder, const std::function<void(Write&&)>& replay);

  static std::string encode(const Write& write);
  void append(const std::string& record) { waiting_ += record; }
  // Where the file ends once everything appended is written.
  std::uint64_t end() const { return written_ + waiting_.size(); }
  std::uint64_t written() const { return written_; }
  // Hands what is appended to the kernel: it outlives SIGKILL from here on.
  void write_out();
  // Returns when what was written before the call is on disk.
  void sync() const;

 private:
  void lock_folder(const std::string& folder);
  void load(const std::function<void(Write&&)>& replay);

  std::string path_;
  Fd folder_;
  Fd file_;
  std::string waiting_;
  std::uint64_t written_ = 0;
};

}  // namespace practice
