#include "tests/bench/calibration/trial.h"

#include <algorithm>
#include <cmath>

#include "controller/judge/sli/families.h"
#include "tests/support/draws.h"

namespace shakedown::calibration {

std::vector<Case> all_cases() {
  std::vector<Case> out;
  add_ratio_cases(out);
  add_latency_cases(out);
  add_throughput_cases(out);
  add_outage_cases(out);
  add_repair_cases(out);
  add_recovery_cases(out);
  add_loss_cases(out);
  add_tolerance_cases(out);
  add_impact_cases(out);
  add_degradation_cases(out);
  add_capacity_cases(out);
  return out;
}

Rng rng_of(const Case& one, uint64_t seed, uint64_t run) { return Rng(stream_seed(seed, one.sli + "/" + one.what, run)); }

Draw exponential(double mean) {
  return [mean](Rng& rng) { return mean * rng.exponential(); };
}

Draw fixed(double value) {
  return [value](Rng&) { return value; };
}

Draw lognormal(double median, double sigma) {
  return [median, sigma](Rng& rng) { return median * std::exp(sigma * normal(rng)); };
}

// Jumps from success to success.
uint64_t binomial(Rng& rng, uint64_t n, double p) {
  if (p <= 0) return 0;
  if (p >= 1) return n;
  if (p > 0.5) return n - binomial(rng, n, 1 - p);
  const double scale = -1 / std::log1p(-p);
  uint64_t found = 0;
  for (double at = std::floor(scale * rng.exponential()); at < static_cast<double>(n); ++found) {
    at += 1 + std::floor(scale * rng.exponential());
  }
  return found;
}

uint64_t poisson(Rng& rng, double mean) {
  uint64_t n = 0;
  for (double at = rng.exponential(); at < mean; at += rng.exponential()) ++n;
  return n;
}

std::vector<Spell> down_spells(Rng& rng, double length, double up, const Draw& down) {
  std::vector<Spell> out;
  double now = -20 * up;
  while (now < length) {
    const double from = now + up * rng.exponential(), to = from + down(rng);
    if (to > 0 && from < length) out.push_back({std::max(from, 0.0), std::min(to, length)});
    now = to;
  }
  return out;
}

double overlap(const std::vector<Spell>& spells, double from, double to) {
  double sum = 0;
  for (const Spell& s : spells) sum += std::max(0.0, std::min(s.to, to) - std::max(s.from, from));
  return sum;
}

namespace {

bool far_asked = false;

// Half and twice the truth, of a ratio that which is left free; a quarter more or less where a curve is steep there.
std::pair<double, double> far_from(const Sli& sli, Comparison comparison, double truth) {
  const bool ratio = unit_of(sli) == Unit::ratio && comparison == Comparison::at_least;
  if (ratio) return {1 - (1 - truth) / 2, std::max(0.0, 1 - 2 * (1 - truth))};
  const bool steep = std::holds_alternative<LatencySli>(sli) || std::holds_alternative<ThroughputSli>(sli) ||
                     std::holds_alternative<EfficiencySli>(sli) || std::holds_alternative<CapacitySli>(sli);
  const double times = steep ? 1.25 : 2;
  return comparison == Comparison::at_most ? std::pair{truth / times, truth * times} : std::pair{truth * times, truth / times};
}

}  // namespace

void ask_far(bool far) { far_asked = far; }

void Run::ask(const Sli& sli, Comparison comparison, double outside, double on) {
  drill.require("outside", sli, comparison, outside);
  drill.require("on", sli, comparison, on);
  const auto [far_outside, far_inside] = far_from(sli, comparison, on);
  ask_far(sli, sli, comparison, far_outside, far_inside);
}

void Run::ask_far(const Sli& outside, const Sli& inside, Comparison comparison, double limit_outside, double limit_inside) {
  if (!far_asked || limit_outside == limit_inside) return;
  drill.require("far outside", outside, comparison, limit_outside);
  drill.require("far inside", inside, comparison, limit_inside);
}

void Run::ask_about(const Sli& sli, Comparison comparison, double truth) {
  const double step = 1e-6 * std::max(1e-3, std::fabs(truth));
  ask(sli, comparison, comparison == Comparison::at_most ? truth - step : truth + step, truth);
}

StageId Run::steady(double length, double rate) { return drill.run(drill.add_phase("steady", length, rate), 0); }

void Run::count(StageId stage, int64_t second, Outcome outcome, uint64_t n, double latency) {
  if (n == 0) return;
  Cell& cell = seen_.cells[CellKey{second, stage, OperationId(0)}];
  const auto index = static_cast<std::size_t>(outcome);
  const auto& limits = drill.scenario.operations[0].limits;
  const Duration length = from_seconds(latency);
  cell.counts[index] += n;
  cell.latency[index].add(length, n);
  cell.over_limit.resize(limits.size());
  for (std::size_t i = 0; i < limits.size() && outcome == Outcome::ok; ++i) {
    if (length > limits[i]) cell.over_limit[i] += n;
  }
  seen_.offered[stage] += n;
}

void Run::probe(double from, double to, const std::vector<Spell>& down) {
  auto next = down.begin();
  const double every = seconds(drill.scenario.probes[0].every);
  const auto checks = static_cast<int64_t>(std::ceil((to - from) / every));
  for (int64_t i = 0; i < checks; ++i) {
    const double start = from + every * static_cast<double>(i), looked = start + 0.002;
    while (next != down.end() && next->to <= looked) ++next;
    const bool bad = next != down.end() && next->from <= looked;
    check(start, start + (bad ? 0.003 : 0.005), !bad);
  }
}

void Run::check(double start, double end, bool good) {
  seen_.probes[ProbeId(0)].push_back({testing::at(start), testing::at(end), good});
}

Answers Run::judge() const {
  Timeline timeline(drill.scenario);
  Snapshot all = seen_;
  all.agent = AgentId(0);
  all.seq = 1;
  timeline.apply(all);
  for (const Event& event : drill.events()) timeline.apply(event);
  const judging::Evidence evidence = judging::collect(drill.scenario, timeline, drill.manifest);
  const auto state = [&](const Requirement& requirement) {
    const judging::Judged judged =
        std::visit([&](const auto& sli) { return judging::judge_sli(requirement, sli, evidence); }, requirement.sli);
    return judged.verdict.state;
  };
  const auto& rows = drill.scenario.requirements;
  Answers out{state(rows.at(0)), state(rows.at(1)), {}, {}};
  if (rows.size() < 4) return out;
  out.far_outside = state(rows[2]);
  out.far_inside = state(rows[3]);
  return out;
}

}  // namespace shakedown::calibration
