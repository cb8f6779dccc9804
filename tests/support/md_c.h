// The truth about a target with c workers of one fixed service time and Poisson arrivals: the M/D/c queue, exactly.
// Test kit, not product code. Sources: Crommelin 1932 (queue length one service time later), Franx 2001 (waiting time
// without alternating sums), Grassmann, Taksar & Heyman 1985 (stationary distribution without subtractions).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace shakedown::testing {

// Stationary M/D/c with load = rate x service / servers < 1; above 0.999 the tables grow beyond reason.
class MdcQueue {
 public:
  MdcQueue(int servers, double service_seconds, double rate)
      : c_(static_cast<std::size_t>(servers)), service_(service_seconds), rate_(rate) {
    const double mean = rate * service_seconds;
    const double load = mean / servers;
    jumps_ = poisson(mean);
    const auto tail = static_cast<std::size_t>(20 / (1 - load) + 10 * std::sqrt(mean) + 20);
    solve(c_ + tail);
  }

  // P(waiting time <= x). The sum is of positive terms only.
  double waiting_cdf(double x) const {
    if (x < 0) return 0;
    const auto k = static_cast<std::size_t>(x / service_) + 1;  // (k - 1) D <= x < k D
    const double mean = rate_ * (static_cast<double>(k) * service_ - x);
    double sum = 0, term = std::exp(-mean);
    for (std::size_t j = 0; j < k * c_; ++j) {
      sum += term * waiting_at_most(k * c_ - j - 1);
      term *= mean / static_cast<double>(j + 1);
    }
    return std::min(sum, 1.0);
  }

  double response_cdf(double x) const { return waiting_cdf(x - service_); }

  // The smallest response time that a share q does not exceed.
  double response_quantile(double q) const {
    double low = service_, high = 2 * service_;
    if (response_cdf(low) >= q) return low;
    while (response_cdf(high) < q) high *= 2;
    for (int i = 0; i < 60; ++i) {
      const double middle = (low + high) / 2;
      (response_cdf(middle) >= q ? high : low) = middle;
    }
    return high;
  }

 private:
  static std::vector<double> poisson(double mean) {
    std::vector<double> p;
    const double most = mean + 12 * std::sqrt(mean) + 30;
    for (double n = 0; n <= most; ++n) {
      p.push_back(std::exp(n * std::log(mean) - mean - std::lgamma(n + 1)));
    }
    return p;
  }

  // One service time later, all that were served are gone: from i to max(i - c, 0) + Poisson. Eliminates the states
  // from the last to the first within their band, then builds the distribution up again.
  void solve(std::size_t states) {
    const std::size_t up = jumps_.size() - 1, width = c_ + up + 1;
    std::vector<double> band(states * width, 0);
    const auto at = [&](std::size_t i, std::size_t j) -> double& { return band[i * width + j + c_ - i]; };
    for (std::size_t i = 0; i < states; ++i) {
      const std::size_t base = i > c_ ? i - c_ : 0;
      for (std::size_t n = 0; n <= up; ++n) at(i, std::min(base + n, states - 1)) += jumps_[n];
    }
    std::vector<double> out(states, 0);  // the chance to leave a state downwards
    for (std::size_t n = states - 1; n > 0; --n) {
      const std::size_t down = n > c_ ? n - c_ : 0, from = n > up ? n - up : 0;
      for (std::size_t j = down; j < n; ++j) out[n] += at(n, j);
      for (std::size_t i = from; i < n; ++i) {
        const double share = at(i, n) / out[n];
        for (std::size_t j = down; j < n; ++j) at(i, j) += share * at(n, j);
      }
    }
    std::vector<double> p(states, 0);
    double sum = p[0] = 1;
    for (std::size_t n = 1; n < states; ++n) {
      for (std::size_t i = n > up ? n - up : 0; i < n; ++i) p[n] += p[i] * at(i, n) / out[n];
      sum += p[n];
    }
    double running = 0;
    for (const double value : p) cumulative_.push_back(running += value / sum);
  }

  // P(at most m are waiting).
  double waiting_at_most(std::size_t m) const { return cumulative_[std::min(c_ + m, cumulative_.size() - 1)]; }

  std::size_t c_;
  double service_, rate_;
  std::vector<double> jumps_;
  std::vector<double> cumulative_;
};

// The highest arrival rate at which this quantile of the response time is at most the limit; 0 when the service alone
// takes longer. Exact to a millionth of the workers' rate, and never above 99.9 % of that.
inline double capacity_md_c(int servers, double service_seconds, double quantile, double limit_seconds) {
  if (limit_seconds < service_seconds) return 0;
  const double most = servers / service_seconds;
  double low = 0, high = 0.999 * most;
  while (high - low > 1e-6 * most) {
    const double rate = (low + high) / 2;
    const bool held = MdcQueue(servers, service_seconds, rate).response_cdf(limit_seconds) >= quantile;
    (held ? low : high) = rate;
  }
  return low;
}

}  // namespace shakedown::testing
