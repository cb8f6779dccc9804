#include "controller/measure/bounds/knee.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace shakedown {
namespace {

bool usable(const std::vector<CurvePoint>& points) {
  if (points.size() < 3) return false;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!std::isfinite(points[i].x) || !std::isfinite(points[i].y)) return false;
    if (i > 0 && !(points[i].x > points[i - 1].x)) return false;
  }
  return true;
}

// From the end backwards: a curve that bends at its high end is read from there.
bool turned(const KneedleOptions& options) {
  return (options.curve == Curve::convex) == (options.direction == Direction::increasing);
}

// In the unit square, concave and increasing, in the order of growing x.
std::vector<CurvePoint> normalized(const std::vector<CurvePoint>& points, const KneedleOptions& options) {
  const auto by_y = [](const CurvePoint& a, const CurvePoint& b) { return a.y < b.y; };
  const auto [low, high] = std::minmax_element(points.begin(), points.end(), by_y);
  const double width = points.back().x - points.front().x;
  const double height = high->y - low->y;
  std::vector<CurvePoint> out;
  if (!(height > 0) || !std::isfinite(height) || !std::isfinite(width)) return out;
  for (const CurvePoint& point : points) {
    CurvePoint unit{(point.x - points.front().x) / width, (point.y - low->y) / height};
    if (options.curve == Curve::convex) unit.y = 1 - unit.y;
    if (turned(options)) unit.x = 1 - unit.x;
    out.push_back(unit);
  }
  if (turned(options)) std::reverse(out.begin(), out.end());
  return out;
}

// The index of the first bulge of the difference curve that stays the highest for `sensitivity` mean steps.
std::optional<std::size_t> first_knee(const std::vector<CurvePoint>& unit, double sensitivity) {
  const auto difference = [&](std::size_t i) { return unit[i].y - unit[i].x; };
  const double allowance = sensitivity / static_cast<double>(unit.size() - 1);
  std::optional<std::size_t> bulge;
  double threshold = 0;
  for (std::size_t i = 1; i + 1 < unit.size(); ++i) {
    const double before = difference(i - 1), here = difference(i), after = difference(i + 1);
    if (here >= before && here >= after) {
      bulge = i;
      threshold = here - allowance;
    }
    if (here <= before && here <= after) threshold = 0;
    if (bulge && after < threshold) return bulge;
  }
  return std::nullopt;
}

std::vector<CurvePoint> averaged(const std::vector<ScalingPoint>& points) {
  std::map<double, std::pair<double, double>> sums;  // n: sum, count
  for (const ScalingPoint& point : points) {
    sums[point.n].first += point.x;
    sums[point.n].second += 1;
  }
  std::vector<CurvePoint> out;
  for (const auto& [n, sum] : sums) out.push_back({n, sum.first / sum.second});
  return out;
}

}  // namespace

std::optional<KneedlePoint> kneedle(const std::vector<CurvePoint>& points, const KneedleOptions& options) {
  if (!usable(points)) return std::nullopt;
  const std::vector<CurvePoint> unit = normalized(points, options);
  if (unit.empty()) return std::nullopt;
  const auto found = first_knee(unit, options.sensitivity);
  if (!found) return std::nullopt;
  const std::size_t index = turned(options) ? points.size() - 1 - *found : *found;
  return KneedlePoint{index, points[index].x, points[index].y, unit[*found].x, unit[*found].y};
}

// 1 + alpha (n - 1) + beta n (n - 1) = 2, by the form that stays exact for beta = 0.
std::optional<double> knee_of_law(const ScalingLaw& law) {
  if (!(law.alpha > 0 || law.beta > 0)) return std::nullopt;
  const double b = law.alpha - law.beta;
  const double half = 2 * (1 + law.alpha) / (b + std::sqrt(b * b + 4 * law.beta * (1 + law.alpha)));
  const auto peak = law.peak();
  return peak ? std::min(half, peak->n) : half;
}

std::optional<KneeRange> knee_range(const ScalingFit& fit, const std::vector<ScalingPoint>& points, double tolerance) {
  KneeRange range;
  if (!fit.poor_fit) range.by_law = knee_of_law(fit.law);
  if (const auto found = kneedle(averaged(points), {})) range.by_kneedle = found->x;
  if (!range.by_law && !range.by_kneedle) return std::nullopt;
  const double law = range.by_law ? *range.by_law : *range.by_kneedle;
  const double bend = range.by_kneedle ? *range.by_kneedle : *range.by_law;
  range.beyond_steps = range.by_law && *range.by_law > fit.largest_n;
  range.agreed = range.by_law && range.by_kneedle && std::abs(law - bend) <= tolerance * std::max(law, bend);
  range.lower = range.agreed ? law : std::min(law, bend);
  range.upper = range.agreed ? law : std::max(law, bend);
  return range;
}

}  // namespace shakedown
