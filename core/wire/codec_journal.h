// The bytes of one journal record (shakedown.v1.JournalRecord). Framing and hash chain are the journal's business.
// Pure; threads: safe everywhere.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/wire/journal_entry.h"

namespace shakedown {

std::string encode_journal(const JournalEntry& entry);
// Error protocol: not a record, an unknown kind, an enum or a histogram bucket out of range, uneven columns.
// Indexes are checked against a scenario by check_indexes (core/wire/index_check.h).
Result<JournalEntry> decode_journal(std::string_view bytes);

}  // namespace shakedown
