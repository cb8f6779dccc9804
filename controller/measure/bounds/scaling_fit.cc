#include "controller/measure/bounds/scaling_fit.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace shakedown {
namespace {

using Vector = Eigen::Vector3d;  // gamma, alpha, beta
using Matrix = Eigen::Matrix3d;
using Fixed = std::array<bool, 3>;

ScalingLaw law_of(const Vector& p) { return {p[0], p[1], p[2]}; }

// Infinite where the law has a pole: no step may cross one.
double sum_of_squares(const std::vector<ScalingPoint>& points, const Vector& p) {
  const ScalingLaw law = law_of(p);
  double sum = 0;
  for (const ScalingPoint& point : points) {
    if (!(law.efficiency(point.n) > 0)) return INFINITY;
    const double residual = point.x - law.throughput(point.n);
    sum += residual * residual;
  }
  return std::isfinite(sum) ? sum : INFINITY;
}

Matrix normal_matrix(const std::vector<ScalingPoint>& points, const ScalingLaw& law) {
  Matrix sum = Matrix::Zero();
  for (const ScalingPoint& point : points) {
    const auto [g, a, b] = throughput_gradient(law, point.n);
    const Vector row(g, a, b);
    sum += row * row.transpose();
  }
  return sum;
}

// Half the sum of squares near p: down its slope, and how it curves, the residuals' own part included. Without that
// part (Gauss-Newton) poor fits converge too slowly.
struct Surroundings {
  Vector downhill = Vector::Zero();
  Matrix curvature = Matrix::Zero();
  Vector scale = Vector::Zero();  // 1 / sqrt of the normal matrix's diagonal, which makes steps blind to units
};

Surroundings surroundings(const std::vector<ScalingPoint>& points, const Vector& p, const Fixed& fixed) {
  const ScalingLaw law = law_of(p);
  Surroundings out;
  out.curvature = normal_matrix(points, law);
  out.scale = out.curvature.diagonal().cwiseMax(1e-300).cwiseSqrt().cwiseInverse();
  for (const auto& [n, x] : points) {
    const double residual = x - law.throughput(n);
    const auto [g, a, b] = throughput_gradient(law, n);
    out.downhill += residual * Vector(g, a, b);
    const double twice = -2 * a * (n - 1) * law.efficiency(n);  // the second derivative by alpha
    Matrix second;
    second << 0, a / law.gamma, b / law.gamma, a / law.gamma, twice, n * twice, b / law.gamma, n * twice, n * n * twice;
    out.curvature -= residual * second;
  }
  for (Eigen::Index i = 0; i < 3; ++i) {
    if (!fixed[static_cast<std::size_t>(i)]) continue;
    out.curvature.row(i).setZero();
    out.curvature.col(i).setZero();
    out.curvature(i, i) = 1 / (out.scale[i] * out.scale[i]);
    out.downhill[i] = 0;
  }
  return out;
}

// None where the damped surroundings are no bowl: damp more.
std::optional<Vector> step(const Surroundings& near, double damping) {
  Matrix scaled = near.scale.asDiagonal() * near.curvature * near.scale.asDiagonal();
  scaled.diagonal().array() += damping;
  const Eigen::LLT<Matrix> bowl(scaled);
  if (bowl.info() != Eigen::Success) return std::nullopt;
  const Vector moved = near.scale.cwiseProduct(bowl.solve(near.scale.cwiseProduct(near.downhill)));
  if (!moved.allFinite()) return std::nullopt;
  return moved;
}

struct Candidate {
  Vector p = Vector::Zero();
  double sse = INFINITY;
  Fixed fixed{};
};

double relative_size(const Vector& moved, const Vector& p) { return (moved.array().abs() / (p.array().abs() + 1e-9)).maxCoeff(); }

// Newton while its steps shrink: the sum of squares is flat to rounding over the last eight digits.
void polish(const std::vector<ScalingPoint>& points, Candidate& at) {
  double last = 1e-4;
  for (int round = 0; round < 20; ++round) {
    const auto moved = step(surroundings(points, at.p, at.fixed), 0);
    if (!moved || !(relative_size(*moved, at.p) < last)) return;
    last = relative_size(*moved, at.p);
    at.p += *moved;
    at.sse = sum_of_squares(points, at.p);
  }
}

// Levenberg-Marquardt with the whole curvature, from a start, moving what is not fixed. A hundred steps are too few
// only along a valley that leads out of the bounds for ever.
Candidate descend(const std::vector<ScalingPoint>& points, const Vector& start, const Fixed& fixed) {
  Candidate at{start, sum_of_squares(points, start), fixed};
  if (!std::isfinite(at.sse)) return at;
  Surroundings near = surroundings(points, at.p, fixed);
  double damping = 1e-3;
  for (int round = 0; round < 100 && damping < 1e12; ++round) {
    const auto moved = step(near, damping);
    const double sse = moved ? sum_of_squares(points, at.p + *moved) : INFINITY;
    if (!(sse <= at.sse) || !std::isfinite(sse)) {
      damping *= 10;
      continue;
    }
    at.p += *moved;
    at.sse = sse;
    damping = damping > 1e-14 ? damping / 10 : 0;
    if (relative_size(*moved, at.p) < 1e-9) break;
    near = surroundings(points, at.p, fixed);
  }
  polish(points, at);
  return at;
}

bool inside(const Vector& p) { return p[0] > 0 && p[1] >= 0 && p[1] <= 1 && p[2] >= 0 && p[2] <= 1; }

// A part of the square of alpha and beta: each is free or held at 0 or 1.
struct Face {
  std::array<std::optional<double>, 2> held;

  Fixed fixed() const { return {false, held[0].has_value(), held[1].has_value()}; }
  Vector onto(Vector p) const {
    for (std::size_t i = 0; i < 2; ++i) {
      if (held[i]) p[static_cast<Eigen::Index>(i) + 1] = *held[i];
    }
    return p;
  }
};

constexpr Face kWhole{};

// Least squares of n / X, in which the law is linear. May lie anywhere.
Vector linear_start(const std::vector<ScalingPoint>& points) {
  const auto rows = static_cast<Eigen::Index>(points.size());
  Eigen::MatrixX3d left(rows, 3);
  Eigen::VectorXd right(rows);
  for (Eigen::Index i = 0; i < rows; ++i) {
    const auto [n, x] = points[static_cast<std::size_t>(i)];
    left.row(i) << 1, n - 1, n * (n - 1);
    right[i] = n / x;
  }
  const Vector linear = left.colPivHouseholderQr().solve(right);
  return {1 / linear[0], linear[1] / linear[0], linear[2] / linear[0]};
}

// The gamma that fits best with these alpha and beta.
Vector with_best_gamma(const std::vector<ScalingPoint>& points, double alpha, double beta) {
  double product = 0, square = 0;
  for (const auto& [n, x] : points) {
    const double unit = ScalingLaw{1, alpha, beta}.throughput(n);
    product += x * unit;
    square += unit * unit;
  }
  return {product / square, alpha, beta};
}

// The best of a grid over the face: 0 and half decades from 1 down, those of beta divided by the largest n.
Vector grid_start(const std::vector<ScalingPoint>& points, const Face& face) {
  double largest = 1;
  for (const ScalingPoint& point : points) largest = std::max(largest, point.n);
  std::vector<double> steps = {0};
  for (double step = 1; step > 1e-5; step /= std::sqrt(10.0)) steps.push_back(step);
  Candidate best;
  for (const double a : face.held[0] ? std::vector<double>{*face.held[0]} : steps) {
    for (const double b : face.held[1] ? std::vector<double>{*face.held[1] * largest} : steps) {
      const Vector p = with_best_gamma(points, a, b / largest);
      const double sse = sum_of_squares(points, p);
      if (sse < best.sse) best = {p, sse, {}};
    }
  }
  return face.onto(best.p);
}

// What can be reached on this face, from each start.
std::vector<Candidate> on_face(const std::vector<ScalingPoint>& points, const Vector& linear, const Face& face) {
  return {descend(points, grid_start(points, face), face.fixed()), descend(points, face.onto(linear), face.fixed())};
}

const Candidate& lower(const Candidate& a, const Candidate& b) { return b.sse < a.sse ? b : a; }

}  // namespace

std::array<double, 3> throughput_gradient(const ScalingLaw& law, double n) {
  const double share = law.efficiency(n);
  const double by_alpha = -law.gamma * n * (n - 1) * share * share;
  return {n * share, by_alpha, n * by_alpha};
}

LeastSquares least_squares(const std::vector<ScalingPoint>& points) {
  const Vector linear = linear_start(points);
  std::vector<Candidate> found = on_face(points, linear, kWhole);
  const Candidate unbounded = lower(found[0], found[1]);
  Candidate best = unbounded;
  if (!inside(unbounded.p)) {
    const std::array<std::optional<double>, 3> sides = {std::nullopt, 0.0, 1.0};
    for (const auto& alpha : sides) {
      for (const auto& beta : sides) {
        if (!alpha && !beta) continue;
        const auto more = on_face(points, linear, {{alpha, beta}});
        found.insert(found.end(), more.begin(), more.end());
      }
    }
    best = {};
    for (const Candidate& candidate : found) {
      if (inside(candidate.p)) best = lower(best, candidate);
    }
  }
  return {law_of(best.p), best.sse, best.fixed[1], best.fixed[2], law_of(unbounded.p)};
}

std::optional<std::array<double, 9>> inverse_normal_matrix(const std::vector<ScalingPoint>& points, const ScalingLaw& law) {
  const Matrix normal = normal_matrix(points, law);
  const Vector scale = normal.diagonal().cwiseSqrt().cwiseInverse();
  if (!scale.allFinite()) return std::nullopt;
  const Matrix scaled = scale.asDiagonal() * normal * scale.asDiagonal();
  const Eigen::FullPivLU<Matrix> lu(scaled);
  if (!(lu.rcond() > 1e-12)) return std::nullopt;
  const Matrix inverse = scale.asDiagonal() * lu.inverse() * scale.asDiagonal();
  std::array<double, 9> rows{};
  for (Eigen::Index i = 0; i < 3; ++i) {
    for (Eigen::Index j = 0; j < 3; ++j) rows[static_cast<std::size_t>(3 * i + j)] = inverse(i, j);
  }
  return rows;
}

std::optional<ReciprocalFit> reciprocal_fit(const std::vector<ScalingPoint>& points) {
  const auto rows = static_cast<Eigen::Index>(points.size());
  Eigen::MatrixX3d left(rows, 3);
  for (Eigen::Index i = 0; i < rows; ++i) {
    const auto [n, x] = points[static_cast<std::size_t>(i)];
    left.row(i) << x / n, x * (n - 1) / n, x * (n - 1);  // each row over its n / X
  }
  const Vector scale = left.colwise().norm().transpose().cwiseInverse();
  if (!scale.allFinite()) return std::nullopt;
  const Eigen::MatrixX3d scaled = left * scale.asDiagonal();
  const Eigen::FullPivLU<Matrix> lu(scaled.transpose() * scaled);
  if (!(lu.rcond() > 1e-12)) return std::nullopt;
  const Vector found = scaled.colPivHouseholderQr().solve(Eigen::VectorXd::Ones(rows));
  const double variance = (scaled * found - Eigen::VectorXd::Ones(rows)).squaredNorm() / static_cast<double>(rows - 3);
  const Matrix covariance = scale.asDiagonal() * lu.inverse() * scale.asDiagonal() * variance;
  ReciprocalFit out;
  for (Eigen::Index i = 0; i < 3; ++i) {
    out.at[static_cast<std::size_t>(i)] = found[i] * scale[i];
    for (Eigen::Index j = 0; j < 3; ++j) out.covariance[static_cast<std::size_t>(3 * i + j)] = covariance(i, j);
  }
  return out;
}

}  // namespace shakedown
