#include "core/stats/histogram.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <utility>

#include "core/stats/gamma_bits.h"

namespace shakedown {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr int kFirstPower = 10;
constexpr uint32_t kPerDoubling = 128;
constexpr uint32_t kLast = kHistogramBuckets - 1;
constexpr uint64_t kOne = uint64_t{1} << 63;  // 1.0 in the tables' fixed point

constexpr uint64_t square_root(Wide x) {
  uint64_t root = 0;
  for (int bit = 63; bit >= 0; --bit) {
    const uint64_t next = root | (uint64_t{1} << bit);
    if (Wide{next} * next <= x) root = next;
  }
  return root;
}

struct Tables {
  // power[j] = 2^(j/128) in fixed point; two sentinels that no mantissa exceeds.
  std::array<uint64_t, kPerDoubling + 2> power{};
  // base[k] = number of powers below the k-th of 128 equal parts of [1, 2).
  std::array<uint8_t, kPerDoubling> base{};
};

constexpr Tables make_tables() {
  Tables t;
  std::array<uint64_t, 7> roots{};  // 2^(1/2), 2^(1/4), ... 2^(1/128)
  Wide radicand = Wide{kOne} << 1;  // 2.0
  for (uint64_t& root : roots) {
    root = square_root(radicand << 63);
    radicand = root;
  }
  for (uint32_t j = 0; j < kPerDoubling; ++j) {
    uint64_t product = kOne;
    for (uint32_t bit = 0; bit < 7; ++bit) {
      if (j >> (6 - bit) & 1) product = static_cast<uint64_t>((Wide{product} * roots[bit]) >> 63);
    }
    t.power[j] = product;
  }
  t.power[kPerDoubling] = t.power[kPerDoubling + 1] = UINT64_MAX;
  for (uint32_t k = 0; k < kPerDoubling; ++k) {
    const uint64_t low = uint64_t{kPerDoubling + k} << 56;
    while (t.power[t.base[k]] < low) ++t.base[k];
  }
  return t;
}

constexpr Tables kTables = make_tables();

Duration midpoint(uint32_t bucket) {
  if (bucket == 0) return histogram_upper(0) / 2;
  const double power = kFirstPower + (bucket - 0.5) / kPerDoubling;
  return Duration(std::llround(std::exp2(power)));
}

// The midpoints in seconds: sums over long runs ask for them often.
const std::vector<double>& midpoint_seconds() {
  static const std::vector<double> all = [] {
    std::vector<double> out(kHistogramBuckets);
    for (uint32_t b = 0; b < kHistogramBuckets; ++b) out[b] = seconds(midpoint(b));
    return out;
  }();
  return all;
}

uint64_t clamped_rank(double rank, uint64_t count) {
  if (!(rank > 1)) return 1;
  return rank >= static_cast<double>(count) ? count : static_cast<uint64_t>(rank);
}

}  // namespace

uint32_t histogram_bucket(Duration d) {
  if (d.count() <= 1 << kFirstPower) return 0;
  const uint64_t ns = static_cast<uint64_t>(d.count());
  const int zeros = std::countl_zero(ns);
  const uint64_t mantissa = ns << zeros;
  const uint32_t base = kTables.base[(mantissa >> 56) & (kPerDoubling - 1)];
  const uint32_t part = base + (mantissa > kTables.power[base]) + (mantissa > kTables.power[base + 1]);
  const uint32_t bucket = static_cast<uint32_t>(63 - zeros - kFirstPower) * kPerDoubling + part;
  return std::min(bucket, kLast);
}

Duration histogram_upper(uint32_t bucket) {
  bucket = std::min(bucket, kLast);
  const uint32_t power = kFirstPower + bucket / kPerDoubling;
  return Duration(static_cast<int64_t>(kTables.power[bucket % kPerDoubling] >> (63 - power)));
}

void SparseHistogram::add(Duration d, uint64_t count) {
  if (count == 0) return;
  const uint32_t bucket = histogram_bucket(d);
  const auto at =
      std::lower_bound(buckets_.begin(), buckets_.end(), bucket, [](const BucketCount& b, uint32_t i) { return b.bucket < i; });
  if (at != buckets_.end() && at->bucket == bucket) {
    at->count += count;
  } else {
    buckets_.insert(at, {bucket, count});
  }
}

// Adds the counts of other's buckets as far as they are in use here already, as they mostly are once a run has gone on for
// a while; how many. A bucket lies at most as many places further on as its number is larger.
std::size_t SparseHistogram::add_known(const SparseHistogram& other) {
  auto at = buckets_.begin();
  std::size_t known = 0;
  for (const BucketCount& b : other.buckets_) {
    if (at == buckets_.end() || b.bucket < at->bucket) break;
    const auto furthest = at + std::min<std::ptrdiff_t>(b.bucket - at->bucket, buckets_.end() - at - 1);
    const auto below = [](const BucketCount& one, uint32_t bucket) { return one.bucket < bucket; };
    at = furthest->bucket <= b.bucket ? furthest : std::lower_bound(at, furthest, b.bucket, below);
    if (at->bucket != b.bucket) break;
    at->count += b.count;
    ++known;
  }
  return known;
}

void SparseHistogram::merge(const SparseHistogram& other) {
  if (empty()) {
    buckets_ = other.buckets_;
    return;
  }
  const std::size_t known = add_known(other);
  if (known == other.buckets_.size()) return;
  std::vector<BucketCount> merged;
  merged.reserve(buckets_.size() + other.buckets_.size() - known);
  auto a = buckets_.begin();
  auto b = other.buckets_.begin() + static_cast<std::ptrdiff_t>(known);
  while (a != buckets_.end() && b != other.buckets_.end()) {
    if (a->bucket == b->bucket) {
      merged.push_back({a->bucket, a->count + b->count});
      ++a, ++b;
    } else {
      merged.push_back(a->bucket < b->bucket ? *a++ : *b++);
    }
  }
  merged.insert(merged.end(), a, buckets_.end());
  merged.insert(merged.end(), b, other.buckets_.end());
  buckets_ = std::move(merged);
}

uint64_t SparseHistogram::count() const {
  uint64_t sum = 0;
  for (const BucketCount& b : buckets_) sum += b.count;
  return sum;
}

Duration SparseHistogram::quantile(double q) const {
  const uint64_t n = count();
  // The tolerance keeps q = 0.07 of 100 at rank 7 although 0.07 * 100 > 7 in binary.
  return rank(clamped_rank(std::ceil(q * static_cast<double>(n) * (1 - 1e-12)), n));
}

Duration SparseHistogram::rank(uint64_t k) const {
  uint64_t seen = 0;
  for (const BucketCount& b : buckets_) {
    seen += b.count;
    if (seen >= k) return midpoint(b.bucket);
  }
  return empty() ? Duration::zero() : midpoint(buckets_.back().bucket);
}

Duration SparseHistogram::max() const { return empty() ? Duration::zero() : histogram_upper(buckets_.back().bucket); }

double SparseHistogram::sum_seconds() const {
  double sum = 0;
  const std::vector<double>& middle = midpoint_seconds();
  for (const BucketCount& b : buckets_) sum += middle[b.bucket] * static_cast<double>(b.count);
  return sum;
}

SparseHistogram::Above SparseHistogram::above(Duration limit) const {
  const uint32_t bucket = histogram_bucket(limit);
  Above out;
  for (const BucketCount& b : buckets_) {
    if (b.bucket > bucket) out.surely += b.count;
    if (b.bucket >= bucket) out.maybe += b.count;
  }
  return out;
}

SparseHistogram SparseHistogram::lowest(uint64_t n) const {
  SparseHistogram out;
  for (const BucketCount& b : buckets_) {
    if (n == 0) break;
    out.buckets_.push_back({b.bucket, std::min(b.count, n)});
    n -= out.buckets_.back().count;
  }
  return out;
}

SparseHistogram SparseHistogram::highest(uint64_t n) const {
  const uint64_t all = count();
  SparseHistogram out;
  uint64_t skip = all - std::min(all, n);
  for (const BucketCount& b : buckets_) {
    const uint64_t left = b.count - std::min(b.count, skip);
    skip -= b.count - left;
    if (left > 0) out.buckets_.push_back({b.bucket, left});
  }
  return out;
}

SparseHistogram SparseHistogram::from_buckets(std::vector<BucketCount> buckets) {
  const auto ascending = [](const BucketCount& a, const BucketCount& b) { return a.bucket < b.bucket; };
  if (!std::is_sorted(buckets.begin(), buckets.end(), ascending)) std::stable_sort(buckets.begin(), buckets.end(), ascending);
  std::size_t kept = 0;
  for (BucketCount b : buckets) {
    b.bucket = std::min(b.bucket, kLast);
    if (b.count == 0) continue;
    if (kept > 0 && buckets[kept - 1].bucket == b.bucket) {
      buckets[kept - 1].count += b.count;
    } else {
      buckets[kept++] = b;
    }
  }
  buckets.resize(kept);
  SparseHistogram out;
  out.buckets_ = std::move(buckets);
  return out;
}

std::string SparseHistogram::packed() const {
  GammaWriter bits;
  int64_t last = -1;
  for (const BucketCount& one : buckets_) {
    bits.put(static_cast<uint64_t>(int64_t{one.bucket} - std::exchange(last, int64_t{one.bucket})));
    bits.put(one.count);
  }
  return bits.take();
}

std::optional<SparseHistogram> SparseHistogram::unpacked(std::string_view bits) {
  SparseHistogram out;
  out.buckets_.reserve(std::min<std::size_t>(bits.size(), kHistogramBuckets));
  GammaReader reader(bits);
  uint64_t end = 0;
  const auto add = [&](uint64_t delta, uint64_t count) {
    if (delta > kHistogramBuckets - end) return false;
    end += delta;
    out.buckets_.push_back({static_cast<uint32_t>(end - 1), count});
    return true;
  };
  for (;;) {
    reader.pairs(add);
    const std::optional<uint64_t> delta = reader.take();
    if (delta && *delta == 0) return out;
    const std::optional<uint64_t> count = delta ? reader.take() : std::nullopt;
    if (!count || *count == 0 || !add(*delta, *count)) return std::nullopt;
  }
}

void HistogramSum::add(const SparseHistogram& other) {
  if (other.empty()) return;
  if (counts_.empty()) counts_.resize(kHistogramBuckets);
  for (const BucketCount& b : other.buckets()) {
    uint64_t& count = counts_[b.bucket];
    if (count == 0) {
      used_[b.bucket / 64] |= uint64_t{1} << b.bucket % 64;
      ++buckets_;
    }
    count += b.count;
  }
}

template <class Visit>
void HistogramSum::each_used(const Visit& visit) const {
  for (uint32_t word = 0; word < used_.size(); ++word) {
    for (uint64_t left = used_[word]; left != 0; left &= left - 1) {
      visit(64 * word + static_cast<uint32_t>(std::countr_zero(left)));
    }
  }
}

SparseHistogram HistogramSum::sparse() const {
  std::vector<BucketCount> buckets;
  buckets.reserve(buckets_);
  each_used([&](uint32_t b) { buckets.push_back({b, counts_[b]}); });
  return SparseHistogram::from_buckets(std::move(buckets));
}

void HistogramSum::clear() {
  each_used([&](uint32_t b) { counts_[b] = 0; });
  used_ = {};
  buckets_ = 0;
}

DenseHistogram::DenseHistogram() : counts_(kHistogramBuckets), lowest_(kHistogramBuckets), highest_(0) {}

void DenseHistogram::add(Duration d) {
  const uint32_t bucket = histogram_bucket(d);
  ++counts_[bucket];
  ++count_;
  lowest_ = std::min(lowest_, bucket);
  highest_ = std::max(highest_, bucket);
}

SparseHistogram DenseHistogram::sparse() const {
  std::vector<BucketCount> buckets;
  for (uint32_t b = lowest_; b <= highest_ && b < kHistogramBuckets; ++b) {
    if (counts_[b] > 0) buckets.push_back({b, counts_[b]});
  }
  return SparseHistogram::from_buckets(std::move(buckets));
}

void DenseHistogram::clear() {
  if (count_ == 0) return;
  std::fill(counts_.begin() + lowest_, counts_.begin() + highest_ + 1, 0U);
  count_ = 0;
  lowest_ = kHistogramBuckets;
  highest_ = 0;
}

}  // namespace shakedown
