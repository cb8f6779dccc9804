#include "controller/measure/second_log.h"

#include <algorithm>
#include <numeric>

#include "controller/measure/packed_bytes.h"

namespace shakedown {
namespace {

int64_t block_of(int64_t second) {
  const int64_t rest = second % kSealedSeconds;
  return second - (rest < 0 ? rest + kSealedSeconds : rest);
}

SparseHistogram unpacked(std::string_view bits) { return SparseHistogram::unpacked(bits).value_or(SparseHistogram()); }

template <class Is>
uint64_t mask_of(Is is) {
  uint64_t mask = 0;
  for (std::size_t i = 0; i < kOutcomes; ++i) mask |= uint64_t{is(i)} << i;
  return mask;
}

void write_row(ByteWriter& out, const SecondRow& row, int64_t first) {
  out.number(static_cast<uint64_t>(row.second - first));
  out.number(mask_of([&](std::size_t i) { return row.counts[i] > 0; }));
  for (const uint64_t n : row.counts) {
    if (n > 0) out.number(n);
  }
  out.number(mask_of([&](std::size_t i) { return row.timed[i] > 0; }));
  for (std::size_t i = 0; i < kOutcomes; ++i) {
    if (row.timed[i] == 0) continue;
    out.number(row.timed[i]);
    out.real(row.latency_seconds[i]);
  }
  out.number(row.over_limit.size());
  for (const uint64_t n : row.over_limit) out.number(n);
  out.number(row.wrong.size());
  for (const AnswerCount& one : row.wrong) {
    out.number(static_cast<uint64_t>(one.status));
    out.number(static_cast<uint64_t>(one.wrong));
    out.number(one.count);
  }
}

void read_row(ByteReader& in, SecondRow& row, int64_t first) {
  row.second = first + static_cast<int64_t>(in.number());
  const uint64_t counted = in.number();
  for (std::size_t i = 0; i < kOutcomes; ++i) row.counts[i] = (counted >> i & 1) != 0 ? in.number() : 0;
  const uint64_t timed = in.number();
  for (std::size_t i = 0; i < kOutcomes; ++i) {
    const bool any = (timed >> i & 1) != 0;
    row.timed[i] = any ? in.number() : 0;
    row.latency_seconds[i] = any ? in.real() : 0;
  }
  row.over_limit.resize(in.number());
  for (uint64_t& n : row.over_limit) n = in.number();
  row.wrong.resize(in.number());
  for (AnswerCount& one : row.wrong) {
    one.status = static_cast<decltype(one.status)>(in.number());
    one.wrong = static_cast<Mismatch>(in.number());
    one.count = in.number();
  }
}

const SparseHistogram& ok_of(const Cell& cell) { return cell.latency[static_cast<std::size_t>(Outcome::ok)]; }
const SparseHistogram& service_of(const Cell& cell) { return cell.service; }
const SparseHistogram& lag_of(const Cell& cell) { return cell.lag; }

}  // namespace

uint64_t SecondRow::offered() const { return std::accumulate(counts.begin(), counts.end(), uint64_t{0}); }

SecondRow SecondRow::of(const CellKey& key, const Cell& cell) {
  SecondRow row;
  row.second = key.second;
  row.stage = key.stage;
  row.operation = key.operation;
  row.counts = cell.counts;
  row.over_limit = cell.over_limit;
  for (const AnswerCount& one : cell.answers) {
    if (one.wrong != Mismatch::none) row.wrong.push_back(one);
  }
  for (std::size_t i = 0; i < kOutcomes; ++i) {
    row.timed[i] = cell.latency[i].count();
    row.latency_seconds[i] = cell.latency[i].sum_seconds();
  }
  return row;
}

// Its slices, one after the other: first second, stage, operation, rows, histograms.
class SealedBlock {
 public:
  using Cells = std::map<CellKey, Cell>;
  SealedBlock(int64_t first, Cells::const_iterator from, Cells::const_iterator to, bool by_second) : first_(first) {
    std::map<CellKey, std::vector<Cells::const_iterator>> slices;
    for (auto it = from; it != to; ++it) {
      const CellKey& key = it->first;
      slices[{by_second ? key.second : first, key.stage, key.operation}].push_back(it);
      last_ = key.second;
    }
    ByteWriter out;
    HistogramSum sum;
    for (const auto& [key, cells] : slices) {
      out.number(key.stage.value);
      out.number(key.operation.value);
      ByteWriter rows;
      for (const auto& cell : cells) write_row(rows, SecondRow::of(cell->first, cell->second), first);
      out.bytes(rows.take());
      for (const auto histogram : {&ok_of, &service_of, &lag_of}) {
        for (const auto& cell : cells) sum.add(histogram(cell->second));
        out.bytes(sum.sparse().packed());
        sum.clear();
      }
    }
    bytes_ = out.take();
    bytes_.shrink_to_fit();
  }

  int64_t first() const { return first_; }
  int64_t last() const { return last_; }
  std::size_t bytes() const { return bytes_.size(); }

  void each(const SecondLog::Visit& visit, std::vector<SecondRow>& scratch) const {
    for (ByteReader in(bytes_); !in.done();) {
      Slice slice;
      slice.stage = StageId(static_cast<uint32_t>(in.number()));
      slice.operation = OperationId(static_cast<uint32_t>(in.number()));
      slice.first_ = first_;
      slice.packed_rows_ = in.bytes();
      slice.ok_ = in.bytes();
      slice.service_ = in.bytes();
      slice.lag_ = in.bytes();
      slice.scratch_ = &scratch;
      visit(slice);
    }
  }

 private:
  int64_t first_, last_ = 0;
  std::string bytes_;
};

const std::vector<SecondRow>& Slice::rows() const {
  if (unpacked_) return *scratch_;
  unpacked_ = true;
  std::size_t n = 0;
  for (ByteReader in(packed_rows_); !in.done(); ++n) {
    if (scratch_->size() <= n) scratch_->emplace_back();
    SecondRow& row = (*scratch_)[n];
    row.stage = stage;
    row.operation = operation;
    read_row(in, row, first_);
  }
  if (cell_ == nullptr) scratch_->resize(n);
  return *scratch_;
}

SparseHistogram Slice::ok() const { return cell_ != nullptr ? ok_of(*cell_) : unpacked(ok_); }
SparseHistogram Slice::service() const { return cell_ != nullptr ? service_of(*cell_) : unpacked(service_); }
SparseHistogram Slice::lag() const { return cell_ != nullptr ? lag_of(*cell_) : unpacked(lag_); }

Within ok_within(const Slice& slice, const std::function<bool(const SecondRow&)>& in_scope) {
  constexpr auto kOk = static_cast<std::size_t>(Outcome::ok);
  uint64_t inside = 0, all = 0;
  for (const SecondRow& row : slice.rows()) {
    all += row.timed[kOk];
    if (in_scope(row)) inside += row.timed[kOk];
  }
  if (inside == 0) return {};
  SparseHistogram whole = slice.ok();
  if (inside < all) return {whole.lowest(inside), whole.highest(inside)};
  return {whole, whole};
}

SparseHistogram lag_within(const Slice& slice, const std::function<bool(const SecondRow&)>& in_scope) {
  uint64_t inside = 0;
  bool cut = false;
  for (const SecondRow& row : slice.rows()) {
    if (in_scope(row)) {
      inside += row.offered();
    } else {
      cut = true;
    }
  }
  return cut ? slice.lag().highest(inside) : slice.lag();
}

void SecondLog::add(const CellKey& key, Cell cell) {
  const auto [at, fresh] = open_.try_emplace(key, std::move(cell));
  if (!fresh) at->second.merge(cell);  // then it was not moved from
}

void SecondLog::seal(int64_t until, const std::function<bool(int64_t, int64_t)>& by_second) {
  while (!open_.empty()) {
    const int64_t first = block_of(open_.begin()->first.second), end = first + kSealedSeconds;
    if (end > until) return;
    const auto to = open_.lower_bound(CellKey{end, StageId(0), OperationId(0)});
    auto block = std::make_shared<const SealedBlock>(first, open_.begin(), to, by_second(first, end));
    const auto place = std::upper_bound(sealed_.begin(), sealed_.end(), first,
                                        [](int64_t second, const auto& b) { return second < b->first(); });
    sealed_.insert(place, std::move(block));
    open_.erase(open_.begin(), to);
  }
}

int64_t SecondLog::first() const {
  int64_t first = open_.empty() ? kAlways : open_.begin()->first.second;
  if (!sealed_.empty()) {
    std::vector<SecondRow> scratch;
    sealed_.front()->each([&](const Slice& slice) { first = std::min(first, slice.rows().front().second); }, scratch);
  }
  return first;
}

int64_t SecondLog::last() const {
  const int64_t open = open_.empty() ? std::numeric_limits<int64_t>::min() : open_.rbegin()->first.second;
  return sealed_.empty() ? open : std::max(open, sealed_.back()->last());
}

void SecondLog::each(const Visit& visit, int64_t from, int64_t to) const {
  std::vector<SecondRow> scratch;
  const auto begin = std::lower_bound(sealed_.begin(), sealed_.end(), from,
                                      [](const auto& b, int64_t second) { return b->first() + kSealedSeconds <= second; });
  for (auto it = begin; it != sealed_.end() && (*it)->first() < to; ++it) (*it)->each(visit, scratch);
  for (auto it = open_.lower_bound(CellKey{from, StageId(0), OperationId(0)}); it != open_.end() && it->first.second < to; ++it) {
    Slice slice;
    slice.stage = it->first.stage;
    slice.operation = it->first.operation;
    slice.cell_ = &it->second;
    scratch.assign(1, SecondRow::of(it->first, it->second));
    slice.scratch_ = &scratch;
    slice.unpacked_ = true;
    visit(slice);
  }
}

void SecondLog::each_row(const std::function<void(const SecondRow&)>& visit, int64_t from, int64_t to) const {
  const auto rows = [&](const Slice& slice) {
    for (const SecondRow& row : slice.rows()) {
      if (from <= row.second && row.second < to) visit(row);
    }
  };
  each(rows, from, to);
}

std::size_t SecondLog::sealed_bytes() const {
  return std::accumulate(sealed_.begin(), sealed_.end(), std::size_t{0},
                         [](std::size_t sum, const auto& b) { return sum + b->bytes(); });
}

}  // namespace shakedown
