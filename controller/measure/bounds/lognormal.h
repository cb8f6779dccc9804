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

// Lower bound of the mean of n values of which each is at least so long, and no more is known: with a lower mean all of them are
// that long by chance less often than 1 - confidence, however they spread. 0 when there are fewer than three.
double lognormal_mean_at_least(double least, std::size_t n, double confidence);

// The sum of so many such values as come in the long run in the time in which these came by themselves, each known exactly,
// one event or more a value: the number's pivot, gamma(n + 1) (upper) and gamma(n) (lower) over the effect of clusters
// (controller/measure/bounds/clusters.h), times that of the mean above, by integration over both. Fewer than three do not show
// how they spread: their logarithms then count as spread by 1.5. upper: infinite without any or with one that is not positive;
// lower: 0.
double lognormal_total_upper(const std::vector<double>& values, double effect, double confidence);
double lognormal_total_lower(const std::vector<double>& values, double effect, double confidence);

}  // namespace shakedown
