#include "controller/measure/ledger_log.h"

#include <algorithm>
#include <utility>

#include "controller/measure/packed_bytes.h"

namespace shakedown {
namespace {

constexpr std::size_t kLooseRecords = 4096;

// Differences to the record before, in wrapping arithmetic, so that any two values have one.
class Deltas {
 public:
  void write(ByteWriter& out, uint64_t id, RunTime invoked, RunTime completed) {
    out.signed_number(static_cast<int64_t>(id - std::exchange(id_, id)));
    const uint64_t from = nanoseconds(invoked);
    out.signed_number(static_cast<int64_t>(from - std::exchange(invoked_, from)));
    out.signed_number(static_cast<int64_t>(nanoseconds(completed) - from));
  }
  template <class Record>
  void read(ByteReader& in, Record& record) {
    record.id = id_ += static_cast<uint64_t>(in.signed_number());
    invoked_ += static_cast<uint64_t>(in.signed_number());
    record.invoked = instant(invoked_);
    record.completed = instant(invoked_ + static_cast<uint64_t>(in.signed_number()));
  }

 private:
  static uint64_t nanoseconds(RunTime t) { return static_cast<uint64_t>(t.time_since_epoch().count()); }
  static RunTime instant(uint64_t nanoseconds) { return run_time(Duration(static_cast<int64_t>(nanoseconds))); }
  uint64_t id_ = 0, invoked_ = 0;
};

void pack(ByteWriter& out, Deltas& deltas, const LedgerWrite& write) {
  deltas.write(out, write.id, write.invoked, write.completed);
  out.number(static_cast<uint64_t>(write.outcome));
}
void pack(ByteWriter& out, Deltas& deltas, const LedgerRead& read) {
  deltas.write(out, read.id, read.invoked, read.completed);
  out.number(static_cast<uint64_t>(read.outcome));
  out.number(read.pass);
}
void unpack(ByteReader& in, Deltas& deltas, LedgerWrite& write) {
  deltas.read(in, write);
  write.outcome = static_cast<WriteClass>(in.number());
}
void unpack(ByteReader& in, Deltas& deltas, LedgerRead& read) {
  deltas.read(in, read);
  read.outcome = static_cast<ReadClass>(in.number());
  read.pass = static_cast<uint32_t>(in.number());
}

template <class Record>
bool by_id(const Record& a, const Record& b) {
  return a.id < b.id;
}

// One entry for each id: the first that is not pending, else the first.
std::vector<LedgerWrite> settled(std::vector<LedgerWrite> writes) {
  std::stable_sort(writes.begin(), writes.end(), by_id<LedgerWrite>);
  std::size_t kept = 0;
  for (const LedgerWrite write : writes) {
    const bool again = kept > 0 && writes[kept - 1].id == write.id;
    if (!again) {
      writes[kept++] = write;
    } else if (writes[kept - 1].outcome == WriteClass::pending) {
      writes[kept - 1] = write;
    }
  }
  writes.resize(kept);
  return writes;
}

std::vector<LedgerRead> sorted(std::vector<LedgerRead> reads) {
  std::stable_sort(reads.begin(), reads.end(),
                   [](const LedgerRead& a, const LedgerRead& b) { return a.id != b.id ? a.id < b.id : a.invoked < b.invoked; });
  return reads;
}

}  // namespace

const LedgerWrite* LedgerRecord::write(uint64_t id) const {
  const auto at = std::partition_point(writes.begin(), writes.end(), [id](const LedgerWrite& w) { return w.id < id; });
  return at != writes.end() && at->id == id ? &*at : nullptr;
}

void LedgerLog::add(const LedgerPass& pass) {
  const auto same = std::find_if(passes_.begin(), passes_.end(), [&](const LedgerPass& p) { return p.pass == pass.pass; });
  if (same == passes_.end()) {
    passes_.push_back(pass);
  } else {
    *same = pass;
  }
}

LedgerRecord LedgerLog::record() const { return {settled(writes_.all()), sorted(reads_.all()), passes_}; }

template <class Record>
void LedgerLog::Packed<Record>::add(const Record& record) {
  tail_.push_back(record);
  if (tail_.size() < kLooseRecords) return;
  ByteWriter out;
  Deltas deltas;
  for (const Record& one : tail_) pack(out, deltas, one);
  std::string bytes = out.take();
  bytes.shrink_to_fit();
  chunks_.push_back(std::make_shared<const std::string>(std::move(bytes)));
  packed_ += tail_.size();
  tail_.clear();
}

template <class Record>
std::vector<Record> LedgerLog::Packed<Record>::all() const {
  std::vector<Record> out;
  out.reserve(size());
  for (const auto& chunk : chunks_) {
    Deltas deltas;
    for (ByteReader in(*chunk); !in.done();) unpack(in, deltas, out.emplace_back());
  }
  out.insert(out.end(), tail_.begin(), tail_.end());
  return out;
}

template <class Record>
std::size_t LedgerLog::Packed<Record>::packed_bytes() const {
  std::size_t sum = 0;
  for (const auto& chunk : chunks_) sum += chunk->size();
  return sum;
}

template class LedgerLog::Packed<LedgerWrite>;
template class LedgerLog::Packed<LedgerRead>;

}  // namespace shakedown
