// Random choices that depend on nothing but the seed: a stream of numbers, delays, and a fixed
// share of ids. Ownership: values only. Threads: one Chance belongs to one thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "target/service/values.h"

namespace practice {

class Chance {
 public:
  // Streams of one seed are independent of each other.
  Chance(std::uint64_t seed, std::uint64_t stream);
  std::uint64_t next();
  double unit();  // [0, 1)
  bool hits(double share) { return share > 0 && unit() < share; }
  Nanos delay(const DelaySpec& spec);

 private:
  double normal();
  std::uint64_t state_;
};

// True for `share` of all ids, always the same ones for one seed and purpose.
bool chosen(std::string_view id, std::uint64_t seed, std::string_view purpose, double share);

}  // namespace practice
