#include "controller/measure/bounds/trend.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <limits>

namespace shakedown {
namespace {

constexpr std::size_t kMostBlocks = 64;
constexpr std::size_t kFewestTrendBlocks = 8;

bool usable(const std::vector<TrendPoint>& points) {
  return points.size() >= kFewestTrendBlocks && std::all_of(points.begin(), points.end(), [](const TrendPoint& p) {
           return std::isfinite(p.seconds) && std::isfinite(p.value);
         });
}

// Means of `count` runs of consecutive points, whose lengths differ by at most one.
std::vector<TrendPoint> block_means(const std::vector<TrendPoint>& points, std::size_t count) {
  std::vector<TrendPoint> blocks(count);
  for (std::size_t b = 0; b < count; ++b) {
    const std::size_t begin = b * points.size() / count, end = (b + 1) * points.size() / count;
    const double share = 1 / static_cast<double>(end - begin);
    for (std::size_t i = begin; i < end; ++i) {
      blocks[b].seconds += points[i].seconds * share;
      blocks[b].value += points[i].value * share;
    }
  }
  return blocks;
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

// Sorted slopes of all pairs of blocks at different times.
std::vector<double> pair_slopes(const std::vector<TrendPoint>& blocks) {
  std::vector<double> slopes;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    for (std::size_t j = i + 1; j < blocks.size(); ++j) {
      const double apart = blocks[j].seconds - blocks[i].seconds;
      if (apart > 0) slopes.push_back((blocks[j].value - blocks[i].value) / apart);
    }
  }
  std::sort(slopes.begin(), slopes.end());
  return slopes;
}

struct Line {
  double slope = 0;
  double intercept = 0;  // at 0 s
  std::vector<double> residuals;
};

Line line_through(const std::vector<TrendPoint>& blocks, double slope) {
  Line line{slope, 0, {}};
  for (const TrendPoint& block : blocks) line.residuals.push_back(block.value - slope * block.seconds);
  line.intercept = median(line.residuals);
  for (double& residual : line.residuals) residual -= line.intercept;
  return line;
}

// Of lag one, about the mean; 0 when all are equal.
double lag_one(const std::vector<double>& residuals) {
  double mean = 0, square = 0, product = 0;
  for (const double r : residuals) mean += r / static_cast<double>(residuals.size());
  for (std::size_t i = 0; i < residuals.size(); ++i) {
    square += (residuals[i] - mean) * (residuals[i] - mean);
    if (i > 0) product += (residuals[i] - mean) * (residuals[i - 1] - mean);
  }
  return square > 0 ? product / square : 0;
}

// A fitted line takes about (2 + 4 rho) / m from the lag-one correlation of m residuals.
double unbiased(double correlation, double m) { return std::min(0.95, (correlation * m + 2) / (m - 4)); }

bool significant(double correlation, double m) { return correlation + 2 / m > 1.645 / std::sqrt(m); }

// Sen's interval: the ranks that Kendall's statistic leaves out at this confidence on one side.
Bounds slope_bounds(const std::vector<double>& slopes, double m, double inflation, double confidence) {
  const double z = boost::math::quantile(boost::math::normal(), confidence);
  const double reach = z * std::sqrt(inflation * m * (m - 1) * (2 * m + 5) / 18);
  const double n = static_cast<double>(slopes.size());
  const double below = std::floor((n - reach) / 2);  // 1-based rank of the lower bound
  if (!(below >= 1)) return {-INFINITY, INFINITY};
  const auto rank = static_cast<std::size_t>(below);
  return {slopes[rank - 1], slopes[slopes.size() - rank]};
}

void add_relative(Trend& out) {
  if (!(out.start > 0)) return;
  const double per_hour = 3600 / out.start;
  out.relative_per_hour = out.slope * per_hour;
  out.relative_bounds = Bounds{out.bounds.lower * per_hour, out.bounds.upper * per_hour};
}

}  // namespace

std::optional<Trend> trend(std::vector<TrendPoint> points, double confidence) {
  if (!usable(points)) return std::nullopt;
  std::sort(points.begin(), points.end(), [](const TrendPoint& a, const TrendPoint& b) { return a.seconds < b.seconds; });
  double left = 0;  // the correlation of neighbours; of pair means it is left (1 + left) / 2
  for (std::size_t count = std::min(kMostBlocks, points.size()); count >= kFewestTrendBlocks; count /= 2) {
    const std::vector<TrendPoint> blocks = block_means(points, count);
    const std::vector<double> slopes = pair_slopes(blocks);
    if (slopes.empty()) return std::nullopt;
    const Line line = line_through(blocks, median(slopes));
    const double m = static_cast<double>(count);
    const double correlation = lag_one(line.residuals);
    left = std::max({0.0, unbiased(correlation, m), left * (1 + left) / 2});
    if (significant(correlation, m)) continue;
    Trend out;
    out.slope = line.slope;
    out.autocorrelation = left;
    const double inflation = (1 + out.autocorrelation) / (1 - out.autocorrelation);
    out.bounds = slope_bounds(slopes, m, inflation, confidence);
    out.start = line.intercept + line.slope * points.front().seconds;
    out.blocks = static_cast<uint32_t>(count);
    add_relative(out);
    return out;
  }
  return std::nullopt;
}

}  // namespace shakedown
