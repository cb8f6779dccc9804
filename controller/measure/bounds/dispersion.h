// How dependent the events of a window are: the design effect by which exact bounds are widened.
// Per-second counts (bad, total) are pooled in blocks of 1, 2, 4, ... seconds while at least 8 blocks remain;
// if a dispersion chi-square rejects independence at 1 %, deff = the largest variance ratio, else 1.
#pragma once

#include <cstdint>
#include <vector>

namespace shakedown {

struct SecondCount {
  int64_t second = 0;
  uint64_t bad = 0, total = 0;
};

struct DesignEffect {
  double deff = 1;  // >= 1; bounds use bad/deff of total/deff
  // For the bound that proves a pass, >= deff; 1 while deff is 1. Few clusters understate their own size: with
  // k = rarer events / deff of them, deff (1 + 2 / k + 3 / k^2). Over windows with at least 5 expected outages this keeps a
  // false pass below 5 % at 95 % (deff alone: up to 11 %); no window can reveal outages that it did not contain.
  double deff_pass = 1;
  uint32_t block_seconds = 1;  // block length with the largest ratio
  bool rejected = false;
};

// seconds in any order, each second once; a gap (a fault window left out) joins its neighbours.
DesignEffect design_effect(const std::vector<SecondCount>& seconds);

}  // namespace shakedown
