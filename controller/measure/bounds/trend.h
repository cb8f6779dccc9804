// Does it get worse over a soak? The slope of a value over time, robust against outliers and against neighbours that
// depend on each other. Every function is pure.
//
// The samples, in order of time, are averaged in 64 blocks of equal count (fewer samples: one each). Slope:
// Theil-Sen over the blocks, so that a few odd blocks do not move it. Bounds: Sen's, by the normal limit of Kendall's
// statistic, widened by what dependence is left. The number of blocks is halved (64, 32, 16, 8) until the residuals
// of neighbours are no longer significantly correlated; what is left, or what the finer blocks imply, counts as an
// autoregressive process of order one.
//
// How often 95 % bounds hold, each side, with such noise: from 100 samples on at least 93 %, up to a correlation of
// 0.99 between neighbouring samples. Fewer samples cannot show a strong dependence: with 30 of them 94 % up to 0.5,
// but 85 % at 0.9.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "controller/measure/bounds/intervals.h"

namespace shakedown {

struct TrendPoint {
  double seconds = 0;
  double value = 0;
};

struct Trend {
  double slope = 0;  // per second
  Bounds bounds;     // of the slope, each one-sided at the confidence; infinite where these blocks cannot bound it
  double start = 0;  // the value of the fitted line at the first sample
  // Change per hour as a share of start; none unless start > 0. Its bounds take start as known.
  std::optional<double> relative_per_hour;
  std::optional<Bounds> relative_bounds;
  uint32_t blocks = 0;
  double autocorrelation = 0;  // of neighbouring blocks, that the bounds allow for; >= 0
};

// points in any order. None below 8 blocks: fewer than 8 samples, samples so dependent that 8 blocks still show it (a
// longer soak is needed), samples that all have the same time, or anything that is not finite.
std::optional<Trend> trend(std::vector<TrendPoint> points, double confidence);

}  // namespace shakedown
