// The places of a declared `max_outstanding`: how many requests of one stage may be out at once from this agent, counted
// over all its workers, so that their number changes nothing.
// Ownership: the runner's, one for each stage; the stage's loads refer to it. Threads: any.
#pragma once

#include <atomic>
#include <cstdint>

namespace shakedown {

class Places {
 public:
  explicit Places(uint64_t count) : free_(count) {}
  // False when all are taken.
  bool take() {
    uint64_t left = free_.load(std::memory_order_relaxed);
    while (left > 0 && !free_.compare_exchange_weak(left, left - 1, std::memory_order_relaxed)) {
    }
    return left > 0;
  }
  void give_back() { free_.fetch_add(1, std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> free_;
};

}  // namespace shakedown
