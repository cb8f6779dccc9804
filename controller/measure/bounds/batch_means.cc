#include "controller/measure/bounds/batch_means.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

namespace shakedown {
namespace {

constexpr std::size_t kFewestBatches = 8;
constexpr double kFewestWorth = 6;

std::vector<double> batches_of(const std::vector<double>& values, std::size_t length) {
  std::vector<double> out;
  for (std::size_t i = 0; i + length <= values.size(); i += length) {
    double sum = 0;
    for (std::size_t k = 0; k < length; ++k) sum += values[i + k];
    out.push_back(sum / static_cast<double>(length));
  }
  return out;
}

struct Moments {
  double n = 0, mean = 0, variance = 0, third = 0;
  double neighbours = 0;  // their correlation, 0 when all are equal
};

Moments moments_of(const std::vector<double>& batches) {
  Moments m;
  m.n = static_cast<double>(batches.size());
  for (const double b : batches) m.mean += b / m.n;
  double squares = 0, products = 0;
  for (std::size_t i = 0; i < batches.size(); ++i) {
    squares += (batches[i] - m.mean) * (batches[i] - m.mean);
    m.third += std::pow(batches[i] - m.mean, 3) / m.n;
    if (i > 0) products += (batches[i] - m.mean) * (batches[i - 1] - m.mean);
  }
  if (squares < 1e-18 * m.mean * m.mean * m.n) squares = products = 0;  // rounding, not variation
  m.variance = squares / (m.n - 1);
  m.neighbours = squares > 0 ? products / squares : 0;
  return m;
}

// The mean takes about (1 + 3 r) / n from the correlation. Below what chance reaches in one of twenty: none. Blocks are few and
// show little of theirs, and what they have in common lasts for longer than one: one of six.
double correlation_of(const Moments& m, std::size_t length) {
  if (m.neighbours + 1 / m.n < (length == 1 ? 1.645 : 1) / std::sqrt(m.n)) return 0;
  return std::min(0.98, (m.neighbours * m.n + 1) / (m.n - 3));
}

// Of neighbouring means of `length` values each, in an autoregressive process of order one.
double correlation_of_means(double one, double length) {
  if (one <= 0) return 0;
  const double far = std::pow(one, length), rest = (1 - one) * (1 - one);
  const double variance = length * (1 + one) / (1 - one) - 2 * one * (1 - far) / rest;
  return one * (1 - far) * (1 - far) / rest / variance;
}

}  // namespace

std::optional<Bounds> batch_means(const std::vector<double>& values, double confidence) {
  if (values.size() < kFewestBatches) return std::nullopt;
  const double mean = moments_of(values).mean;
  double below = 0, above = 0, widest = 0, worth_of_widest = 0;
  std::vector<std::pair<double, std::size_t>> found;  // correlation of neighbours, in blocks of this length
  for (std::size_t length = 1; values.size() / length >= kFewestBatches; length *= 2) {
    const Moments m = moments_of(batches_of(values, length));
    found.emplace_back(correlation_of(m, length), length);
    double left = 0;
    for (const auto& [one, of] : found) left = std::max(left, correlation_of_means(one, static_cast<double>(length / of)));
    const double worth = m.n * (1 - left) / (1 + left), counted = std::max(worth, 2.0);
    const double t = boost::math::quantile(boost::math::students_t(counted - 1), confidence);
    const double reach = t * std::sqrt(m.variance / counted);
    const double skew = m.variance > 0 ? m.third * (1 + 2 * t * t) / (6 * m.variance * counted) : 0;
    if (reach > widest || length == 1) worth_of_widest = worth;
    widest = std::max(widest, reach);
    below = std::max(below, reach + std::max(0.0, -skew));
    above = std::max(above, reach + std::max(0.0, skew));
  }
  if (worth_of_widest < kFewestWorth) return std::nullopt;
  return Bounds{std::max(0.0, mean - below), mean + above};
}

}  // namespace shakedown
