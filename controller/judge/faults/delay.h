// What a delay is measured against: how long good answers take outside fault windows, and how much they vary there by
// themselves. Pure.
#pragma once

#include <cstdint>
#include <vector>

namespace shakedown::judging {

class QuietAnswers {
 public:
  // The summed latency in seconds of that many good answers in one second; seconds ascending, those alike join.
  void add(int64_t second, double sum, double count);

  double count() const { return count_; }
  std::size_t seconds() const { return seconds_.size(); }
  double mean() const { return count_ > 0 ? sum_ / count_ : 0; }  // seconds
  // How far the summed latency of n answers within `length` seconds lies from n times the mean by chance: Student's t at
  // this one-sided confidence over quiet blocks of 1, 2, 4, ... s, up to `length` and while at least 8 remain, the widest
  // (batch means, as for throughput). Infinite below 8 quiet seconds.
  double reach(double n, int64_t length, double confidence) const;

 private:
  struct Second {
    int64_t second = 0;
    double sum = 0, count = 0;
  };
  double reach_of_blocks(double n, std::size_t length, double confidence) const;

  std::vector<Second> seconds_;
  double sum_ = 0, count_ = 0;
};

}  // namespace shakedown::judging
