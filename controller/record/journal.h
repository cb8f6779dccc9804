// The append-only, hash-chained record of a run: `journal.shk` in the run folder. Written as things happen; whatever
// was appended before a crash can be replayed.
//
// Format: the line "shakedown journal 1\n", then records: payload length (u32, little endian), payload (protobuf
// JournalRecord, see proto/shakedown/v1/journal.proto), SHA-256 of (the digest before + payload). The first digest is
// that of the header line. Records are numbered from 1; the first is a Manifest. A complete journal ends with a JournalClose
// record and nothing after it.
// Threads: one owner each, no sharing.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/digest.h"
#include "core/base/result.h"
#include "core/stats/journal_entry.h"

namespace shakedown {

// What no record is longer than: the writer writes none, the reader takes none.
inline constexpr uint32_t kLongestRecord = 64U << 20;

class JournalWriter {
 public:
  // Creates the file; it must not exist. Error output when it does or cannot be created.
  static Result<std::unique_ptr<JournalWriter>> create(const std::string& path);
  ~JournalWriter();
  JournalWriter(const JournalWriter&) = delete;
  JournalWriter& operator=(const JournalWriter&) = delete;

  // Error io on a full disk, or for a record that nobody would read; the file then ends with the last whole record (a torn one is
  // cut off again).
  Result<void> append(const JournalEntry& entry);
  // To the disk itself, so that a crash of the host loses nothing before. Error io also when the file was taken away.
  Result<void> sync();
  const Digest& chain() const { return chain_; }

 private:
  JournalWriter(int fd, std::string path);
  int fd_;
  std::string path_;
  uint64_t size_ = 0;
  uint64_t records_ = 0;
  Digest chain_;
};

struct JournalSummary {
  uint64_t records = 0;
  bool complete = false;  // ends with JournalClose, undamaged
  std::string damage;     // empty, or the first difference: which record, at which byte, what is wrong
  Digest chain{};
};

// Reads a journal from its beginning and hands every intact record to `entry`, in order. Stops at the first damage,
// which is reported in the summary (it is data, not an Error). Error io when the file cannot be read at all.
// A thread of its own reads and checks ahead; `entry` is called on the caller's.
Result<JournalSummary> read_journal(const std::string& path, const std::function<void(JournalEntry)>& entry);

}  // namespace shakedown
