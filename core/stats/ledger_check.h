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
  std::vector<uint64_t> corrupt;        // last seen with another payload; then neither kept nor lost
  std::vector<uint64_t> seen_then_lost; // unknown, once seen, later absent
};

// The RPO of one injection. Instants of effect as an interval [effect_from, effect_to].
// lost: acked, found absent by a read of this injection's pass that was invoked after the ack, seen by no later
// read of any pass, and not lost before. survivor: acked, seen unaltered by a read after the effect, not lost.
struct InjectionLoss {
  std::vector<uint64_t> lost;
  std::vector<uint64_t> undecided;  // acked ids of the pass without a decisive read there and not seen later
  std::vector<uint64_t> corrupt;    // acked ids of the pass last seen with another payload
  // [lost, lost + undecided + corrupt]; without any pass the upper one is infinite.
  double count_lower = 0, count_upper = 0;
  // effect_from - min ack(lost) .. effect_to - min invoke(lost, undecided, corrupt), floor 0; nothing lost: from 0 to
  // effect_to - max invoke(survivor acked before the effect), infinite without such a survivor. Writes acked after
  // effect_to add the time they span to both.
  double seconds_lower = 0, seconds_upper = 0;
  // Loss taken to be a suffix of the writes: effect_to - max invoke(survivor acked before the effect and invoked
  // before every lost write); nullopt when refuted.
  std::optional<double> suffix_upper;
  bool scattered = false;             // such a survivor was invoked after a lost write's ack
  std::vector<uint64_t> split_brain;  // those of lost whose ack is stamped after effect_to
  bool verified = false;              // a complete pass exists
};

LedgerClasses classify(const LedgerRecord& record);
InjectionLoss injection_loss(const LedgerRecord& record, InjectionId injection, RunTime effect_from, RunTime effect_to);

}  // namespace shakedown
