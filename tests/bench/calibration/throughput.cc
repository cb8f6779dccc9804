// throughput: good answers a second, independent and not, over few seconds and many.
#include <algorithm>
#include <cmath>

#include "tests/bench/calibration/trial.h"
#include "tests/support/draws.h"

namespace shakedown::calibration {
namespace {

constexpr double kOffered = 200, kServed = 100;

// The rate of each second is log-normal with this correlation to the one before.
struct Serving {
  double length = 60, sigma = 0, rho = 0;
  double up = 0, down = 0;  // outages, in which nothing is answered
  double lost = 0;          // by us: they would have been answered
};

double mean_rate(const Serving& s) {
  const double share_up = s.up > 0 ? s.up / (s.up + s.down) : 1;
  return kServed * std::exp(s.sigma * s.sigma / 2) * share_up;
}

Answers served(Rng& rng, const Serving& s) {
  Run run;
  run.ask_about(ThroughputSli{}, Comparison::at_least, mean_rate(s));
  const StageId stage = run.steady(s.length, kOffered);
  const auto down = s.up > 0 ? down_spells(rng, s.length, s.up, exponential(s.down)) : std::vector<Spell>{};
  double state = normal(rng);
  for (int64_t second = 0; second < static_cast<int64_t>(s.length); ++second) {
    const auto from = static_cast<double>(second);
    const double rate = kServed * std::exp(s.sigma * state) * (1 - overlap(down, from, from + 1));
    const uint64_t good = std::min(static_cast<uint64_t>(kOffered), poisson(rng, rate));
    const uint64_t ours = binomial(rng, good, s.lost);
    run.count(stage, second, Outcome::ok, good - ours);
    run.count(stage, second, Outcome::dropped_by_us, ours);
    run.count(stage, second, Outcome::timeout, static_cast<uint64_t>(kOffered) - good, 1);
    state = s.rho * state + std::sqrt(1 - s.rho * s.rho) * normal(rng);
  }
  return run.judge();
}

}  // namespace

void add_throughput_cases(std::vector<Case>& out) {
  const auto add = [&](const std::string& what, const Serving& s, const std::string& told = "") {
    out.push_back({"throughput", what, "mean rate in the long run", [s](Rng& rng) { return served(rng, s); }, told});
  };
  add("10 s, independent", {.length = 10});
  add("60 s, independent", {.length = 60});
  add("60 s, correlation 0.5 of neighbours", {.length = 60, .sigma = 0.1, .rho = 0.5});
  add("60 s, correlation 0.9 of neighbours", {.length = 60, .sigma = 0.1, .rho = 0.9},
      "a minute holds three independent seconds of these; where their dependence shows (about two of three runs) the row is "
      "not proven");
  add("300 s, correlation 0.9 of neighbours", {.length = 300, .sigma = 0.1, .rho = 0.9});
  add("600 s, correlation 0.97 of neighbours", {.length = 600, .sigma = 0.1, .rho = 0.97});
  add("600 s, 12 outages of 5 s expected", {.length = 600, .up = 45, .down = 5});
  add("60 s, 2 % lost by us", {.length = 60, .lost = 0.02});
}

}  // namespace shakedown::calibration
