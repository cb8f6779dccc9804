#include "controller/measure/bounds/scaling.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <set>

#include "controller/measure/bounds/scaling_fit.h"

namespace shakedown {
namespace {

constexpr std::size_t kFewestPoints = 4;
constexpr std::size_t kFewestLevels = 3;
constexpr std::size_t kEnoughLevels = 6;

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

std::size_t levels(const std::vector<ScalingPoint>& points) {
  std::set<double> different;
  for (const ScalingPoint& point : points) different.insert(point.n);
  return different.size();
}

Result<void> check(const std::vector<ScalingPoint>& points, double confidence) {
  const auto refuse = [](const std::string& why) { return fail(ErrorKind::scenario, "no scaling law can be fitted: " + why); };
  if (!(confidence > 0 && confidence < 1)) {
    return refuse("expected a confidence between 0 and 1, found " + number(confidence));
  }
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto [n, x] = points[i];
    if (!(n > 0 && x > 0 && std::isfinite(n) && std::isfinite(x))) {
      return refuse("expected positive, finite values, found n = " + number(n) + " with throughput " + number(x) + " at point " +
                    std::to_string(i + 1) + "; leave out steps that measured nothing");
    }
  }
  if (points.size() < kFewestPoints || levels(points) < kFewestLevels) {
    return refuse("expected at least 4 points with 3 different n, found " + std::to_string(points.size()) + " with " +
                  std::to_string(levels(points)) + "; measure more steps");
  }
  return ok();
}

double r_squared(const std::vector<ScalingPoint>& points, double sse) {
  double mean = 0, total = 0;
  for (const ScalingPoint& point : points) mean += point.x / static_cast<double>(points.size());
  for (const ScalingPoint& point : points) total += (point.x - mean) * (point.x - mean);
  return total > 0 ? 1 - sse / total : 0;
}

void add_intervals(ScalingFit& fit) {
  const auto deviation = [&](std::size_t i) { return std::sqrt(fit.covariance[4 * i]); };
  fit.standard_error = {deviation(0), deviation(1), deviation(2)};
  fit.student_t = boost::math::quantile(boost::math::students_t(fit.dof), 0.5 + fit.confidence / 2);
  const auto moved = [&](double sign) {
    const double reach = sign * fit.student_t;
    return ScalingLaw{fit.law.gamma + reach * fit.standard_error.gamma, fit.law.alpha + reach * fit.standard_error.alpha,
                      fit.law.beta + reach * fit.standard_error.beta};
  };
  fit.lower = moved(-1);
  fit.upper = moved(1);
}

void add_doubts(ScalingFit& fit, const std::vector<ScalingPoint>& points) {
  double mean = 0;
  for (const ScalingPoint& point : points) {
    fit.largest_n = std::max(fit.largest_n, point.n);
    mean += point.x / static_cast<double>(points.size());
  }
  fit.few_points = levels(points) < kEnoughLevels;
  fit.r_squared = r_squared(points, fit.sse);
  fit.poor_fit = fit.r_squared < 0.9 && fit.residual_standard_error > 0.02 * mean;
}

using Gradient = std::array<double, 3>;  // by gamma, alpha, beta

// Half the width of the interval of a function with this gradient.
double reach(const ScalingFit& fit, const Gradient& gradient) {
  double variance = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) variance += gradient[i] * fit.covariance[3 * i + j] * gradient[j];
  }
  return fit.student_t * std::sqrt(std::max(variance, 0.0));
}

}  // namespace

double ScalingLaw::throughput(double n) const { return gamma * n * efficiency(n); }

double ScalingLaw::efficiency(double n) const { return 1 / (1 + alpha * (n - 1) + beta * n * (n - 1)); }

std::optional<ScalingPoint> ScalingLaw::peak() const {
  if (!(beta > 0)) return std::nullopt;
  const double n = std::max(1.0, std::sqrt((1 - alpha) / beta));
  return ScalingPoint{n, throughput(n)};
}

std::optional<double> ScalingLaw::ceiling() const {
  if (!(alpha > 0)) return std::nullopt;
  return gamma / alpha;
}

Result<ScalingFit> fit_scaling(const std::vector<ScalingPoint>& points, double confidence) {
  SHAKEDOWN_TRY(check(points, confidence));
  const LeastSquares best = least_squares(points);
  ScalingFit fit;
  fit.law = best.law;
  fit.sse = best.sse;
  fit.dof = static_cast<uint32_t>(points.size() - 3);
  fit.residual_standard_error = std::sqrt(fit.sse / fit.dof);
  fit.confidence = confidence;
  fit.alpha_at_bound = best.alpha_at_bound;
  fit.beta_at_bound = best.beta_at_bound;
  fit.negative_contention = best.unbounded.alpha < 0;
  fit.negative_coherency = best.unbounded.beta < 0;
  const auto inverse = inverse_normal_matrix(points, fit.law);
  const auto reciprocal = reciprocal_fit(points);
  if (!inverse || !reciprocal) {
    return fail(ErrorKind::scenario,
                "no scaling law can be fitted: these points do not separate its three parameters; measure steps that "
                "are further apart, n = 1 among them");
  }
  const double variance = fit.sse / fit.dof;
  for (std::size_t i = 0; i < 9; ++i) fit.covariance[i] = (*inverse)[i] * variance;
  fit.reciprocal = reciprocal->at;
  fit.reciprocal_covariance = reciprocal->covariance;
  add_intervals(fit);
  add_doubts(fit, points);
  return fit;
}

std::vector<std::string> scaling_warnings(const ScalingFit& fit) {
  std::vector<std::string> out;
  if (fit.few_points) out.push_back("fewer than 6 steps: the law is a guess, measure more");
  if (fit.poor_fit) out.push_back("the law explains less than 90 % of what was measured: do not extrapolate");
  if (fit.negative_coherency) {
    out.push_back("the best fit has a negative coherency, which no system has: rejected, fitted again within bounds");
  }
  if (fit.negative_contention) {
    out.push_back("the best fit has a negative contention (superlinear growth): rejected, fitted again within bounds");
  }
  const auto peak = fit.law.peak();
  if (peak && peak->n > fit.largest_n) {
    out.push_back("the peak at n = " + number(peak->n) + " lies beyond the largest step measured, " + number(fit.largest_n));
  }
  return out;
}

namespace {

// Fieller's interval of the ratio of a and a + b (n - 1) + c n (n - 1): no delta method, no bound of a parameter in its way.
Bounds ratio_bounds(const ScalingFit& fit, double n) {
  const Gradient above{1, 0, 0}, below{1, n - 1, n * (n - 1)};
  const auto product = [&](const Gradient& u, const Gradient& v) {
    double sum = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t j = 0; j < 3; ++j) sum += u[i] * fit.reciprocal_covariance[3 * i + j] * v[j];
    }
    return fit.student_t * fit.student_t * sum;
  };
  const auto& at = fit.reciprocal;
  const double top = at[0], bottom = at[0] + at[1] * below[1] + at[2] * below[2];
  const double a = bottom * bottom - product(below, below), b = top * bottom - product(above, below);
  const double c = top * top - product(above, above);
  if (!(a > 0) || !(bottom > 0)) return {0, 1};
  const double root = std::sqrt(std::max(0.0, b * b - a * c));
  return {std::clamp((b - root) / a, 0.0, 1.0), std::clamp((b + root) / a, 0.0, 1.0)};
}

}  // namespace

Bounds efficiency_bounds(const ScalingFit& fit, double n) {
  if (n == 1) return {1, 1};
  const double reciprocal = 1 / fit.law.efficiency(n), half = reach(fit, {0, n - 1, n * (n - 1)});
  const Bounds alike = {std::min(1.0, 1 / (reciprocal + half)), 1 / std::max(1.0, reciprocal - half)},
               shares = ratio_bounds(fit, n);
  return {std::min(alike.lower, shares.lower), std::max(alike.upper, shares.upper)};
}

}  // namespace shakedown
