// Classifies every write of a ledger and bounds the RPO of each injection. Pure. Source: set-full checker
// rules of the field (acked and absent = lost; unknown is never lost) with error bounds added.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "controller/measure/ledger_log.h"
#include "core/base/ids.h"

namespace shakedown {

struct LedgerClasses {
  uint64_t attempted = 0, acked = 0, failed = 0, unknown = 0;
  std::vector<uint64_t> kept;            // acked + present
  std::vector<uint64_t> lost;            // acked + absent (read invoked after the ack, no later read sees it)
  std::vector<uint64_t> undecided;       // acked, never read decisively
  std::vector<uint64_t> recovered;       // unknown + present
  std::vector<uint64_t> maybe_lost;      // unknown + absent: possibly committed and lost, listed apart
  std::vector<uint64_t> resurrected;     // failed + present
  std::vector<uint64_t> ghosts;          // never attempted + present
  std::vector<uint64_t> duplicates;      // present more than once
  std::vector<uint64_t> corrupt;         // last seen with another payload: listed here alone; acked ones are lost all the same
  std::vector<uint64_t> seen_then_lost;  // unknown, once seen, later absent
};

// An injection that may have taken writes: it was injected, proven or not.
struct Culprit {
  InjectionId injection;
  StageId stage;          // injections of one stage are verified together
  RunTime effect_from{};  // earliest instant at which it may have done anything
};

// One lost write and the injections that may have taken it. An injection may have when it began before the loss was
// found, and no verifying step of its stage has seen the write as it was, unless such a step found the loss itself. Without
// any, no fault explains the loss.
struct AttributedLoss {
  uint64_t id = 0;
  std::vector<InjectionId> candidates;
  bool altered = false;  // there, but with another payload
};

// Every lost write once, ascending by id.
std::vector<AttributedLoss> attribute_losses(const LedgerRecord& record, const std::vector<Culprit>& culprits);

// Ids below `end` of which the record has no write at all: a part of the record is missing. 0 for a whole record.
uint64_t unrecorded_below(const LedgerRecord& record, uint64_t first, uint64_t end);

// What is known at the end of the run of every acknowledged write.
struct RunLoss {
  uint64_t asked = 0, acked = 0, lost = 0;  // asked: what had an answer, or none in time
  uint64_t altered = 0;                     // of lost: last seen with another payload
  uint64_t undecided = 0;                   // not read decisively by the reading at the end, or without a record
  bool verified = false;                    // the reading at the end is complete
  bool read = false;                        // it took place
};
RunLoss run_loss(const LedgerRecord& record);

// The RPO of one injection. Instants of effect as an interval [effect_from, effect_to].
// lost: acked, found absent or altered by a read that was invoked after the ack, seen as it was by no later read of any pass,
// and this injection is the only candidate. shared: the same with several candidates: it raises the upper bound of each and the
// lower bound of none. survivor: acked, seen unaltered by a read after the effect, not lost.
struct InjectionLoss {
  std::vector<uint64_t> lost;
  std::vector<uint64_t> shared;
  std::vector<uint64_t> undecided;  // acked ids of the pass without a decisive read there and not seen later
  uint64_t unrecorded = 0;          // ids of the pass of which no write is recorded
  // [lost, lost + shared + undecided + unrecorded]; without any pass the upper one is infinite.
  double count_lower = 0, count_upper = 0;
  // effect_from - min ack(lost) .. effect_to - min invoke(lost, shared, undecided), floor 0; nothing lost: from 0 to
  // effect_to - max invoke(survivor acked before the effect), infinite without such a survivor. Writes acked after
  // effect_to add the time they span to both.
  double seconds_lower = 0, seconds_upper = 0;
  // Loss taken to be a suffix of the writes: effect_to - max invoke(survivor acked before the effect and invoked
  // before every lost write); nullopt when refuted.
  std::optional<double> suffix_upper;
  bool scattered = false;             // such a survivor was invoked after a lost write's ack
  std::vector<uint64_t> split_brain;  // those of lost, not altered, whose ack is stamped after effect_to
  bool verified = false;              // a complete pass exists
};

LedgerClasses classify(const LedgerRecord& record);
InjectionLoss injection_loss(const LedgerRecord& record, const std::vector<AttributedLoss>& losses, InjectionId injection,
                             RunTime effect_from, RunTime effect_to);

}  // namespace shakedown
