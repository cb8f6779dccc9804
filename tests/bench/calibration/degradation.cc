// efficiency: a law fitted to a series of steps. degradation: answers that become slower over a soak.
#include <algorithm>
#include <cmath>

#include "controller/measure/bounds/scaling.h"
#include "tests/bench/calibration/trial.h"
#include "tests/support/draws.h"

namespace shakedown::calibration {
namespace {

struct Steps {
  std::vector<double> levels = {1, 2, 4, 8, 16, 32};
  ScalingLaw law{100, 0.05, 0.001};
  double at = 16;
  double noise = 0.01;  // of a step's throughput
  double lost = 0;      // by us: they would have been answered
};

Answers stepped(Rng& rng, const Steps& s) {
  Run run;
  const PhaseId phase = run.drill.add_phase("scaling", 60 * static_cast<double>(s.levels.size()), 0, false);
  StepSeries series;
  series.phase = phase;
  series.levels = s.levels;
  run.drill.scenario.step_series.push_back(series);
  run.ask_about(EfficiencySli{phase, s.at}, Comparison::at_least, s.law.efficiency(s.at));
  for (std::size_t i = 0; i < s.levels.size(); ++i) {
    const double from = 60 * static_cast<double>(i), x = s.law.throughput(s.levels[i]) * (1 + s.noise * normal(rng));
    const StageId stage = run.drill.level(phase, StageRole::step, s.levels[i], static_cast<uint32_t>(i), 0, from, 60);
    const auto good = static_cast<uint64_t>(std::max(1.0, std::round(60 * x)));
    const auto ours = static_cast<uint64_t>(static_cast<double>(good) * s.lost * rng.uniform());
    run.count(stage, static_cast<int64_t>(from), Outcome::ok, good - ours, s.levels[i] / x);
    run.count(stage, static_cast<int64_t>(from), Outcome::dropped_by_us, ours);
  }
  return run.judge();
}

// The mean latency of each second: grows evenly, varies with this correlation to the second before.
struct Soak {
  double length = 1800;
  double growth = 0.1;  // over an hour, of the beginning
  double noise = 0.05;
  double rho = 0;
  double lost = 0;  // by us, a share that falls from twice this to nothing: slow ones are missing at the end
};

Answers soaked(Rng& rng, const Soak& s) {
  Run run;
  run.ask_about(DegradationSli{}, Comparison::at_most, s.growth);
  const StageId stage = run.steady(s.length, 20);
  double state = normal(rng);
  for (int64_t second = 0; second < static_cast<int64_t>(s.length); ++second) {
    const double mean = 0.05 * (1 + s.growth * static_cast<double>(second) / 3600);
    const uint64_t ours = binomial(rng, 20, s.lost);
    run.count(stage, second, Outcome::dropped_by_us, ours);
    run.count(stage, second, Outcome::ok, 20 - ours, std::max(1e-3, mean * (1 + s.noise * state)));
    state = s.rho * state + std::sqrt(1 - s.rho * s.rho) * normal(rng);
  }
  return run.judge();
}

}  // namespace

void add_degradation_cases(std::vector<Case>& out) {
  const auto step = [&](const std::string& what, const Steps& s) {
    out.push_back({"efficiency", what, "law of the model", [s](Rng& rng) { return stepped(rng, s); }, ""});
  };
  step("6 steps, 1 % noise", {});
  step("6 steps, 4 % noise", {.noise = 0.04});
  step("10 steps, 2 % noise", {.levels = {1, 2, 3, 4, 6, 8, 12, 16, 24, 32}, .noise = 0.02});
  step("6 steps, 2 % noise, asked for twice the largest", {.at = 64, .noise = 0.02});
  step("6 steps, 2 % noise, no coherency", {.law = {100, 0.03, 0}, .noise = 0.02});
  step("6 steps, 2 % noise, nearly linear", {.law = {100, 0.001, 0}, .noise = 0.02});
  step("6 steps, 1 % noise, up to 1 % lost by us", {.lost = 0.01});
  const auto soak = [&](const std::string& what, const Soak& s) {
    out.push_back({"degradation", what, "slope of the model", [s](Rng& rng) { return soaked(rng, s); }, ""});
  };
  soak("30 min, independent", {});
  soak("5 min, independent", {.length = 300});
  soak("30 min, correlation 0.5 of neighbours", {.rho = 0.5});
  soak("30 min, correlation 0.9 of neighbours", {.rho = 0.9});
  soak("30 min, correlation 0.99 of neighbours", {.rho = 0.99});
  soak("5 min, correlation 0.9 of neighbours", {.length = 300, .rho = 0.9});
  soak("30 min, varies by 40 %", {.noise = 0.4, .rho = 0.5});
  soak("30 min, 0.05 % lost by us", {.lost = 0.0005});
}

}  // namespace shakedown::calibration
