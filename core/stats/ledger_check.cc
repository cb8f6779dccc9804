#include "core/stats/ledger_check.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <span>

namespace shakedown {
namespace {


using Reads = std::span<const LedgerRead* const>;  // of one id, in the order in which they were invoked

bool is_seen(ReadClass c) {
  return c == ReadClass::present || c == ReadClass::corrupt || c == ReadClass::duplicate;
}

// All reads of a record, found by id.
class ReadsById {
 public:
  explicit ReadsById(const LedgerRecord& record) {
    sorted_.reserve(record.reads.size());
    for (const LedgerRead& read : record.reads) sorted_.push_back(&read);
    std::stable_sort(sorted_.begin(), sorted_.end(), [](const LedgerRead* a, const LedgerRead* b) {
      return a->id != b->id ? a->id < b->id : a->invoked < b->invoked;
    });
  }

  Reads of(uint64_t id) const {
    const auto first = std::partition_point(sorted_.begin(), sorted_.end(),
                                            [id](const LedgerRead* read) { return read->id < id; });
    const auto last = std::partition_point(first, sorted_.end(),
                                           [id](const LedgerRead* read) { return read->id == id; });
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
struct Evidence {
  const LedgerRead* last_seen = nullptr;
  const LedgerRead* last_absent = nullptr;  // only absences that prove something
  bool duplicate = false;

  bool seen() const { return last_seen != nullptr; }
  bool absent_now() const {
    return last_absent != nullptr && (!seen() || last_seen->invoked < last_absent->invoked);
  }
  bool corrupt_now() const { return seen() && !absent_now() && last_seen->outcome == ReadClass::corrupt; }
};

// An absence proves nothing when its read was invoked before `proves_from` had passed.
Evidence evidence(Reads reads, RunTime proves_from) {
  Evidence e;
  for (const LedgerRead* read : reads) {
    if (is_seen(read->outcome)) e.last_seen = read;
    if (read->outcome == ReadClass::duplicate) e.duplicate = true;
    if (read->outcome == ReadClass::absent && read->invoked > proves_from) e.last_absent = read;
  }
  return e;
}

void classify_acked(LedgerClasses& out, uint64_t id, const Evidence& e) {
  ++out.acked;
  if (e.absent_now()) {
    out.lost.push_back(id);
  } else if (!e.seen()) {
    out.undecided.push_back(id);
  } else if (!e.corrupt_now()) {
    out.kept.push_back(id);
  }
}

void classify_unknown(LedgerClasses& out, uint64_t id, const Evidence& e) {
  ++out.unknown;
  if (e.absent_now()) {
    (e.seen() ? out.seen_then_lost : out.maybe_lost).push_back(id);
  } else if (e.seen()) {
    out.recovered.push_back(id);
  }
}

void classify_write(LedgerClasses& out, const LedgerWrite& write, const Evidence& e) {
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

RunTime known_from(const LedgerWrite& write) {
  return write.outcome == WriteClass::acked ? write.completed : write.invoked;
}

// The writes of one injection, sorted into what became of them.
struct Sorted {
  std::vector<const LedgerWrite*> lost, doubtful, survivors;  // doubtful = undecided or corrupt
};

class InjectionCheck {
 public:
  InjectionCheck(const LedgerRecord& record, InjectionId injection, RunTime effect_to)
      : record_(record), reads_(record), effect_to_(effect_to) {
    for (const LedgerPass& pass : record.passes) {
      if (pass.injection == injection) passes_.push_back(&pass);
    }
    for (const LedgerPass* pass : passes_) numbers_.insert(pass->pass);
  }

  bool has_pass() const { return !passes_.empty(); }
  bool verified() const {
    return std::any_of(passes_.begin(), passes_.end(), [](const LedgerPass* p) { return p->complete; });
  }

  Sorted sort(InjectionLoss& out) const {
    Sorted sorted;
    for (const auto& [id, write] : record_.writes) {
      if (write.outcome == WriteClass::acked) sort_write(write, sorted, out);
    }
    return sorted;
  }

 private:
  bool in_pass(uint64_t id) const {
    return std::any_of(passes_.begin(), passes_.end(), [id](const LedgerPass* p) {
      return p->first_id <= id && id < p->end_id;
    });
  }

  bool of_pass(const LedgerRead* read) const { return numbers_.contains(read->pass); }

  // Found absent here, not seen since, and not gone already before this pass.
  bool lost_here(Reads reads, RunTime ack) const {
    bool gone_before = false, lost = false;
    for (const LedgerRead* read : reads) {
      if (is_seen(read->outcome)) gone_before = lost = false;
      if (read->outcome != ReadClass::absent || read->invoked <= ack) continue;
      if (of_pass(read)) {
        lost = !gone_before;
      } else if (!lost) {
        gone_before = true;
      }
    }
    return lost;
  }

  // Whether anything is known of an id: absent in this pass, or seen since the effect.
  bool decided(Reads reads, RunTime ack) const {
    const bool here = std::any_of(reads.begin(), reads.end(), [&](const LedgerRead* read) {
      return of_pass(read) && read->outcome == ReadClass::absent && read->invoked > ack;
    });
    return here || seen_after(reads, effect_to_);
  }

  static bool seen_after(Reads reads, RunTime t) {
    return std::any_of(reads.begin(), reads.end(), [t](const LedgerRead* read) {
      return is_seen(read->outcome) && read->invoked >= t;
    });
  }

  void sort_write(const LedgerWrite& write, Sorted& sorted, InjectionLoss& out) const {
    Reads reads = reads_.of(write.id);
    if (lost_here(reads, write.completed)) {
      sorted.lost.push_back(&write);
      out.lost.push_back(write.id);
      if (write.completed > effect_to_) out.split_brain.push_back(write.id);
    } else if (in_pass(write.id) && !decided(reads, write.completed)) {
      sorted.doubtful.push_back(&write);
      out.undecided.push_back(write.id);
    } else if (seen_after(reads, effect_to_)) {
      const bool corrupt = evidence(reads, write.completed).corrupt_now();
      if (corrupt && in_pass(write.id)) out.corrupt.push_back(write.id);
      (corrupt ? sorted.doubtful : sorted.survivors).push_back(&write);
    }
  }

  const LedgerRecord& record_;
  ReadsById reads_;
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

LedgerClasses classify(const LedgerRecord& record) {
  LedgerClasses out;
  const ReadsById reads(record);
  for (const auto& [id, write] : record.writes) {
    classify_write(out, write, evidence(reads.of(id), known_from(write)));
  }
  for (const uint64_t id : reads.ids()) {
    const auto write = record.writes.find(id);
    const bool attempted = write != record.writes.end();
    const Evidence e = evidence(reads.of(id), attempted ? known_from(write->second) : RunTime::min());
    if (e.seen() && !attempted) out.ghosts.push_back(id);
    if (e.duplicate) out.duplicates.push_back(id);
    if (e.corrupt_now()) out.corrupt.push_back(id);
  }
  return out;
}

InjectionLoss injection_loss(const LedgerRecord& record, InjectionId injection, RunTime effect_from,
                             RunTime effect_to) {
  const InjectionCheck check(record, injection, effect_to);
  InjectionLoss out;
  out.verified = check.verified();
  const Sorted sorted = check.sort(out);
  out.count_lower = static_cast<double>(out.lost.size());
  out.count_upper = check.has_pass()
                        ? out.count_lower + static_cast<double>(sorted.doubtful.size())
                        : INFINITY;

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
  const auto since = [&](RunTime t) {
    return t == RunTime::min() ? INFINITY : positive_seconds(effect_to - t);
  };
  const double late_lower = late_lost.any ? positive_seconds(late_lost.last_invoked - late_lost.first_acked) : 0;
  const double late_upper = late_gone.any ? positive_seconds(late_gone.last_acked - late_gone.first_invoked) : 0;
  out.seconds_lower = late_lower + (lost.any ? positive_seconds(effect_from - lost.first_acked) : 0);
  out.seconds_upper = late_upper + since(gone.any ? gone.first_invoked : survived);
  out.scattered = lost.any && survived > lost.first_acked;
  if (!out.scattered) out.suffix_upper = since(suffix) + late_upper;
  if (!check.has_pass()) out.seconds_upper = INFINITY;
  return out;
}

}  // namespace shakedown
