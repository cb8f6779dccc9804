// The least squares behind fit_scaling: Levenberg-Marquardt with the bounds of alpha and beta as active sets. The only
// part that needs linear algebra. Every function is pure; the points are checked by fit_scaling.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "controller/measure/bounds/scaling.h"

namespace shakedown {

struct LeastSquares {
  ScalingLaw law;  // the best with alpha and beta in [0, 1]
  double sse = 0;
  bool alpha_at_bound = false, beta_at_bound = false;
  ScalingLaw unbounded;  // the best without bounds; equal to law when that lies inside them
};

LeastSquares least_squares(const std::vector<ScalingPoint>& points);

// The derivatives of X(n) by gamma, alpha and beta.
std::array<double, 3> throughput_gradient(const ScalingLaw& law, double n);

// (J'J)^-1 of all three parameters, rows; none when it is singular to working precision.
std::optional<std::array<double, 9>> inverse_normal_matrix(const std::vector<ScalingPoint>& points, const ScalingLaw& law);

// n / X = a + b (n - 1) + c n (n - 1), the law's reciprocal, in which it is linear: least squares of relative errors, as steps
// vary by a share of their throughput, without bounds. (X'WX)^-1 s^2 with n - 3 degrees of freedom, rows; none when it is
// singular to working precision.
struct ReciprocalFit {
  std::array<double, 3> at{};
  std::array<double, 9> covariance{};
};
std::optional<ReciprocalFit> reciprocal_fit(const std::vector<ScalingPoint>& points);

}  // namespace shakedown
