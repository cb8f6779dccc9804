// availability {probe}, mtbf and mtbr: spontaneous outages of a service that a probe watches.
#include <cmath>

#include "tests/bench/calibration/trial.h"

namespace shakedown::calibration {
namespace {

// Checked every second; an outage of two failed checks counts.
void every_second(Run& run) {
  Probe& probe = run.drill.scenario.probes[0];
  probe.every = std::chrono::seconds(1);
  probe.down_after = 2;
  probe.up_after = 2;
}

struct Watched {
  double length = 20000;
  double expected = 5;  // outages
  double repair = 60;   // mean
  Draw down;
  double again = 0;  // chance that an outage is followed by another one a twentieth of the usual time later
  double up() const { return length / expected - repair; }
};

// After an outage the next one comes soon, with this chance.
std::vector<Spell> clustered(Rng& rng, const Watched& w) {
  std::vector<Spell> out;
  const double soon = w.up() / 20, late = (w.up() - w.again * soon) / (1 - w.again);
  double now = -20 * w.up();
  while (now < w.length) {
    const double from = now + (rng.uniform() < w.again ? soon : late) * rng.exponential(), to = from + w.down(rng);
    if (to > 0 && from < w.length) out.push_back({std::max(from, 0.0), std::min(to, w.length)});
    now = to;
  }
  return out;
}

// A drill before the watch begins, whose repair takes as long as the mean.
void drill_first(Run& run, double repair) {
  const PhaseId phase = run.drill.add_phase("drill", 100 + repair, 0);
  const FaultId kill = run.drill.add_kill("kill", phase);
  run.drill.inject(kill, run.drill.run(phase, 0), 10, 11);
}

Answers watched(Rng& rng, const Watched& w, const Sli& sli, double truth, bool drilled) {
  Run run;
  every_second(run);
  run.ask_about(sli, Comparison::at_least, truth);
  const double before = drilled ? 100 + w.repair : 0;
  std::vector<Spell> down;
  if (drilled) {
    drill_first(run, w.repair);
    down.push_back({10.005, 10 + w.repair});
  }
  run.drill.run(run.drill.add_phase("soak", w.length, 0), before);
  for (const Spell& s : clustered(rng, w)) down.push_back({before + s.from, before + s.to});
  run.probe(0, before + w.length, down);
  return run.judge();
}

void add(std::vector<Case>& out, const std::string& what, const Watched& w, bool drilled = false, const std::string& told = "") {
  const double up = w.up();
  const UptimeSli uptime{{ProbeId(0)}, {}};
  out.push_back({"availability {probe}", what, "share of time up in the long run",
                 [=](Rng& rng) { return watched(rng, w, uptime, up / (up + w.repair), drilled); }, told});
  if (drilled) return;
  out.push_back({"mtbf", what, "mean time up between outages",
                 [=](Rng& rng) { return watched(rng, w, MtbfSli{{ProbeId(0)}}, up, false); }, told});
  out.push_back({"mtbr", what, "mean time from recovery to recovery",
                 [=](Rng& rng) { return watched(rng, w, MtbrSli{{ProbeId(0)}}, up + w.repair, false); }, told});
}

}  // namespace

void add_outage_cases(std::vector<Case>& out) {
  const std::string clusters =
      "a window with few outages may show none of the clusters that they come in; where it shows them the row is "
      "widened, and 40 outages keep it";
  add(out, "1 outage expected, 60 s exponential", {.expected = 1, .down = exponential(60)});
  add(out, "5 outages expected, 60 s exponential", {.expected = 5, .down = exponential(60)});
  add(out, "5 outages expected, 60 s each", {.expected = 5, .down = fixed(60)});
  add(out, "5 outages expected, log-normal, sigma 1.5", {.expected = 5, .down = lognormal(60 * std::exp(-1.125), 1.5)});
  add(out, "20 outages expected, 60 s exponential", {.expected = 20, .down = exponential(60)});
  add(out, "20 outages expected, log-normal, sigma 1.5", {.expected = 20, .down = lognormal(60 * std::exp(-1.125), 1.5)});
  add(out, "8 outages expected, half of them soon after another", {.expected = 8, .down = exponential(60), .again = 0.5}, false,
      clusters);
  add(out, "40 outages expected, half of them soon after another",
      {.length = 40000, .expected = 40, .down = exponential(60), .again = 0.5}, false);
  add(out, "2 outages expected, log-normal, sigma 1.5", {.expected = 2, .down = lognormal(60 * std::exp(-1.125), 1.5)});
  add(out, "1 outage expected, a drill's repair known", {.expected = 1, .down = fixed(60)}, true);
  add(out, "3 outages expected, a drill's repair known", {.expected = 3, .down = fixed(60)}, true);
}

}  // namespace shakedown::calibration
