// The record of acknowledged writes from which the RPO is derived.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/base/units.h"
#include "core/model/operation.h"

namespace shakedown {

struct Ledger {
  std::string name;
  Request write;  // holes {id} {payload} {checksum}
  Request read;   // hole {id}
  // In the forms of their protocols:
  Document write_ok;  // what acknowledges a write; null = as the protocol says
  Document present;   // what proves that the write is there, unaltered (it looks for {checksum})
  Document absent;    // what proves that it is not there; anything else is undecided
  Rate rate;          // writes per second, uniform
  Duration timeout = std::chrono::seconds(1);
  Duration settle = std::chrono::seconds(1);         // quiesce before verifying
  Rate verify_rate{500};                             // reads per second while verifying
  Duration verify_limit = std::chrono::seconds(60);  // reads not done by then leave ids undecided
  std::string noun = "write";
  AgentId agent;
};

// What reading the writes of that time back takes, each of them twice.
inline Duration reading_time(const Ledger& ledger, Duration written) {
  const double rate = ledger.verify_rate.per_second;
  return rate > 0 ? from_seconds(2 * ledger.rate.per_second * seconds(written) / rate) : Duration{};
}

// What the writer knows about one write. Unknown (no answer, or an ambiguous one) is never "lost".
enum class WriteClass { pending, acked, failed, unknown };
// What one read of an id showed.
enum class ReadClass { present, absent, corrupt, duplicate, undecided };

// One write. id = sequence number from 0, unique in the run; the name used on the wire is id_text().
struct LedgerWrite {
  uint64_t id = 0;
  RunTime invoked{};
  RunTime completed{};  // valid unless pending
  WriteClass outcome = WriteClass::pending;
};

// One read-back of one id. pass = which verifying step it belongs to (see LedgerPass).
struct LedgerRead {
  uint64_t id = 0;
  uint32_t pass = 0;
  RunTime invoked{};
  RunTime completed{};
  ReadClass outcome = ReadClass::undecided;
};

// One verifying step: which ids were to be read, and why.
struct LedgerPass {
  uint32_t pass = 0;
  InjectionId injection;              // none = the reading at the end of the run
  uint64_t first_id = 0, end_id = 0;  // [first, end)
  RunTime started{}, finished{};
  bool complete = false;  // false: verify_limit or a lost agent cut it short
  LedgerId ledger;        // whose ids; none is accepted only when the scenario has a single ledger
};

}  // namespace shakedown
