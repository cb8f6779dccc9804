#include "controller/measure/bounds/intervals.h"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

namespace shakedown {
namespace {

// P(X <= k) for X of n trials with probability p, 0 < p < 1.
double binomial_cdf(uint64_t k, uint64_t n, double p) {
  if (k >= n) return 1;
  return boost::math::ibetac(static_cast<double>(k) + 1, static_cast<double>(n - k), p);
}

// Quantile of the F distribution with 2a and 2b degrees of freedom.
double f_quantile(double probability, double a, double b) {
  const double x = boost::math::ibeta_inv(a, b, probability);
  return b * x / (a * (1 - x));
}

uint64_t rounded_up(double value) {
  if (!(value < 0x1p63)) return UINT64_MAX;
  return static_cast<uint64_t>(std::ceil(value * (1 - 1e-13)));
}

// The smallest value in [low, high] for which `reached` is true; it stays true above it and is at high.
template <typename Predicate>
uint64_t smallest(uint64_t low, uint64_t high, Predicate reached) {
  while (low < high) {
    const uint64_t middle = low + (high - low) / 2;
    if (reached(middle)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

}  // namespace

Bounds clopper_pearson(double x, double n, double confidence) {
  if (!(n > 0)) return {0, 1};
  x = std::clamp(x, 0.0, n);
  Bounds bounds{0, 1};
  if (x > 0) bounds.lower = boost::math::ibeta_inv(x, n - x + 1, 1 - confidence);
  if (x < n) bounds.upper = boost::math::ibetac_inv(x + 1, n - x, 1 - confidence);
  return bounds;
}

uint64_t trials_needed(uint64_t k, double p, double confidence) {
  if (!(p > 0)) return UINT64_MAX;
  if (p >= 1) return k + 1;
  const auto enough = [&](uint64_t n) { return binomial_cdf(k, n, p) <= 1 - confidence; };
  uint64_t high = k + 1;
  while (!enough(high)) {
    if (high > uint64_t{1} << 60) return UINT64_MAX;
    high *= 2;
  }
  return smallest(k + 1, high, enough);
}

uint64_t most_of(uint64_t n, double p, double chance) {
  if (!(p > 0)) return 0;
  uint64_t low = 0, high = n;  // P(X > n) = 0
  while (low < high) {
    const uint64_t k = low + (high - low) / 2;
    if (p < 1 && boost::math::ibeta(static_cast<double>(k) + 1, static_cast<double>(n - k), p) <= chance) {
      high = k;
    } else {
      low = k + 1;
    }
  }
  return low;
}

Bounds mtbf(double total_time, double events, double confidence) {
  if (!(total_time > 0)) return {0, INFINITY};
  Bounds bounds;
  bounds.lower = total_time / boost::math::gamma_p_inv(events + 1, confidence);
  bounds.upper = events > 0 ? total_time / boost::math::gamma_q_inv(events, confidence) : INFINITY;
  return bounds;
}

Bounds availability_from_outages(double up, double down, double outages, double mttr_when_none, double confidence) {
  if (!(up > 0)) return {0, 1};
  if (!(outages > 0)) {
    const double between = mtbf(up, 0, confidence).lower;
    if (!(mttr_when_none >= 0) || std::isinf(mttr_when_none)) return {0, 1};
    return {between / (between + mttr_when_none), 1};
  }
  if (!(down > 0)) return {0, 1};
  const double f = f_quantile(confidence, outages, outages);
  return {1 / (1 + down / up * f), 1 / (1 + down / up / f)};
}

std::optional<Bounds> median_bounds(std::vector<double> values, double confidence) {
  const RankBounds ranks = quantile_ranks(static_cast<double>(values.size()), 0.5, confidence);
  if (ranks.lower == 0 || ranks.upper > values.size()) return std::nullopt;
  std::sort(values.begin(), values.end());
  return Bounds{values[ranks.lower - 1], values[ranks.upper - 1]};
}

RankBounds quantile_ranks(double n, double q, double confidence) {
  const uint64_t count = n >= 1 ? static_cast<uint64_t>(n) : 0;
  if (count == 0) return {0, count + 1};
  if (!(q > 0)) return {0, 1};
  if (!(q < 1)) return {count, count + 1};
  // The order statistic of rank k lies above the quantile when fewer than k samples lie at or below it.
  const uint64_t above =
      smallest(1, count + 1, [&](uint64_t k) { return k > count || binomial_cdf(k - 1, count, q) >= confidence; });
  const uint64_t not_below =
      smallest(1, count + 1, [&](uint64_t k) { return k > count || binomial_cdf(k - 1, count, q) > 1 - confidence; });
  return {not_below - 1, above};
}

uint64_t clean_trials_needed(double share, double confidence) {
  if (!(share > 0)) return 1;
  if (share >= 1) return UINT64_MAX;
  return std::max<uint64_t>(1, rounded_up(std::log(1 - confidence) / std::log(share)));
}

}  // namespace shakedown
