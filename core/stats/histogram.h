// Base-2 exponential histogram of durations, scale 7: 128 buckets per doubling, 0.27 % relative error.
// Same bucket layout as OpenTelemetry exponential and Prometheus native histograms (bucket i covers
// (2^(i/128), 2^((i+1)/128)] nanoseconds). Merging adds counts and is exact.
//
// DenseHistogram: fixed array, no allocation after construction, for recording. SparseHistogram: sorted
// (bucket, count) pairs, for snapshots, wire, journal and Timeline. Threads: none; one owner each.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.h"

namespace shakedown {

inline constexpr int kHistogramScale = 7;
// Durations up to 2^10 ns (1.02 us) share bucket 0; durations above 2^41 ns (36.6 min) the last one.
inline constexpr uint32_t kHistogramBuckets = (41 - 10) * 128 + 1;

// The bucket of a duration (negative counts as 0), and a bucket's inclusive upper bound.
uint32_t histogram_bucket(Duration d);
Duration histogram_upper(uint32_t bucket);

struct BucketCount {
  uint32_t bucket = 0;
  uint64_t count = 0;
  friend bool operator==(const BucketCount&, const BucketCount&) = default;
};

class SparseHistogram {
 public:
  void add(Duration d, uint64_t count = 1);
  void merge(const SparseHistogram& other);
  uint64_t count() const;
  bool empty() const { return buckets_.empty(); }
  // The bucket midpoint (geometric; 512 ns for bucket 0) holding rank ceil(q * count), q in [0, 1]; zero
  // when empty.
  Duration quantile(double q) const;
  // The value of the k-th smallest (1-based), same resolution.
  Duration rank(uint64_t k) const;
  Duration max() const;        // upper bound of the highest bucket in use
  double sum_seconds() const;  // from bucket midpoints
  // How many values lie above the limit for certain, and how many may: those of the bucket that holds it are in doubt.
  // Exact counts come from over-limit counters.
  struct Above {
    uint64_t surely = 0, maybe = 0;
  };
  Above above(Duration limit) const;
  // The n smallest or largest values; all when there are no more.
  SparseHistogram lowest(uint64_t n) const;
  SparseHistogram highest(uint64_t n) const;
  std::span<const BucketCount> buckets() const { return buckets_; }
  // From a peer or a file: sorts, joins repeats, drops empty buckets, clamps the index.
  static SparseHistogram from_buckets(std::vector<BucketCount> buckets);
  // As a row of bits: for each bucket its distance from the one before (of the first: its number + 1) and its count, as
  // Elias gamma codes (gamma_bits.h). nullopt for bits that are no buckets.
  std::string packed() const;
  static std::optional<SparseHistogram> unpacked(std::string_view bits);
  friend bool operator==(const SparseHistogram&, const SparseHistogram&) = default;

 private:
  std::size_t add_known(const SparseHistogram& other);
  std::vector<BucketCount> buckets_;  // ascending, counts > 0
};

// Adds up many of them.
class HistogramSum {
 public:
  void add(const SparseHistogram& other);
  SparseHistogram sparse() const;
  void clear();  // cost proportional to the buckets in use

 private:
  template <class Visit>
  void each_used(const Visit& visit) const;                     // ascending
  std::vector<uint64_t> counts_;                                // empty, or kHistogramBuckets long
  std::array<uint64_t, (kHistogramBuckets + 63) / 64> used_{};  // a bit a bucket
  std::size_t buckets_ = 0;                                     // in use
};

class DenseHistogram {
 public:
  DenseHistogram();
  void add(Duration d);
  uint64_t count() const { return count_; }
  SparseHistogram sparse() const;
  void clear();  // cost proportional to the range in use

 private:
  std::vector<uint32_t> counts_;  // kHistogramBuckets long
  uint64_t count_ = 0;
  uint32_t lowest_, highest_;
};

}  // namespace shakedown
