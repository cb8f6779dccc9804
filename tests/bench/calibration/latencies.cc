// latency quantiles: independent answers, slow spells, our own losses, a limit that the run did not count.
#include <cmath>

#include "tests/bench/calibration/trial.h"

namespace shakedown::calibration {
namespace {

constexpr double kMean = 0.02;

struct Answering {
  double length = 100, rate = 20, quantile = 0.99;
  double up = 0, slow_for = 0, times = 1;  // slow spells of this mean length, answers so many times longer
  double lost = 0;                         // by us, all of them slow
  bool counted = true;                     // the run knew the limit
  double slow_share() const { return up > 0 ? slow_for / (up + slow_for) : 0; }
};

// P(an arrival takes longer), answers being exponential.
double longer(double limit, const Answering& a) {
  const double slow = a.slow_share();
  return a.lost + (1 - a.lost) * ((1 - slow) * std::exp(-limit / kMean) + slow * std::exp(-limit / (kMean * a.times)));
}

double true_quantile(const Answering& a) {
  double low = 0, high = 100 * kMean * a.times;
  for (int i = 0; i < 100; ++i) {
    const double middle = (low + high) / 2;
    (longer(middle, a) > 1 - a.quantile ? low : high) = middle;
  }
  return high;
}

Answers answered(Rng& rng, const Answering& a) {
  Run run;
  const double truth = true_quantile(a);
  run.ask(LatencySli{OperationId(0), a.quantile, {}}, Comparison::at_most, truth * 0.9999, truth * 1.0001);
  if (!a.counted) run.drill.scenario.operations[0].limits.clear();
  const StageId stage = run.steady(a.length, a.rate);
  const std::vector<Spell> slow = a.up > 0 ? down_spells(rng, a.length, a.up, exponential(a.slow_for)) : std::vector<Spell>{};
  const auto n = static_cast<int64_t>(a.rate);
  for (int64_t s = 0; s < static_cast<int64_t>(a.length); ++s) {
    for (int64_t i = 0; i < n; ++i) {
      const double at = static_cast<double>(s) + (static_cast<double>(i) + 0.5) / a.rate;
      const double times = overlap(slow, at, at + 1e-6) > 0 ? a.times : 1;
      const double took = times * kMean * rng.exponential();
      if (rng.uniform() < a.lost) {
        run.count(stage, s, Outcome::dropped_by_us, 1);
      } else {
        run.count(stage, s, took < 1 ? Outcome::ok : Outcome::timeout, 1, std::min(took, 1.0));
      }
    }
  }
  return run.judge();
}

}  // namespace

void add_latency_cases(std::vector<Case>& out) {
  const auto add = [&](const std::string& what, const Answering& a, const std::string& told = "") {
    out.push_back({"latency", what, "quantile in the long run", [a](Rng& rng) { return answered(rng, a); }, told});
  };
  add("p99 of 2 000 independent", {.length = 100});
  add("p99 of 400 independent", {.length = 20});
  add("p90 of 400 independent", {.length = 20, .quantile = 0.9});
  add("p50 of 100 independent", {.length = 10, .rate = 10, .quantile = 0.5});
  add("p99, 20 slow spells of 3 s expected", {.length = 600, .rate = 5, .up = 27, .slow_for = 3, .times = 8});
  add("p95, 5 slow spells of 10 s expected", {.length = 600, .rate = 5, .quantile = 0.95, .up = 110, .slow_for = 10, .times = 8},
      "five spells are few, as with outages (ADR 17): their number and their size are known from the same few, and short ones do "
      "not stand out");
  add("p90, 60 slow spells of 2 s expected", {.length = 600, .rate = 5, .quantile = 0.9, .up = 8, .slow_for = 2, .times = 4});
  add("p95, 1 % lost by us, all slow", {.length = 100, .quantile = 0.95, .lost = 0.01});
  add("p99 of 2 000, limit not counted by the run", {.length = 100, .counted = false});
}

}  // namespace shakedown::calibration
