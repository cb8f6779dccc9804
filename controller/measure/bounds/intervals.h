// Exact confidence bounds. All bounds are one-sided at the given confidence (0.95 = 95 %).
// Sources: Clopper & Pearson 1934; NIST/SEMATECH e-Handbook 8.4.5.1 (MTBF); order statistics for quantiles. Every function is
// pure; Boost.Math does the quantiles.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace shakedown {

struct Bounds {
  double lower = 0;
  double upper = 0;  // may be infinite
};

// x events of n (reals, so that a design effect can shrink both): the probability of an event.
// x is clamped to [0, n]; n <= 0 gives [0, 1].
Bounds clopper_pearson(double x, double n, double confidence);

// Smallest n with P(X <= k; n, p) <= 1 - confidence: trials needed to claim a rate of at most p with k events
// (independent trials only). No n is enough for p <= 0: UINT64_MAX.
uint64_t trials_needed(uint64_t k, double p, double confidence);

// Smallest k with P(X > k; n, p) <= chance: of n events that fall each with probability p into a part, no more lie there.
uint64_t most_of(uint64_t n, double p, double chance);

// Mean time between events: total time T, r events (a real number, as above), time-terminated; upper infinite for r = 0.
Bounds mtbf(double total_time, double events, double confidence);

// Steady-state availability from r outages, up time U and down time D (lower), and the reverse (upper):
// A = 1 / (1 + (D/U) F(confidence; 2r, 2r)). r = 0: lower from U/2.996 (at 95 %) as MTBF and the given MTTR,
// which is unknown when negative or infinite. Nothing known (no up time, outages without down time): [0, 1].
Bounds availability_from_outages(double up, double down, double outages, double mttr_when_none, double confidence);

// Median by order statistics (distribution-free), n >= 5 at 95 %; nullopt when n is too small.
std::optional<Bounds> median_bounds(std::vector<double> values, double confidence);

// 1-based ranks (lower, upper) whose order statistics bound the q-quantile of n samples (n rounded down): the
// largest rank that is at or below it, and the smallest that is at or above it, each at the confidence; 0 or
// n + 1 when there is none. A design effect divides n first; ranks then scale back by it.
struct RankBounds {
  uint64_t lower = 0, upper = 0;
};
RankBounds quantile_ranks(double n, double q, double confidence);

// Clean trials needed to prove a share: ceil(ln(1-C)/ln p).
uint64_t clean_trials_needed(double share, double confidence);

}  // namespace shakedown
