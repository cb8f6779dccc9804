#include "core/stats/scaling_fit.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>

namespace shakedown {
namespace {

using Vector = Eigen::Vector3d;  // gamma, alpha, beta
using Matrix = Eigen::Matrix3d;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

ScalingLaw law_of(const Vector& p) { return {p[0], p[1], p[2]}; }
Vector vector_of(const ScalingLaw& law) { return {law.gamma, law.alpha, law.beta}; }

// Infinite where the law has a pole: no step may cross one.
double sum_of_squares(const std::vector<ScalingPoint>& points, const Vector& p) {
  const ScalingLaw law = law_of(p);
  double sum = 0;
  for (const ScalingPoint& point : points) {
    if (!(law.efficiency(point.n) > 0)) return kInfinity;
    const double residual = point.x - law.throughput(point.n);
    sum += residual * residual;
  }
  return std::isfinite(sum) ? sum : kInfinity;
}

struct NormalEquations {
  Matrix matrix = Matrix::Zero();
  Vector right = Vector::Zero();
};

NormalEquations normal_equations(const std::vector<ScalingPoint>& points, const Vector& p) {
  NormalEquations equations;
  for (const ScalingPoint& point : points) {
    const auto gradient = throughput_gradient(law_of(p), point.n);
    const Vector row(gradient[0], gradient[1], gradient[2]);
    equations.matrix += row * row.transpose();
    equations.right += row * (point.x - law_of(p).throughput(point.n));
  }
  return equations;
}

using Fixed = std::array<bool, 3>;

// The step of the free parameters; damping is relative to the diagonal, which makes it blind to units.
Vector step(NormalEquations equations, const Fixed& fixed, double damping) {
  for (int i = 0; i < 3; ++i) {
    if (fixed[static_cast<std::size_t>(i)]) {
      equations.matrix.row(i).setZero();
      equations.matrix.col(i).setZero();
      equations.matrix(i, i) = 1;
      equations.right[i] = 0;
    }
  }
  const Vector scale = equations.matrix.diagonal().cwiseMax(1e-300).cwiseSqrt().cwiseInverse();
  Matrix scaled = scale.asDiagonal() * equations.matrix * scale.asDiagonal();
  scaled.diagonal().array() += damping;
  const Vector right = scale.cwiseProduct(equations.right);
  return scale.cwiseProduct(scaled.ldlt().solve(right));
}

struct Candidate {
  Vector p = Vector::Zero();
  double sse = kInfinity;
  Fixed fixed{};
};

double relative_size(const Vector& moved, const Vector& p) {
  return (moved.array().abs() / (p.array().abs() + 1e-9)).maxCoeff();
}

// Gauss-Newton while its steps shrink: the sum of squares is flat to rounding over the last eight digits.
void polish(const std::vector<ScalingPoint>& points, Candidate& at) {
  double last = 1e-4;
  for (int round = 0; round < 50; ++round) {
    const Vector moved = step(normal_equations(points, at.p), at.fixed, 0);
    const double size = relative_size(moved, at.p);
    if (!(size < last) || !std::isfinite(sum_of_squares(points, at.p + moved))) return;
    at.p += moved;
    at.sse = sum_of_squares(points, at.p);
    last = size;
  }
}

// Levenberg-Marquardt from p, moving what is not fixed.
Candidate descend(const std::vector<ScalingPoint>& points, const Vector& start, const Fixed& fixed) {
  Candidate at{start, sum_of_squares(points, start), fixed};
  double damping = 1e-3;
  for (int round = 0; round < 500 && damping < 1e12 && std::isfinite(at.sse); ++round) {
    const Vector moved = step(normal_equations(points, at.p), fixed, damping);
    const Vector next = at.p + moved;
    const double sse = sum_of_squares(points, next);
    if (!(sse <= at.sse)) {
      damping *= 10;
      continue;
    }
    at.p = next;
    at.sse = sse;
    damping = damping > 1e-14 ? damping / 10 : 0;
    if (relative_size(moved, next) < 1e-9) break;
  }
  if (std::isfinite(at.sse)) polish(points, at);
  return at;
}

// Two places to begin at: the usual one, and the least squares of n / X, in which the law is linear.
std::vector<Vector> starts(const std::vector<ScalingPoint>& points) {
  const auto rows = static_cast<Eigen::Index>(points.size());
  Eigen::MatrixX3d left(rows, 3);
  Eigen::VectorXd right(rows);
  double gamma = 0;
  for (Eigen::Index i = 0; i < rows; ++i) {
    const auto [n, x] = points[static_cast<std::size_t>(i)];
    left.row(i) << 1, n - 1, n * (n - 1);
    right[i] = n / x;
    gamma = std::max(gamma, x / n);
  }
  const Vector linear = left.colPivHouseholderQr().solve(right);
  return {Vector(gamma, 0.01, 1e-4), Vector(1 / linear[0], linear[1] / linear[0], linear[2] / linear[0])};
}

bool inside(const Vector& p) {
  return p[0] > 0 && p[1] >= 0 && p[1] <= 1 && p[2] >= 0 && p[2] <= 1;
}

Candidate best_of(const std::vector<ScalingPoint>& points, const std::vector<Vector>& from, const Fixed& fixed) {
  Candidate best;
  for (const Vector& start : from) {
    const Candidate candidate = descend(points, start, fixed);
    if (candidate.sse < best.sse) best = candidate;
  }
  return best;
}

// The best law on the edges and corners of [0, 1] x [0, 1], each fitted with its parameters fixed there.
Candidate best_on_edges(const std::vector<ScalingPoint>& points, const std::vector<Vector>& from) {
  Candidate best;
  for (int edge = 1; edge < 9; ++edge) {
    const std::array<int, 2> side = {edge % 3, edge / 3};  // 0: free, 1: at 0, 2: at 1
    std::vector<Vector> moved = from;
    for (Vector& p : moved) {
      for (int i = 0; i < 2; ++i) {
        const int s = side[static_cast<std::size_t>(i)];
        p[i + 1] = s == 0 ? std::clamp(p[i + 1], 0.0, 1.0) : s - 1;
      }
    }
    const Candidate candidate = best_of(points, moved, {false, side[0] != 0, side[1] != 0});
    if (inside(candidate.p) && candidate.sse < best.sse) best = candidate;
  }
  return best;
}

}  // namespace

std::array<double, 3> throughput_gradient(const ScalingLaw& law, double n) {
  const double share = law.efficiency(n);
  const double by_alpha = -law.gamma * n * (n - 1) * share * share;
  return {n * share, by_alpha, n * by_alpha};
}

LeastSquares least_squares(const std::vector<ScalingPoint>& points) {
  const std::vector<Vector> from = starts(points);
  const Candidate unbounded = best_of(points, from, {});
  const Candidate best = inside(unbounded.p) ? unbounded : best_on_edges(points, from);
  return {law_of(best.p), best.sse, best.fixed[1], best.fixed[2], law_of(unbounded.p)};
}

std::optional<std::array<double, 9>> inverse_normal_matrix(const std::vector<ScalingPoint>& points,
                                                           const ScalingLaw& law) {
  const Matrix normal = normal_equations(points, vector_of(law)).matrix;
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

}  // namespace shakedown
