// The mean of log-normal values of which each is known only within an interval: bounds that hold wherever in their
// intervals the true values lie. Sources: Krishnamoorthy & Mathew 2003 (generalised pivot of the log-normal mean);
// Student 1908. All bounds are one-sided at the given confidence (0.5 to 1). Pure.
#pragma once

#include <vector>

namespace shakedown {

struct KnownWithin {
  double lower = 0, upper = 0;
};

// The generalised pivot y + Z s / sqrt(n V) + s^2 / (2 V), V = chi-square(n - 1) / (n - 1), with y and s the mean and
// deviation of the logarithms: its quantile, integrated (no random numbers), at its largest over the intervals.
// Infinite when there are fewer than three, or one touches 0 or has no end.
double lognormal_mean_upper(const std::vector<KnownWithin>& values, double confidence);

// Student's lower bound of the mean logarithm, at its smallest over the intervals: that of the median, below which the
// mean of a log-normal never lies. 0 when there are fewer than three, or one touches 0 or has no end.
double lognormal_mean_lower(const std::vector<KnownWithin>& values, double confidence);

}  // namespace shakedown
