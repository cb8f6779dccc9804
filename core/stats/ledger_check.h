// Classifies every write of a ledger and bounds the RPO of each injection. Pure. Source: set-full checker
// rules of the field (acked and absent = lost; unknown is never lost) with error bounds added.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/stats/timeline.h"

namespace shakedown {

struct LedgerClasses {
  uint64_t attempted = 0, acked = 0, failed = 0, unknown = 0;
  std::vector<uint64_t> kept;           // acked + present
  std::vector<uint64_t> lost;           // acked + absent (read invoked after the ack, no later read sees it)
  std::vector<uint64_t> undecided;      // acked, never read decisively
  std::vector<uint64_t> recovered;      // unknown + present
  std::vector<uint64_t> maybe_lost;     // unknown + absent: possibly committed and lost, listed apart
  std::vector<uint64_t> resurrected;    // failed + present
  std::vector<uint64_t> ghosts;         // never attempted + present
  std::vector<uint64_t> duplicates;     // present more than once
  std::vector<uint64_t> corrupt;        // present with another payload
  std::vector<uint64_t> seen_then_lost; // unknown, once seen, later absent
};

// The RPO of one injection. Instants of effect as an interval [effect_from, effect_to].
struct InjectionLoss {
  std::vector<uint64_t> lost;        // acked before or during, found absent in this injection's pass, not lost before
  std::vector<uint64_t> undecided;
  double count_lower = 0, count_upper = 0;   // [lost, lost + undecided]
  double seconds_lower = 0, seconds_upper = 0;
  std::optional<double> suffix_upper;  // under the suffix assumption; nullopt when refuted
  bool scattered = false;              // a survivor was invoked after a lost write's ack
  std::vector<uint64_t> split_brain;   // lost acks stamped after effect_to
  bool verified = false;               // a complete pass exists
};

LedgerClasses classify(const LedgerRecord& record);
InjectionLoss injection_loss(const LedgerRecord& record, InjectionId injection, RunTime effect_from, RunTime effect_to);

}  // namespace shakedown
