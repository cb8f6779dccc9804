#include "controller/metrics/ladder.h"

#include <algorithm>

namespace shakedown {
namespace {

using namespace std::chrono_literals;

std::vector<Duration> one_two_five(Duration first, int decades) {
  std::vector<Duration> bounds;
  for (Duration decade = first; decades > 0; decade *= 10, --decades) {
    for (const int step : {1, 2, 5}) bounds.push_back(decade * step);
  }
  return bounds;
}

uint32_t wholly_below(Duration bound) {
  const uint32_t bucket = histogram_bucket(bound);
  return histogram_upper(bucket) <= bound ? bucket + 1 : bucket;
}

}  // namespace

Ladder::Ladder(std::vector<Duration> bounds) : bounds_(std::move(bounds)) {
  for (const Duration bound : bounds_) fine_.push_back(wholly_below(bound));
}

const Ladder& Ladder::slow() {
  static const Ladder ladder(one_two_five(100us, 6));
  return ladder;
}

const Ladder& Ladder::fast() {
  static const Ladder ladder(one_two_five(10us, 6));
  return ladder;
}

void LadderSum::add(const SparseHistogram& histogram) {
  std::size_t rung = 0;
  const std::vector<uint32_t>& fine = ladder_->fine();
  for (const BucketCount& b : histogram.buckets()) {
    while (rung < fine.size() && b.bucket >= fine[rung]) ++rung;
    if (rung < fine.size()) counts_[rung] += b.count;
    count_ += b.count;
  }
  sum_ += histogram.sum_seconds();
}

MetricHistogram LadderSum::histogram(uint64_t all, const std::vector<Exact>& exact) const {
  MetricHistogram out;
  out.sample_count = all;
  out.sample_sum = sum_;
  out.bucket.reserve(counts_.size() + exact.size());
  uint64_t below = 0, highest = 0;
  auto next = exact.begin();
  const auto put = [&](Duration bound, uint64_t count) {
    highest = std::max(highest, count);
    out.bucket.push_back({highest, seconds(bound)});
  };
  for (std::size_t rung = 0; rung < counts_.size(); ++rung) {
    const Duration bound = ladder_->bounds()[rung];
    below += counts_[rung];
    for (; next != exact.end() && next->bound < bound; ++next) put(next->bound, next->at_most);
    if (next != exact.end() && next->bound == bound) {
      put(bound, (next++)->at_most);
    } else {
      put(bound, below);
    }
  }
  for (; next != exact.end(); ++next) put(next->bound, next->at_most);
  return out;
}

}  // namespace shakedown
