#include "controller/judge/faults/delay.h"

#include <algorithm>
#include <cmath>

#include <boost/math/distributions/students_t.hpp>

namespace shakedown::judging {
namespace {

constexpr std::size_t kFewestQuietBlocks = 8;

}  // namespace

void QuietAnswers::add(int64_t second, double sum, double count) {
  if (!(count > 0)) return;
  if (seconds_.empty() || seconds_.back().second != second) seconds_.push_back({second, 0, 0});
  seconds_.back().sum += sum;
  seconds_.back().count += count;
  sum_ += sum;
  count_ += count;
}

double QuietAnswers::reach_of_blocks(double n, std::size_t length, double confidence) const {
  double squares = 0, answers = 0, blocks = 0;
  for (std::size_t i = 0; i + length <= seconds_.size(); i += length, ++blocks) {
    double sum = 0, count = 0;
    for (std::size_t k = i; k < i + length; ++k) {
      sum += seconds_[k].sum;
      count += seconds_[k].count;
    }
    squares += (sum - count * mean()) * (sum - count * mean());
    answers += count;
  }
  const double t = boost::math::quantile(boost::math::students_t(blocks - 1), confidence);
  // The spread of one answer's share in a sum, with what neighbours have in common; the mean has an error of its own.
  const double spread = squares / answers * blocks / (blocks - 1);
  return t * std::sqrt(spread * n * (1 + n / count_));
}

double QuietAnswers::reach(double n, int64_t length, double confidence) const {
  if (seconds_.size() < kFewestQuietBlocks) return INFINITY;
  double widest = 0;
  for (std::size_t block = 1; seconds_.size() / block >= kFewestQuietBlocks; block *= 2) {
    widest = std::max(widest, reach_of_blocks(n, block, confidence));
    if (static_cast<int64_t>(block) >= length) break;
  }
  return widest;
}

}  // namespace shakedown::judging
