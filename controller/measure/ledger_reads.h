// The reads of a ledger by id, and what those of one id say. Pure.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "controller/measure/ledger_log.h"

namespace shakedown::ledger {

using Reads = std::span<const LedgerRead* const>;  // of one id, in the order in which they were invoked

inline bool is_seen(ReadClass c) { return c == ReadClass::present || c == ReadClass::corrupt || c == ReadClass::duplicate; }

// All reads of a record, found by id.
class ReadsById {
 public:
  explicit ReadsById(const LedgerRecord& record) {
    sorted_.reserve(record.reads.size());
    for (const LedgerRead& read : record.reads) sorted_.push_back(&read);
    const auto before = [](const LedgerRead* a, const LedgerRead* b) {
      return a->id != b->id ? a->id < b->id : a->invoked < b->invoked;
    };
    if (!std::is_sorted(sorted_.begin(), sorted_.end(), before)) std::stable_sort(sorted_.begin(), sorted_.end(), before);
  }

  Reads of(uint64_t id) const {
    const auto first =
        std::partition_point(sorted_.begin(), sorted_.end(), [id](const LedgerRead* read) { return read->id < id; });
    const auto last = std::partition_point(first, sorted_.end(), [id](const LedgerRead* read) { return read->id == id; });
    return {first, last};
  }

  std::vector<uint64_t> ids() const {
    std::vector<uint64_t> out;
    for (const LedgerRead* read : sorted_) {
      if (out.empty() || out.back() != read->id) out.push_back(read->id);
    }
    return out;
  }

 private:
  std::vector<const LedgerRead*> sorted_;
};

// What the reads of one id say.
struct ReadEvidence {
  const LedgerRead* last_seen = nullptr;
  const LedgerRead* last_absent = nullptr;  // only absences that prove something
  const LedgerRead* last_whole = nullptr;   // as it was written
  const LedgerRead* found_gone = nullptr;   // the first read since then that proves it absent or altered
  bool duplicate = false;

  bool seen() const { return last_seen != nullptr; }
  bool absent_now() const { return last_absent != nullptr && (!seen() || last_seen->invoked < last_absent->invoked); }
  bool corrupt_now() const { return seen() && !absent_now() && last_seen->outcome == ReadClass::corrupt; }
  bool altered_now() const { return corrupt_now() && found_gone != nullptr; }
  bool lost_now() const { return absent_now() || altered_now(); }
};

// An absence, or another payload, proves nothing when its read was invoked before `proves_from` had passed.
inline ReadEvidence evidence(Reads reads, RunTime proves_from) {
  ReadEvidence e;
  for (const LedgerRead* read : reads) {
    const bool altered = read->outcome == ReadClass::corrupt;
    if (is_seen(read->outcome)) e.last_seen = read;
    if (is_seen(read->outcome) && !altered) {
      e.last_whole = read;
      e.found_gone = nullptr;
    }
    if (read->outcome == ReadClass::duplicate) e.duplicate = true;
    if ((read->outcome != ReadClass::absent && !altered) || read->invoked <= proves_from) continue;
    if (!altered) e.last_absent = read;
    if (e.found_gone == nullptr) e.found_gone = read;
  }
  return e;
}

}  // namespace shakedown::ledger
