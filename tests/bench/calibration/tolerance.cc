// tolerated: the share of injections that cause no outage.
#include "tests/bench/calibration/trial.h"

namespace shakedown::calibration {
namespace {

struct Strikes {
  int count = 30;
  double tolerated = 0.9;  // share in the long run
  double again = 0;        // chance that one ends like the one before
  bool every = false;      // all must be tolerated
};

Answers struck(Rng& rng, const Strikes& s) {
  Run run;
  const PhaseId phase = run.drill.add_phase("strike", 10, 0);
  const FaultId kill = run.drill.add_kill("kill", phase);
  std::vector<Spell> down;
  bool good = true, all_good = true;
  for (int i = 0; i < s.count; ++i) {
    const double struck = 10.0 * i + 4 + rng.uniform();
    if (i == 0 || rng.uniform() >= s.again) good = rng.uniform() < s.tolerated;
    run.drill.inject(kill, run.drill.run(phase, 10.0 * i), struck, struck + 1);
    if (!good) down.push_back({struck + 0.005, struck + 1 + rng.uniform()});
    all_good = all_good && good;
  }
  const ToleratedSli sli{{kill}, {ProbeId(0)}};
  if (s.every) {
    run.ask(sli, Comparison::at_least, 1, all_good ? 1 : 0);
  } else {
    run.ask_about(sli, Comparison::at_least, s.tolerated);
  }
  run.probe(0, 10.0 * s.count, down);
  Answers out = run.judge();
  if (s.every) out.far_outside = out.far_inside = std::nullopt;
  if (s.every && all_good) out.outside = VerdictState::unknown;  // there is nothing that the truth misses
  return out;
}

}  // namespace

void add_tolerance_cases(std::vector<Case>& out) {
  const auto add = [&](const std::string& what, const Strikes& s, const std::string& told = "") {
    out.push_back({"tolerated", what, s.every ? "each injection of the run" : "share in the long run",
                   [s](Rng& rng) { return struck(rng, s); }, told});
  };
  add("30 injections, 90 %", {30, 0.9});
  add("60 injections, 95 %", {60, 0.95});
  add("20 injections, 50 %", {20, 0.5});
  add("5 injections, all must be tolerated", {5, 0.9, 0, true});
  add("40 injections, 80 %, each like the last with chance 0.5", {40, 0.8, 0.5},
      "where it shows that injections end like the ones before them the row is widened; with few misses it does not always show");
}

}  // namespace shakedown::calibration
