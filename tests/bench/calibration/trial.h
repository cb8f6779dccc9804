// Synthetic runs whose truth is known, each asked twice: with an objective that the truth just misses, and with one that
// it just keeps; some of them twice more, with one that it clearly misses and one that it clearly keeps. What the judge says of
// them is counted over many runs (calibrate.cc). The truth comes from the model that makes a run, never from the judge.
// Everything follows from the Rng that is handed in. Threads: none.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/rng.h"
#include "tests/unit/judge/timeline_builder.h"

namespace shakedown::calibration {

struct Answers {
  VerdictState outside = VerdictState::unknown;  // the truth misses this objective: a pass is false
  VerdictState on = VerdictState::unknown;       // the truth keeps this one: a fail is false
  // What the truth clearly misses and clearly keeps: a fail and a pass are wanted. Absent where it was not asked.
  std::optional<VerdictState> far_outside, far_inside;
};

// Whether the next runs are asked for these too (docs/calibration.md says how far away they are).
void ask_far(bool far);

// One cell of the table. told: why more false verdicts than 5 % are expected here and what the product says of it; empty
// = they are not.
struct Case {
  std::string sli, what, truth;
  std::function<Answers(Rng&)> trial;
  std::string told;
};

void add_ratio_cases(std::vector<Case>& out);
void add_latency_cases(std::vector<Case>& out);
void add_throughput_cases(std::vector<Case>& out);
void add_outage_cases(std::vector<Case>& out);
void add_repair_cases(std::vector<Case>& out);
void add_recovery_cases(std::vector<Case>& out);
void add_loss_cases(std::vector<Case>& out);
void add_tolerance_cases(std::vector<Case>& out);
void add_impact_cases(std::vector<Case>& out);
void add_degradation_cases(std::vector<Case>& out);
void add_capacity_cases(std::vector<Case>& out);
std::vector<Case> all_cases();

// The random numbers of one run of a case: the same whichever cases are tried with it.
Rng rng_of(const Case& one, uint64_t seed, uint64_t run);

using Draw = std::function<double(Rng&)>;
Draw exponential(double mean);
Draw fixed(double value);
Draw lognormal(double median, double sigma);
uint64_t binomial(Rng& rng, uint64_t n, double p);
uint64_t poisson(Rng& rng, double mean);

// Seconds [from, to).
struct Spell {
  double from = 0, to = 0;
  double length() const { return to - from; }
};
// When a service is down within [0, length): up for exponential times of this mean, down as drawn, in a steady state.
std::vector<Spell> down_spells(Rng& rng, double length, double up, const Draw& down);
// How much of [from, to) lies in them.
double overlap(const std::vector<Spell>& spells, double from, double to);

// One run. Scenario and events are the drill's; everything measured is put in here, which is much faster.
class Run {
 public:
  testing::Drill drill;

  // Both requirements, and the far ones. Latency limits must be asked for before anything is counted.
  void ask(const Sli& sli, Comparison comparison, double outside, double on);
  void ask_far(const Sli& outside, const Sli& inside, Comparison comparison, double limit_outside, double limit_inside);
  // outside: the truth and a millionth more of it.
  void ask_about(const Sli& sli, Comparison comparison, double truth);

  // A phase of this length with this open load, run at once from second 0.
  StageId steady(double length, double rate);
  void count(StageId stage, int64_t second, Outcome outcome, uint64_t n, double latency = 0.005);
  void probe(double from, double to, const std::vector<Spell>& down);
  void check(double start, double end, bool good);
  void write(const LedgerWrite& write) { seen_.writes[LedgerId(0)].push_back(write); }
  void read(const LedgerRead& read) { seen_.reads[LedgerId(0)].push_back(read); }

  Answers judge() const;

 private:
  Snapshot seen_;
};

}  // namespace shakedown::calibration
