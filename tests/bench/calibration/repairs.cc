// mttr: repairs of one fault, measured by checks every 100 ms or every second.
#include <cmath>

#include "tests/bench/calibration/trial.h"

namespace shakedown::calibration {
namespace {

struct Repairing {
  int repairs = 5;
  Draw length;
  double truth = 0;
  RepairStatistic statistic = RepairStatistic::mean;
  double every = 0.1;
};

Answers repaired(Rng& rng, const Repairing& r) {
  Run run;
  run.drill.scenario.probes[0].every = from_seconds(r.every);
  run.drill.scenario.probes[0].timeout = from_seconds(r.every);
  run.drill.scenario.probes[0].down_after = 2;
  const PhaseId phase = run.drill.add_phase("crash", 1, 0);
  const FaultId kill = run.drill.add_kill("kill", phase);
  run.ask_about(MttrSli{{ProbeId(0)}, kill, r.statistic}, Comparison::at_most, r.truth);
  std::vector<Spell> down;
  double now = 0;
  for (int i = 0; i < r.repairs; ++i) {
    const double repair = r.length(rng), whole = std::ceil(20 + 15 * r.every + repair);
    const double struck = now + 5 + rng.uniform();
    run.drill.inject(kill, run.drill.run(phase, now, whole), struck, struck + 0.1);
    const double effect = struck + 0.01 * rng.uniform();  // proven between struck and 10 ms later
    down.push_back({effect, effect + repair});
    now += whole;
  }
  run.probe(0, now, down);
  return run.judge();
}

void add_mean(std::vector<Case>& out) {
  for (const int n : {3, 5, 10}) {
    for (const double sigma : {0.3, 0.8, 1.5}) {
      const double median = 5;
      const Repairing r{n, lognormal(median, sigma), median * std::exp(sigma * sigma / 2)};
      char what[80];
      std::snprintf(what, sizeof what, "%d log-normal, sigma %g", n, sigma);
      out.push_back({"mttr, mean", what, "mean of the model", [r](Rng& rng) { return repaired(rng, r); }, ""});
    }
  }
  const Repairing coarse{5, lognormal(5, 0.8), 5 * std::exp(0.32), RepairStatistic::mean, 1};
  out.push_back({"mttr, mean", "5 log-normal, sigma 0.8, checked every second", "mean of the model",
                 [coarse](Rng& rng) { return repaired(rng, coarse); }, ""});
  const std::string told =
      "ten repairs hold none of the long ones in one run of three, and nothing shows what is not there; the "
      "mean assumes log-normal repairs, as row and reference say; `statistic: median` assumes nothing";
  const Repairing exp{5, exponential(8), 8};
  out.push_back({"mttr, mean", "5 exponential", "mean of the model", [exp](Rng& rng) { return repaired(rng, exp); }, told});
  const Draw rarely = [](Rng& rng) { return rng.uniform() < 0.1 ? 60.0 : 2 + rng.uniform(); };
  const Repairing two{10, rarely, 0.9 * 2.5 + 6};
  out.push_back({"mttr, mean", "10, one in ten takes 60 s, the others 2 to 3 s", "mean of the model",
                 [two](Rng& rng) { return repaired(rng, two); }, told});
}

void add_median(std::vector<Case>& out) {
  const auto add = [&](const std::string& what, const Repairing& r) {
    out.push_back({"mttr, median", what, "median of the model", [r](Rng& rng) { return repaired(rng, r); }, ""});
  };
  const auto median = RepairStatistic::median;
  add("5 log-normal, sigma 0.8", {5, lognormal(5, 0.8), 5, median});
  add("8 log-normal, sigma 1.5", {8, lognormal(5, 1.5), 5, median});
  add("15 exponential", {15, exponential(8), 8 * std::log(2), median});
  add("15 log-normal, sigma 0.8, checked every second", {15, lognormal(5, 0.8), 5, median, 1});
}

}  // namespace

void add_repair_cases(std::vector<Case>& out) {
  add_mean(out);
  add_median(out);
}

}  // namespace shakedown::calibration
