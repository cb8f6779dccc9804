// The load of a phase. Open: arrivals come when the schedule says so. Closed: users wait for answers.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "core/base/ids.h"
#include "core/base/units.h"

namespace shakedown {

enum class Arrivals { uniform, poisson };

struct ConstantRate {
  Rate rate;
};
struct RampRate {
  Rate from, to;  // linear over the phase
};
struct StepRate {
  std::vector<Rate> steps;
  Duration each{};
};
struct SpikeRate {
  Rate base, peak;
  Duration at{}, length{};  // peak during [at, at + length)
};
using RateShape = std::variant<ConstantRate, RampRate, StepRate, SpikeRate>;

struct OpenLoad {
  RateShape shape;
  Arrivals arrivals = Arrivals::uniform;
};
struct ClosedLoad {
  uint32_t users = 1;
  Duration think{};  // between an answer and the user's next request
};

struct MixEntry {
  OperationId operation;
  double weight = 1;  // > 0
};

struct Load {
  std::variant<OpenLoad, ClosedLoad> kind;
  std::vector<MixEntry> mix;     // at least one
  uint32_t max_outstanding = 0;  // open only, all agents together; 0 = a guard of memory that no healthy target meets
  AgentId from;                  // none = every agent with the role `load`
};

// The rate of a shape at an offset from the phase's start (0 outside [0, length)), and its integral:
// the expected number of arrivals in [0, offset), offset clamped to [0, length]. Events per second and
// events. The last of the steps holds to the end of the phase. Pure; used by the pacer, plan and the judge.
// peak_rate is the highest rate the shape can reach in a phase of any length.
double rate_at(const RateShape& shape, Duration offset, Duration length);
double arrivals_until(const RateShape& shape, Duration offset, Duration length);
double peak_rate(const RateShape& shape);

// The same load at another level: a constant rate (open, arrivals per second), or so many users (closed, at least 1).
Load at_level(Load load, double level);

}  // namespace shakedown
