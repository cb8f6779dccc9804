#include "controller/measure/ledger_check.h"

#include <algorithm>
#include <map>

#include "controller/measure/ledger_reads.h"

namespace shakedown {
namespace {

using ledger::evidence;
using ledger::is_seen;
using ledger::ReadEvidence;
using ledger::Reads;
using ledger::ReadsById;

void classify_acked(LedgerClasses& out, uint64_t id, const ReadEvidence& e) {
  ++out.acked;
  if (e.absent_now()) {
    out.lost.push_back(id);
  } else if (!e.seen()) {
    out.undecided.push_back(id);
  } else if (!e.corrupt_now()) {
    out.kept.push_back(id);
  }
}

void classify_unknown(LedgerClasses& out, uint64_t id, const ReadEvidence& e) {
  ++out.unknown;
  if (e.absent_now()) {
    (e.seen() ? out.seen_then_lost : out.maybe_lost).push_back(id);
  } else if (e.seen()) {
    out.recovered.push_back(id);
  }
}

void classify_write(LedgerClasses& out, const LedgerWrite& write, const ReadEvidence& e) {
  ++out.attempted;
  switch (write.outcome) {
    case WriteClass::acked: classify_acked(out, write.id, e); break;
    case WriteClass::failed:
      ++out.failed;
      if (e.seen()) out.resurrected.push_back(write.id);
      break;
    case WriteClass::pending:
    case WriteClass::unknown: classify_unknown(out, write.id, e); break;
  }
}

RunTime known_from(const LedgerWrite& write) { return write.outcome == WriteClass::acked ? write.completed : write.invoked; }

// The verifying steps of each culprit's stage.
class Steps {
 public:
  Steps(const LedgerRecord& record, const std::vector<Culprit>& culprits) : culprits_(culprits) {
    for (const LedgerPass& pass : record.passes) {
      const Culprit* of = culprit(pass.injection);
      if (of == nullptr) continue;
      for (const Culprit& other : culprits_) {
        const bool together = other.injection == of->injection || (of->stage.valid() && other.stage == of->stage);
        if (together) steps_[other.injection].push_back(&pass);
      }
    }
  }

  std::vector<InjectionId> candidates(RunTime last_known, const LedgerRead& found_gone) const {
    std::vector<InjectionId> out;
    for (const Culprit& one : culprits_) {
      if (one.effect_from <= found_gone.completed && may_have_taken(one, last_known, found_gone)) {
        out.push_back(one.injection);
      }
    }
    return out;
  }

 private:
  const Culprit* culprit(InjectionId injection) const {
    const auto found =
        std::find_if(culprits_.begin(), culprits_.end(), [&](const Culprit& c) { return c.injection == injection; });
    return injection.valid() && found != culprits_.end() ? &*found : nullptr;
  }

  bool may_have_taken(const Culprit& one, RunTime last_known, const LedgerRead& found_gone) const {
    const auto steps = steps_.find(one.injection);
    if (steps == steps_.end()) return true;
    return std::any_of(steps->second.begin(), steps->second.end(),
                       [&](const LedgerPass* step) { return step->pass == found_gone.pass || last_known < step->started; });
  }

  const std::vector<Culprit>& culprits_;
  std::map<InjectionId, std::vector<const LedgerPass*>> steps_;
};

}  // namespace

LedgerClasses classify(const LedgerRecord& record) {
  LedgerClasses out;
  const ReadsById reads(record);
  for (const LedgerWrite& write : record.writes) {
    classify_write(out, write, evidence(reads.of(write.id), known_from(write)));
  }
  for (const uint64_t id : reads.ids()) {
    const LedgerWrite* write = record.write(id);
    const bool attempted = write != nullptr;
    const ReadEvidence e = evidence(reads.of(id), attempted ? known_from(*write) : RunTime::min());
    if (e.seen() && !attempted) out.ghosts.push_back(id);
    if (e.duplicate) out.duplicates.push_back(id);
    if (e.corrupt_now()) out.corrupt.push_back(id);
  }
  return out;
}

std::vector<AttributedLoss> attribute_losses(const LedgerRecord& record, const std::vector<Culprit>& culprits) {
  std::vector<AttributedLoss> out;
  const ReadsById reads(record);
  const Steps steps(record, culprits);
  for (const LedgerWrite& write : record.writes) {
    if (write.outcome != WriteClass::acked) continue;
    const ReadEvidence e = evidence(reads.of(write.id), write.completed);
    if (!e.lost_now()) continue;
    const RunTime last_known = e.last_whole != nullptr ? std::max(write.completed, e.last_whole->invoked) : write.completed;
    out.push_back({write.id, steps.candidates(last_known, *e.found_gone), e.altered_now()});
  }
  return out;
}

uint64_t unrecorded_below(const LedgerRecord& record, uint64_t first, uint64_t end) {
  if (end <= first) return 0;
  const auto in = [&](const LedgerWrite& write) { return first <= write.id && write.id < end; };
  return end - first - static_cast<uint64_t>(std::count_if(record.writes.begin(), record.writes.end(), in));
}

RunLoss run_loss(const LedgerRecord& record) {
  RunLoss out;
  const LedgerPass* last = nullptr;
  for (const LedgerPass& pass : record.passes) {
    if (!pass.injection.valid()) last = &pass;
  }
  out.verified = last != nullptr && last->complete && last->first_id == 0;
  out.read = last != nullptr;
  if (last != nullptr) out.undecided = unrecorded_below(record, 0, last->end_id);
  const ReadsById reads(record);
  for (const LedgerWrite& write : record.writes) {
    if (write.outcome != WriteClass::pending) ++out.asked;
    if (write.outcome != WriteClass::acked) continue;
    ++out.acked;
    const Reads of_id = reads.of(write.id);
    const ReadEvidence e = evidence(of_id, write.completed);
    const bool seen_at_end = last != nullptr && std::any_of(of_id.begin(), of_id.end(), [&](const LedgerRead* read) {
                               return read->pass == last->pass && is_seen(read->outcome);
                             });
    if (e.lost_now()) {
      ++out.lost;
      if (e.altered_now()) ++out.altered;
    } else if (!seen_at_end) {
      ++out.undecided;
    }
  }
  return out;
}

}  // namespace shakedown
