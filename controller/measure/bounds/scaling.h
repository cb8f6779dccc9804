// The Universal Scalability Law: X(n) = gamma n / (1 + alpha (n-1) + beta n (n-1)), fitted by least squares with
// alpha and beta held in [0, 1]. n is what was scaled (users, replicas, load), X the throughput that came of it.
// Sources: Gunther 2007; Marquardt 1963; Seber & Wild 1989 for the intervals (Student t, n - 3 degrees of freedom).
// Every function is pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "controller/measure/bounds/intervals.h"
#include "core/base/result.h"

namespace shakedown {

struct ScalingPoint {
  double n = 0;
  double x = 0;
};

// A law with given parameters. To ask "what if", change one: law.beta = 5e-5.
struct ScalingLaw {
  double gamma = 0;  // throughput at n = 1
  double alpha = 0;  // contention: the share that is done one after the other
  double beta = 0;   // coherency: the price of every pair

  double throughput(double n) const;
  double efficiency(double n) const;  // X(n) / (gamma n)

  // Where more n begins to cost throughput, at n >= 1. None for beta = 0: it never does.
  std::optional<ScalingPoint> peak() const;
  // gamma / alpha, which no n exceeds, peak or not; none for alpha = 0.
  std::optional<double> ceiling() const;
};

struct ScalingFit {
  ScalingLaw law;

  // sqrt(diag((J'J)^-1 SSE / (n - 3))), J with all three columns at the solution, even where a bound is active: there
  // they are what the parameter's errors would be were it free, wider than of a law without it.
  ScalingLaw standard_error;
  // Two-sided, Student t with n - 3 degrees of freedom, not cut at the bounds: an interval of alpha or beta that
  // holds 0 says "not significant". For one-sided bounds at confidence C, fit at 2C - 1.
  ScalingLaw lower, upper;
  double confidence = 0;
  double student_t = 0;                // the quantile that the intervals use
  std::array<double, 9> covariance{};  // gamma, alpha, beta; rows
  // n / X = a + b (n - 1) + c n (n - 1) by relative errors, without bounds (scaling_fit.h).
  std::array<double, 3> reciprocal{};
  std::array<double, 9> reciprocal_covariance{};

  double sse = 0;
  double residual_standard_error = 0;
  uint32_t dof = 0;

  bool alpha_at_bound = false, beta_at_bound = false;
  bool negative_contention = false;  // the best law without bounds has alpha < 0 (superlinear); it was rejected
  bool negative_coherency = false;   // the same of beta
  bool few_points = false;           // fewer than 6 different n
  // Less than 90 % of the variance explained (the only use of R squared, which means little for a curve) and the
  // residual error above 2 % of the mean throughput (so that a flat curve, well measured, is none).
  bool poor_fit = false;
  double r_squared = 0;
  double largest_n = 0;  // beyond it the law extrapolates
};

// An error when the law cannot be told: fewer than 4 points or 3 different n, any n or x that is not positive and
// finite, a confidence outside (0, 1), or parameters that the points do not separate. Repeated n are welcome.
Result<ScalingFit> fit_scaling(const std::vector<ScalingPoint>& points, double confidence = 0.95);

// Why to doubt the fit, one sentence each; empty when nothing speaks against it.
std::vector<std::string> scaling_warnings(const ScalingFit& fit);

// Two-sided at fit.confidence, from the covariances above: X(n) / (gamma n), cut to [0, 1]: wherever one of two intervals
// reaches. Steps that vary alike: that of its reciprocal, linear in alpha and beta. Steps that vary by a share of their
// throughput: that of the ratio of two sums in which the reciprocal of the law is linear (Fieller, J. R. Stat. Soc. B 16, 1954).
Bounds efficiency_bounds(const ScalingFit& fit, double n);
}  // namespace shakedown
