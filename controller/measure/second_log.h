// What was measured by second, stage and operation. The last seconds stand as they came; older ones are sealed: blocks of
// 10 s that never change again and that copies share. Of a sealed second counts, over-limit counters and sums of latencies
// stay exact; its histograms are merged over the block, unless the block was said to need each second's own. Whoever reads
// histograms of a scope that cuts a merged slice gets bounds, never a guess: see Within.
// Of a Cell stays what a row and a slice hold; every other field of it is summed by stage (Timeline::totals).
// Threads: none; one owner each. Copies may live on other threads: what they share is immutable.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/stats/snapshot.h"

namespace shakedown {

inline constexpr int64_t kSealedSeconds = 10;

// One second of one stage and operation, without its histograms. Exact.
struct SecondRow {
  int64_t second = 0;
  StageId stage;
  OperationId operation;
  std::array<uint64_t, kOutcomes> counts{};
  std::vector<uint64_t> over_limit;                 // see Cell
  std::vector<AnswerCount> wrong;                   // answers otherwise than expected, ascending as in Cell
  std::array<uint64_t, kOutcomes> timed{};          // entries of the latency histogram, by outcome
  std::array<double, kOutcomes> latency_seconds{};  // their sum, from bucket midpoints

  uint64_t count(Outcome o) const { return counts[static_cast<std::size_t>(o)]; }
  uint64_t offered() const;
  static SecondRow of(const CellKey& key, const Cell& cell);
};

// Seconds of one stage and operation whose histograms are known only together; mostly one, in a merged block up to 10.
// Valid during the visit.
class SealedBlock;

class Slice {
 public:
  StageId stage;
  OperationId operation;
  const std::vector<SecondRow>& rows() const;  // ascending by second
  SparseHistogram ok() const;                  // latencies of good answers
  SparseHistogram service() const;
  SparseHistogram lag() const;

 private:
  friend class SecondLog;
  friend class SealedBlock;
  const Cell* cell_ = nullptr;  // of an open second; else the packed parts
  int64_t first_ = 0;
  std::string_view packed_rows_, ok_, service_, lag_;
  std::vector<SecondRow>* scratch_ = nullptr;
  mutable bool unpacked_ = false;
};

// The histograms of what a scope holds of a slice: all of them, or, where it cuts the slice, what they are at least and
// at most: the smallest and the largest values of the slice, as many as the scope's seconds hold.
struct Within {
  SparseHistogram low, high;
};
Within ok_within(const Slice& slice, const std::function<bool(const SecondRow&)>& in_scope);

// Of a slice that is cut, as many of its largest lags as arrivals are inside: ours is never made to look smaller.
SparseHistogram lag_within(const Slice& slice, const std::function<bool(const SecondRow&)>& in_scope);

class SecondLog {
 public:
  using Visit = std::function<void(const Slice&)>;
  static constexpr int64_t kAlways = std::numeric_limits<int64_t>::max();

  void add(const CellKey& key, Cell cell);
  // Seals whole blocks that end at `until` at the latest. by_second: whether [from, to) needs each second's own histograms.
  void seal(int64_t until, const std::function<bool(int64_t from, int64_t to)>& by_second);

  bool empty() const { return open_.empty() && sealed_.empty(); }
  int64_t first() const;
  int64_t last() const;
  // Slices that meet [from, to), by block, and then by first second, stage and operation. What came after its block was
  // sealed stands in one of its own: a second may be met twice.
  void each(const Visit& visit, int64_t from = std::numeric_limits<int64_t>::min(), int64_t to = kAlways) const;
  // The rows of these, with second in [from, to).
  void each_row(const std::function<void(const SecondRow&)>& visit, int64_t from = std::numeric_limits<int64_t>::min(),
                int64_t to = kAlways) const;
  std::size_t sealed_bytes() const;

 private:
  std::map<CellKey, Cell> open_;
  std::vector<std::shared_ptr<const SealedBlock>> sealed_;  // ascending by first second; shared with copies of this log
};

}  // namespace shakedown
