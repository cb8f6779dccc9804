// From our fine histograms to the few buckets of a Prometheus histogram. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "core/runtime/http/metric_page.h"
#include "core/stats/histogram.h"

namespace shakedown {

// Ascending bucket bounds (inclusive), the same for every series of a name.
class Ladder {
 public:
  explicit Ladder(std::vector<Duration> bounds);
  // 1, 2, 5 per decade: latency and service 100 us to 50 s, lag and wait 10 us to 5 s.
  static const Ladder& slow();
  static const Ladder& fast();

  const std::vector<Duration>& bounds() const { return bounds_; }
  // [k] = how many fine buckets lie wholly at or below bound k.
  const std::vector<uint32_t>& fine() const { return fine_; }

 private:
  std::vector<Duration> bounds_;
  std::vector<uint32_t> fine_;
};

// The counts of any number of histograms on one ladder. A fine bucket that a bound cuts counts above it.
class LadderSum {
 public:
  explicit LadderSum(const Ladder& ladder) : ladder_(&ladder), counts_(ladder.bounds().size()) {}
  void add(const SparseHistogram& histogram);
  void add_sum(double seconds) { sum_ += seconds; }
  double sum() const { return sum_; }

  // Bounds where the count is known exactly, ascending, take their place among the rungs. all: the histogram's count,
  // of which what was not added is in the last bucket.
  struct Exact {
    Duration bound{};
    uint64_t at_most = 0;
  };
  MetricHistogram histogram(uint64_t all, const std::vector<Exact>& exact = {}) const;
  MetricHistogram histogram() const { return histogram(count_); }

 private:
  const Ladder* ladder_;
  std::vector<uint64_t> counts_;  // per rung, not cumulative
  uint64_t count_ = 0;
  double sum_ = 0;
};

}  // namespace shakedown
