// rto: whether each injection of the run kept the objective, and with a share, whether such a share of failovers does.
#include <algorithm>
#include <cmath>

#include "tests/bench/calibration/trial.h"

namespace shakedown::calibration {
namespace {

// What one failover is like: when the service is down, relative to the effect. The last end is the recovery.
using Failover = std::function<std::vector<Spell>(Rng&)>;

Failover once(const Draw& length) {
  return [length](Rng& rng) { return std::vector<Spell>{{0, length(rng)}}; };
}

Failover twice() {
  return [](Rng& rng) {
    const double first = 0.5 + rng.uniform(), again = first + 0.4 + 2 * rng.uniform();
    return std::vector<Spell>{{0, first}, {again, again + 0.5 + 2 * rng.uniform()}};
  };
}

Draw between(double low, double high) {
  return [=](Rng& rng) { return low + (high - low) * rng.uniform(); };
}

struct Failovers {
  int count = 3;
  Failover like;
  double every = 0.1, timeout = 0.2;
  double slowest = 0.005;  // a good check
  bool hangs = false;      // a check of a dead service is answered when it comes back, or not in time
  double share = 0;        // claimed; 0 = every one
  double truth = 0;        // of the objective where a share is claimed
};

// Checks of a service that is down in these spells.
void look(Run& run, Rng& rng, const Failovers& f, double from, double to, const std::vector<Spell>& down) {
  for (double start = from; start < to; start += f.every) {
    const double took = 0.002 + (f.slowest - 0.002) * rng.uniform(), looked = start + took * rng.uniform();
    // Slow checks look out of their order.
    const auto next = std::find_if(down.begin(), down.end(), [&](const Spell& s) { return looked < s.to; });
    const bool dead = next != down.end() && next->from <= looked;
    if (!dead) {
      run.check(start, start + took, true);
    } else if (!f.hangs) {
      run.check(start, start + took, false);
    } else {
      const double answered = std::max(start + took, next->to + 0.001);
      run.check(start, std::min(answered, start + f.timeout), answered < start + f.timeout);
    }
  }
}

Answers recovered(Rng& rng, const Failovers& f) {
  Run run;
  run.drill.scenario.probes[0].every = from_seconds(f.every);
  run.drill.scenario.probes[0].timeout = from_seconds(f.timeout);
  const PhaseId phase = run.drill.add_phase("crash", 30, 0);
  const FaultId kill = run.drill.add_kill("kill", phase);
  std::vector<Spell> down;
  double worst = 0, now = 0;
  for (int i = 0; i < f.count; ++i) {
    const std::vector<Spell> spells = f.like(rng);
    const double took = spells.back().to, whole = std::ceil(took + 6 + 15 * f.every), struck = now + 4 + rng.uniform();
    const double effect = struck + 0.01 * rng.uniform();
    run.drill.inject(kill, run.drill.run(phase, now, whole), struck, struck + 0.1);
    for (const Spell& s : spells) down.push_back({effect + s.from, effect + s.to});
    worst = std::max(worst, took);
    now += whole;
  }
  if (f.share > 0) {
    run.drill.require("outside", RtoSli{kill, {ProbeId(0)}, 3, Share{f.share + 1e-9}}, Comparison::at_most, f.truth);
    run.drill.require("on", RtoSli{kill, {ProbeId(0)}, 3, Share{f.share}}, Comparison::at_most, f.truth);
    run.ask_far(RtoSli{kill, {ProbeId(0)}, 3, Share{1 - (1 - f.share) / 2}},
                RtoSli{kill, {ProbeId(0)}, 3, Share{1 - 2 * (1 - f.share)}}, Comparison::at_most, f.truth, f.truth * (1 + 1e-9));
  } else {
    run.ask_about(RtoSli{kill, {ProbeId(0)}}, Comparison::at_most, worst);
  }
  look(run, rng, f, 0, now, down);
  return run.judge();
}

}  // namespace

void add_recovery_cases(std::vector<Case>& out) {
  const auto add = [&](const std::string& what, const Failovers& f) {
    out.push_back({"rto", what, "each recovery of the run", [f](Rng& rng) { return recovered(rng, f); }, ""});
  };
  add("3, away for 0.5 to 5 s", {.like = once(between(0.5, 5))});
  add("10, away for 0.5 to 5 s", {.count = 10, .like = once(between(0.5, 5))});
  add("3, down twice", {.like = twice()});
  add("3, away for 0.02 to 0.4 s, too short to be seen for sure", {.like = once(between(0.02, 0.4))});
  add("3, away for 0.1 to 6 s, checked every second", {.like = once(between(0.1, 6)), .every = 1, .timeout = 1});
  add("3, checks hang until it is back", {.like = once(between(0.5, 5)), .hangs = true});
  add("3, checks take up to 150 ms", {.like = once(between(0.5, 5)), .slowest = 0.15});
  const auto share = [&](const std::string& what, int count, double p) {
    const Draw quick = between(1, 1.9), slow = between(3, 4);
    const Failovers f{.count = count,
                      .like = once([=](Rng& rng) { return rng.uniform() < p ? quick(rng) : slow(rng); }),
                      .share = p,
                      .truth = 2.5};
    out.push_back(
        {"rto, share", what, "share of failovers within the objective", [f](Rng& rng) { return recovered(rng, f); }, ""});
  };
  share("30 failovers, 90 %", 30, 0.9);
  share("60 failovers, 80 %", 60, 0.8);
}

}  // namespace shakedown::calibration
