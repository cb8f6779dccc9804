#include "controller/measure/bounds/clusters.h"

#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

namespace shakedown {
namespace {

constexpr double kBySpacings = 0.05;
constexpr double kStrongestTie = 0.9;  // correlation

}  // namespace

double cluster_effect(const std::vector<double>& spacings) {
  const double m = static_cast<double>(spacings.size());
  double sum = 0;
  for (const double s : spacings) sum += s;
  if (spacings.size() < 3 || !(sum > 0)) return 1;
  const double mean = sum / m, least = 1e-6 * mean;
  double logarithms = 0, squares = 0;
  for (const double s : spacings) {
    logarithms += std::log(std::max(s, least) / mean);
    squares += (s / mean - 1) * (s / mean - 1);
  }
  const double statistic = -2 * logarithms / (1 + (m + 1) / (6 * m));
  if (boost::math::gamma_q((m - 1) / 2, statistic / 2) >= kBySpacings) return 1;
  return std::max(1.0, squares / (m - 1));
}

double cluster_effect_of_pass(double effect, uint64_t events) {
  if (effect <= 1 || events == 0) return effect;
  return effect * (1 + 4 * effect / static_cast<double>(events));
}

double trials_effect_of_pass(double effect, uint64_t misses) {
  if (effect <= 1 || misses == 0) return effect;
  return effect * (1 + 2 * effect / static_cast<double>(misses));
}

double trials_effect(const std::vector<bool>& outcomes) {
  const double n = static_cast<double>(outcomes.size());
  const double mean = static_cast<double>(std::count(outcomes.begin(), outcomes.end(), true)) / n;
  if (outcomes.size() < 8 || mean <= 0 || mean >= 1) return 1;
  double squares = 0, products = 0;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const double here = (outcomes[i] ? 1 : 0) - mean;
    squares += here * here;
    if (i > 0) products += here * ((outcomes[i - 1] ? 1 : 0) - mean);
  }
  const double found = products / squares;
  if (found + 1 / n < 1.645 / std::sqrt(n)) return 1;
  const double r = std::min(kStrongestTie, (found * n + 1) / (n - 3));  // the mean takes (1 + 3 r) / n from it
  return (1 + r) / (1 - r);
}

}  // namespace shakedown
