// The bytes of one journal record (shakedown.v1.JournalRecord). Framing and hash chain are the journal's business.
// Pure; threads: safe everywhere.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/stats/journal_entry.h"

namespace shakedown {

// number: the record's place in its journal, from 1; 0 = none is written.
std::string encode_journal(const JournalEntry& entry, uint64_t number = 0);
// Error protocol: not a record, an unknown kind, an enum or a histogram bucket out of range, uneven columns.
// Indexes are checked against a scenario by check_indexes (core/wire/codec/index_check.h).
// number, where asked for: the record's place as written, 0 = none was.
Result<JournalEntry> decode_journal(std::string_view bytes, uint64_t* number = nullptr);

}  // namespace shakedown
