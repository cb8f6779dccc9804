// Drills drawn from a seed, of every kind of row and of what befalls it, judged and written down: a line a verdict. What they
// show as a whole is that no verdict, bound or sentence changes unseen; why one is right is argued in the unit tests.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/base/rng.h"
#include "tests/unit/judge/timeline_builder.h"

namespace shakedown::gallery {

// Chooses like a die: the same sequence for the same seed on every machine.
class Dice {
 public:
  explicit Dice(uint64_t seed) : rng_(stream_seed(seed, "gallery")) {}
  uint64_t below(uint64_t n) { return static_cast<uint64_t>(rng_.uniform() * static_cast<double>(n)); }
  bool one_in(uint64_t n) { return below(n) == 0; }
  double between(double low, double high) { return low + (high - low) * rng_.uniform(); }
  template <class T>
  T of(const std::vector<T>& list) {
    return list[below(list.size())];
  }

 private:
  Rng rng_;
};

struct Exhibit {
  testing::Drill drill;
  std::vector<Reading> readings;
  uint64_t damage = 0;  // a seed of what is lost of the run's record; 0 = nothing
  Scorecard judge() const;
};

Exhibit service(uint64_t seed);      // load, faults, outages, lost writes: rows about a service that is broken and mended
Exhibit scalability(uint64_t seed);  // a search, a series of steps, dependencies
Exhibit team(uint64_t seed);         // what the team reports, checks, attested rows

// One of these with other rows, of whose record much is missing: events, checks, writes, answers, health lines.
Exhibit damaged(uint64_t seed);

// What another file may ask of a run, one change at a time: its name, and what is refused for it.
std::vector<std::pair<std::string, std::string>> other_files();

Timeline what_is_left(const testing::Drill& drill, uint64_t damage);

// A line for each part of a scorecard, without what only repeats the scenario.
std::string written_down(const Scorecard& card);

}  // namespace shakedown::gallery
