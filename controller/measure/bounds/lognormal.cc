#include "controller/measure/bounds/lognormal.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

namespace shakedown {
namespace {

constexpr std::size_t kFewestRepairs = 3;
constexpr double kWidestSpread = 1.5;     // of the logarithms of values too few to show it
constexpr std::size_t kMostCorners = 10;  // values of which all corners of the box are tried: 2^10

// Mean and deviation of the logarithms.
struct LogShape {
  double mean = 0, deviation = 0;
};

using LogBox = std::vector<KnownWithin>;  // in logarithms

bool bounded(const std::vector<KnownWithin>& values) {
  return values.size() >= kFewestRepairs && std::all_of(values.begin(), values.end(), [](const KnownWithin& v) {
           return v.lower > 0 && v.upper >= v.lower && std::isfinite(v.upper);
         });
}

LogBox logarithms(const std::vector<KnownWithin>& values) {
  LogBox box;
  for (const KnownWithin& v : values) box.push_back({std::log(v.lower), std::log(v.upper)});
  return box;
}

LogShape corner(const LogBox& box, uint64_t upper) {
  const double n = static_cast<double>(box.size());
  const auto at = [&](std::size_t i) { return (upper >> i & 1) != 0 ? box[i].upper : box[i].lower; };
  LogShape out;
  for (std::size_t i = 0; i < box.size(); ++i) out.mean += at(i) / n;
  double squares = 0;
  for (std::size_t i = 0; i < box.size(); ++i) squares += (at(i) - out.mean) * (at(i) - out.mean);
  out.deviation = std::sqrt(squares / (n - 1));
  return out;
}

// No deviation over the box is larger: max over y of min over m of a sum of squares <= min over m of its max over y.
double largest_deviation(const LogBox& box) {
  const auto squares = [&](double m) {
    double sum = 0;
    for (const KnownWithin& v : box) sum += std::max((v.lower - m) * (v.lower - m), (v.upper - m) * (v.upper - m));
    return sum;
  };
  double low = box[0].lower, high = box[0].upper;
  for (const KnownWithin& v : box) low = std::min(low, v.lower), high = std::max(high, v.upper);
  for (int i = 0; i < 100; ++i) {
    const double a = low + (high - low) / 3, b = high - (high - low) / 3;
    squares(a) < squares(b) ? high = b : low = a;
  }
  return std::sqrt(squares((low + high) / 2) / static_cast<double>(box.size() - 1));
}

// Where an extreme may lie. Both bounds are convex (one downwards) in the logarithms, so it lies in a corner of the
// box; with many values, the extreme mean with the largest deviation stands in, which can only widen.
std::vector<LogShape> corners(const LogBox& box, bool of_upper) {
  std::vector<LogShape> out;
  if (box.size() <= kMostCorners) {
    for (uint64_t i = 0; i < uint64_t{1} << box.size(); ++i) out.push_back(corner(box, i));
    return out;
  }
  LogShape extreme{0, largest_deviation(box)};
  for (const KnownWithin& v : box) extreme.mean += (of_upper ? v.upper : v.lower) / static_cast<double>(box.size());
  return {extreme};
}

// Only shapes that no other exceeds in both can have the largest quantile, which grows with both.
std::vector<LogShape> undominated(std::vector<LogShape> shapes) {
  std::sort(shapes.begin(), shapes.end(), [](const LogShape& a, const LogShape& b) { return a.mean > b.mean; });
  std::vector<LogShape> out;
  for (const LogShape& shape : shapes) {
    if (out.empty() || shape.deviation > out.back().deviation) out.push_back(shape);
  }
  return out;
}

double normal_cdf(double z) { return 0.5 * std::erfc(-z * M_SQRT1_2); }

// The pivot's part above the mean logarithm, Z s / sqrt(n V) + s^2 / (2 V). Integrates over x = ln V by the
// trapezoidal rule, whose error vanishes exponentially for such a density.
class Pivot {
 public:
  // steps: of the integration, in a width of the density.
  Pivot(std::size_t n, double confidence, double steps = 12)
      : root_n_(std::sqrt(static_cast<double>(n))), confidence_(confidence) {
    const double degrees = static_cast<double>(n) - 1, width = std::sqrt(2 / degrees);
    const double low = -std::max(36 * width * width, 10 * width), high = 10 * width;
    double sum = 0;
    for (double x = low; x <= high; x += width / steps) {
      const double weight = std::exp(degrees / 2 * (x - std::exp(x) + 1));
      if (weight < 1e-18) continue;
      nodes_.push_back({std::exp(x / 2), weight});
      sum += weight;
    }
    for (Node& node : nodes_) node.weight /= sum;
  }

  double quantile(double deviation) const {
    if (!(deviation > 0)) return 0;
    double low = 0, high = deviation;
    while (below(high, deviation) < confidence_ && high < 1e6) low = high, high *= 2;
    for (int i = 0; i < 50 && high - low > 1e-9 * high; ++i) {
      const double middle = (low + high) / 2;
      (below(middle, deviation) < confidence_ ? low : high) = middle;
    }
    return high;
  }

  // The chance that the part is below c.
  double below(double c, double deviation) const {
    double sum = 0;
    for (const Node& node : nodes_) {
      const double z = root_n_ * (c * node.root_v / deviation - deviation / (2 * node.root_v));
      sum += node.weight * normal_cdf(z);
    }
    return sum;
  }

 private:
  struct Node {
    double root_v = 0, weight = 0;
  };

  double root_n_, confidence_;
  std::vector<Node> nodes_;
};

LogShape shape_of(const std::vector<double>& values) {
  LogBox box;
  for (const double v : values) box.push_back({std::log(v), std::log(v)});
  LogShape out = corner(box, 0);
  if (values.size() < kFewestRepairs) out.deviation = kWidestSpread;
  return out;
}

bool usable(const std::vector<double>& values) {
  return !values.empty() && std::all_of(values.begin(), values.end(), [](double v) { return v > 0 && std::isfinite(v); });
}

// A sum over x = ln G of a gamma variable of this shape, by the trapezoidal rule.
template <typename Term>
double over_gamma(double shape, Term term) {
  const double width = 1 / std::sqrt(shape), top = std::log(shape);
  double sum = 0, weights = 0;
  for (double x = top - 8 * width - 4 * width * width; x <= top + 6 * width; x += width / 3) {
    const double weight = std::exp(shape * (x - top) - shape * std::expm1(x - top));
    if (weight < 1e-12) continue;
    weights += weight;
    sum += weight * term(x);
  }
  return sum / weights;
}

// The c for which share(c), which grows, reaches the confidence.
template <typename Share>
double reached(Share share, double confidence) {
  double low = -50, high = 50;
  for (int i = 0; i < 40; ++i) {
    const double middle = (low + high) / 2;
    (share(middle) < confidence ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

// Of log-normals with mean m a value lies above x > m most often by Phi(-sqrt(2 log(x / m))), at one spread of their logarithms.
double lognormal_mean_at_least(double least, std::size_t n, double confidence) {
  if (n < 3 || !(least > 0)) return 0;
  const double each = std::pow(1 - confidence, 1 / static_cast<double>(n));
  const double z = std::max(0.0, -boost::math::quantile(boost::math::normal(), each));
  return least / std::exp(z * z / 2);
}

double lognormal_total_upper(const std::vector<double>& values, double effect, double confidence) {
  if (!usable(values)) return std::numeric_limits<double>::infinity();
  const LogShape shape = shape_of(values);
  const double n = static_cast<double>(values.size()), s = shape.deviation;
  const Pivot pivot(std::max(values.size(), kFewestRepairs), confidence, 4);
  const auto below = [&](double c) {
    if (values.size() < kFewestRepairs) return normal_cdf((c - s * s / 2) * std::sqrt(n) / s);
    return s > 0 ? pivot.below(c, s) : (c >= 0 ? 1.0 : 0.0);
  };
  const double part =
      reached([&](double c) { return over_gamma((n + 1) / effect, [&](double x) { return below(c - x); }); }, confidence);
  return effect * std::exp(shape.mean + part);
}

double lognormal_total_lower(const std::vector<double>& values, double effect, double confidence) {
  if (!usable(values)) return 0;
  const LogShape shape = shape_of(values);
  const double n = static_cast<double>(values.size()), s = shape.deviation;
  const boost::math::students_t student(std::max(1.0, n - 1));
  const auto below = [&](double c) {
    if (!(s > 0)) return c >= 0 ? 1.0 : 0.0;
    const double z = std::clamp(c * std::sqrt(n) / s, -1e6, 1e6);
    return values.size() < kFewestRepairs ? normal_cdf(z) : boost::math::cdf(student, z);
  };
  const double part =
      reached([&](double c) { return over_gamma(n / effect, [&](double x) { return below(c - x); }); }, 1 - confidence);
  return effect * std::exp(shape.mean + part);
}

double lognormal_mean_upper(const std::vector<KnownWithin>& values, double confidence) {
  if (!bounded(values)) return std::numeric_limits<double>::infinity();
  const Pivot pivot(values.size(), confidence);
  double most = -std::numeric_limits<double>::infinity();
  for (const LogShape& shape : undominated(corners(logarithms(values), true))) {
    most = std::max(most, shape.mean + pivot.quantile(shape.deviation));
  }
  return std::exp(most);
}

double lognormal_mean_lower(const std::vector<KnownWithin>& values, double confidence) {
  if (!bounded(values)) return 0;
  const double n = static_cast<double>(values.size());
  const double reach = boost::math::quantile(boost::math::students_t(n - 1), confidence) / std::sqrt(n);
  double least = std::numeric_limits<double>::infinity();
  for (const LogShape& shape : corners(logarithms(values), false)) {
    least = std::min(least, shape.mean - reach * shape.deviation);
  }
  return std::exp(least);
}

}  // namespace shakedown
