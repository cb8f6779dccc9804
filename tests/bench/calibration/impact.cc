// impact: what a fault costs in failed requests and in delay, against a load that fails and varies by itself.
#include <algorithm>

#include "tests/bench/calibration/trial.h"
#include "tests/support/draws.h"

namespace shakedown::calibration {
namespace {

struct Harmful {
  ImpactUnit unit = ImpactUnit::failed_requests;
  int count = 3;
  double spread = 0;  // deviation of an answer's latency as a share of its mean, 20 ms
  double lost = 0;    // by us, all of them failures or not, as chance has it
};

constexpr double kAnswer = 0.02, kRate = 50;

Answers harmed(Rng& rng, const Harmful& h) {
  Run run;
  const PhaseId phase = run.drill.add_phase("crash", 30, kRate);
  const FaultId kill = run.drill.add_kill("kill", phase);
  std::vector<Spell> down;
  double worst = 0;
  for (int i = 0; i < h.count; ++i) {
    const double from = 30.0 * i, struck = from + 10;
    const StageId stage = run.drill.run(phase, from);
    run.drill.inject(kill, stage, struck, struck + 5);
    const bool fails = h.unit == ImpactUnit::failed_requests;
    const double extra = 0.01 + 0.01 * rng.uniform(), length = 1 + 2 * rng.uniform();
    if (fails) down.push_back({struck + 0.005, struck + length});
    double cost = 0;
    for (int k = 0; k < static_cast<int>(30 * kRate); ++k) {
      const double at = from + (k + 0.5) / kRate;
      const bool hit = at > struck + 0.005 && at < struck + (fails ? length : 5);
      const double took = std::max(0.001, kAnswer * (1 + h.spread * normal(rng)));
      cost += hit ? (fails ? 1 : extra) : 0;
      const Outcome end = rng.uniform() < h.lost ? Outcome::dropped_by_us : hit && fails ? Outcome::failed : Outcome::ok;
      run.count(stage, static_cast<int64_t>(at), end, 1, took + (hit && !fails ? extra : 0));
    }
    worst = std::max(worst, cost);
  }
  if (h.unit == ImpactUnit::failed_requests) {
    run.ask(ImpactSli{kill, h.unit}, Comparison::at_most, worst - 1, worst);
  } else {
    run.ask_about(ImpactSli{kill, h.unit}, Comparison::at_most, worst);
  }
  run.probe(0, 30.0 * h.count, down);
  return run.judge();
}

}  // namespace

void add_impact_cases(std::vector<Case>& out) {
  const auto add = [&](const std::string& what, const Harmful& h) {
    const std::string sli = h.unit == ImpactUnit::failed_requests ? "impact, requests" : "impact, delay";
    out.push_back({sli, what, "each cost of the run", [h](Rng& rng) { return harmed(rng, h); }, ""});
  };
  add("3 faults, away for 1 to 3 s", {});
  add("3 faults, 1 % lost by us", {.lost = 0.01});
  add("1 fault, answers vary by 30 %", {.unit = ImpactUnit::delayed_seconds, .count = 1, .spread = 0.3});
  add("3 faults, answers vary by 30 %", {.unit = ImpactUnit::delayed_seconds, .spread = 0.3});
  add("3 faults, 1 % lost by us, answers vary by 10 %", {.unit = ImpactUnit::delayed_seconds, .spread = 0.1, .lost = 0.01});
}

}  // namespace shakedown::calibration
