// The bounds of one injection's RPO.
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "controller/measure/ledger_check.h"
#include "controller/measure/ledger_reads.h"

namespace shakedown {
namespace {

using ledger::evidence;
using ledger::is_seen;
using ledger::Reads;
using ledger::ReadsById;

// The writes of one injection, sorted into what became of them.
struct Sorted {
  std::vector<const LedgerWrite*> lost, doubtful, survivors;  // doubtful = shared or undecided
};

class InjectionCheck {
 public:
  InjectionCheck(const LedgerRecord& record, const std::vector<AttributedLoss>& losses, InjectionId injection, RunTime effect_to)
      : record_(record), reads_(record), losses_(losses), injection_(injection), effect_to_(effect_to) {
    for (const LedgerPass& pass : record.passes) {
      if (pass.injection == injection) passes_.push_back(&pass);
    }
    for (const LedgerPass* pass : passes_) numbers_.insert(pass->pass);
  }

  bool has_pass() const { return !passes_.empty(); }
  bool verified() const {
    return std::any_of(passes_.begin(), passes_.end(), [](const LedgerPass* p) { return p->complete; });
  }

  // Of the pass that lacks most.
  uint64_t unrecorded() const {
    uint64_t most = 0;
    for (const LedgerPass* pass : passes_) most = std::max(most, unrecorded_below(record_, pass->first_id, pass->end_id));
    return most;
  }

  Sorted sort(InjectionLoss& out) const {
    Sorted sorted;
    for (const LedgerWrite& write : record_.writes) {
      if (write.outcome == WriteClass::acked) sort_write(write, sorted, out);
    }
    return sorted;
  }

 private:
  bool in_pass(uint64_t id) const {
    return std::any_of(passes_.begin(), passes_.end(), [id](const LedgerPass* p) { return p->first_id <= id && id < p->end_id; });
  }

  bool of_pass(const LedgerRead* read) const { return numbers_.contains(read->pass); }

  // Who may have taken this write; nullptr when it is not lost.
  const AttributedLoss* loss_of(uint64_t id) const {
    const auto at =
        std::partition_point(losses_.begin(), losses_.end(), [id](const AttributedLoss& loss) { return loss.id < id; });
    return at != losses_.end() && at->id == id ? &*at : nullptr;
  }

  // Whether anything is known of an id: absent in this pass, or seen since the effect.
  bool decided(Reads reads, RunTime ack) const {
    const bool here = std::any_of(reads.begin(), reads.end(), [&](const LedgerRead* read) {
      return of_pass(read) && read->outcome == ReadClass::absent && read->invoked > ack;
    });
    return here || seen_after(reads, effect_to_);
  }

  static bool seen_after(Reads reads, RunTime t) {
    return std::any_of(reads.begin(), reads.end(),
                       [t](const LedgerRead* read) { return is_seen(read->outcome) && read->invoked >= t; });
  }

  void sort_write(const LedgerWrite& write, Sorted& sorted, InjectionLoss& out) const {
    Reads reads = reads_.of(write.id);
    const AttributedLoss* loss = loss_of(write.id);
    const bool mine = loss != nullptr && std::count(loss->candidates.begin(), loss->candidates.end(), injection_) > 0;
    if (mine && loss->candidates.size() > 1) {
      sorted.doubtful.push_back(&write);
      out.shared.push_back(write.id);
    } else if (mine) {
      sorted.lost.push_back(&write);
      out.lost.push_back(write.id);
      if (write.completed > effect_to_ && !loss->altered) out.split_brain.push_back(write.id);
    } else if (in_pass(write.id) && !decided(reads, write.completed)) {
      sorted.doubtful.push_back(&write);
      out.undecided.push_back(write.id);
    } else if (loss == nullptr && seen_after(reads, effect_to_)) {
      sorted.survivors.push_back(&write);
    }
  }

  const LedgerRecord& record_;
  ReadsById reads_;
  const std::vector<AttributedLoss>& losses_;
  InjectionId injection_;
  RunTime effect_to_;
  std::vector<const LedgerPass*> passes_;
  std::set<uint32_t> numbers_;
};

// Extremes of a set of writes.
struct Span {
  RunTime first_invoked = RunTime::max(), last_invoked = RunTime::min();
  RunTime first_acked = RunTime::max(), last_acked = RunTime::min();
  bool any = false;

  void add(const LedgerWrite& write) {
    any = true;
    first_invoked = std::min(first_invoked, write.invoked);
    last_invoked = std::max(last_invoked, write.invoked);
    first_acked = std::min(first_acked, write.completed);
    last_acked = std::max(last_acked, write.completed);
  }
};

double positive_seconds(Duration d) { return std::max(0.0, seconds(d)); }

}  // namespace

InjectionLoss injection_loss(const LedgerRecord& record, const std::vector<AttributedLoss>& losses, InjectionId injection,
                             RunTime effect_from, RunTime effect_to) {
  const InjectionCheck check(record, losses, injection, effect_to);
  InjectionLoss out;
  out.verified = check.verified();
  const Sorted sorted = check.sort(out);
  out.count_lower = static_cast<double>(out.lost.size());
  out.unrecorded = check.unrecorded();
  out.count_upper = check.has_pass() ? out.count_lower + static_cast<double>(sorted.doubtful.size() + out.unrecorded) : INFINITY;

  Span lost, late_lost, gone, late_gone;
  for (const LedgerWrite* w : sorted.lost) (w->completed > effect_to ? late_lost : lost).add(*w);
  gone = lost;
  late_gone = late_lost;
  for (const LedgerWrite* w : sorted.doubtful) (w->completed > effect_to ? late_gone : gone).add(*w);

  RunTime survived = RunTime::min();  // last survivor from before the effect
  RunTime suffix = RunTime::min();    // and from before every lost write
  for (const LedgerWrite* w : sorted.survivors) {
    if (w->completed > effect_from) continue;
    survived = std::max(survived, w->invoked);
    if (!lost.any || w->invoked < lost.first_invoked) suffix = std::max(suffix, w->invoked);
  }
  const auto since = [&](RunTime t) { return t == RunTime::min() ? INFINITY : positive_seconds(effect_to - t); };
  const double late_lower = late_lost.any ? positive_seconds(late_lost.last_invoked - late_lost.first_acked) : 0;
  const double late_upper = late_gone.any ? positive_seconds(late_gone.last_acked - late_gone.first_invoked) : 0;
  out.seconds_lower = late_lower + (lost.any ? positive_seconds(effect_from - lost.first_acked) : 0);
  out.seconds_upper = late_upper + since(gone.any ? gone.first_invoked : survived);
  out.scattered = lost.any && survived > lost.first_acked;
  if (!out.scattered) out.suffix_upper = since(suffix) + late_upper;
  if (!check.has_pass() || out.unrecorded > 0) out.seconds_upper = INFINITY;
  return out;
}

}  // namespace shakedown
