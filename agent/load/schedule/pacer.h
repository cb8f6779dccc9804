// The arrival sequence of an open load: the same global sequence for one (seed, stage), whoever
// asks. Each lane of it takes every count-th arrival, so that the union over any number of agents
// and workers is the whole.
//
// Arrival i comes where the integral of the rate reaches x(i): uniform x(i) = i + 1/2; Poisson
// x(i) = sum of i + 1 exponential gaps of mean 1 (time change of a unit-rate process). Sources:
// Lewis & Shedler 1979 for the thinning-free inversion of the integrated rate; the integral is
// arrivals_until of core/model/load.h.
// Ownership: plain value. Threads: none; one owner each.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/rng.h"
#include "core/model/load.h"
#include "core/model/plan.h"

namespace shakedown {

// Inverse of the integrated rate of a shape over [0, length).
class RateInverse {
 public:
  RateInverse(const RateShape& shape, Duration length);
  // The offset at which the integral reaches x; nullopt when that is not before length. x must not
  // fall from call to call (it walks forward).
  std::optional<Duration> offset(double x);

 private:
  // Rate linear from `from` to `to` (per second) over [start, end) seconds; `before` = integral at
  // start.
  struct Segment {
    double start = 0, end = 0, from = 0, to = 0, before = 0, after = 0;
  };
  std::vector<Segment> segments_;
  std::size_t at_ = 0;
};

struct Arrival {
  uint64_t index = 0;  // in the global sequence
  Duration offset{};   // from the stage's start
};

class Pacer {
 public:
  Pacer(const OpenLoad& load, Duration length, uint64_t seed, Lane lane);
  // The lane's next arrival; nullopt when the stage has no more.
  std::optional<Arrival> next();

 private:
  bool poisson_;
  Rng gaps_;
  RateInverse inverse_;
  Lane lane_;
  uint64_t index_ = 0;  // of the next global arrival
  double reached_ = 0;  // Poisson: x of the last global arrival
};

// The seed of everything random in one stage.
uint64_t stage_seed(uint64_t scenario_seed, StageId stage);

// The part of a lane that one worker of an agent takes: again every count-th arrival.
Lane worker_lane(Lane agent, uint32_t worker, uint32_t workers);
// How many of `total` places a lane gets, so that the sum over all lanes is total.
uint64_t lane_share(uint64_t total, Lane lane);

// Which operation and key arrival i has: a function of (seed, i) alone, so it does not depend on
// the partition.
class Mix {
 public:
  // The mix of a load has at least one entry, weights > 0.
  Mix(const std::vector<MixEntry>& entries, uint64_t seed);
  OperationId operation(uint64_t index) const;
  uint64_t key(uint64_t index, const KeySpec& spec) const;
  // Seed of {value}.
  uint64_t value_seed(uint64_t index) const { return mix64(seed_ ^ mix64(3 * index + 2)); }

 private:
  struct Entry {
    double up_to = 0;  // cumulated share
    OperationId operation;
  };
  std::vector<Entry> entries_;
  uint64_t seed_;
};

}  // namespace shakedown
