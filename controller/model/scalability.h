// Phases that look for a limit: a capacity search, and a series of steps from which the scaling law is read.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/base/units.h"
#include "core/model/fault.h"
#include "core/model/probe.h"

namespace shakedown {

// The highest rate at which all of `hold` hold: bracketed by doubling, narrowed by bisection, confirmed for a time. A
// step is up to `windows` windows of `window`, after each of which a sequential test decides or asks for one more.
struct Search {
  PhaseId phase;
  Rate from, to;                    // never below, never above
  std::vector<RequirementId> hold;  // latency, availability or error_ratio requirements
  Duration settle{};                // beginning of a step that does not count
  Duration window{};                // at least 8 s: bursts are told from chance by 8 whole seconds
  uint32_t windows = 4;
  Duration drain{};    // pause between steps
  Duration confirm{};  // length of the confirmation; 0 = none
  Share resolution;    // done when the interval is narrower than this share of its upper end
};

enum class StepAxis { rate, concurrency, replicas };
const char* to_string(StepAxis axis);

// One stage per level.
struct StepSeries {
  PhaseId phase;
  StepAxis axis = StepAxis::concurrency;
  std::vector<double> levels;       // ascending; rates per second, users, or replicas
  Duration each{};                  // length of a step, `settle` included
  Duration settle{};                // beginning of a step that does not count
  std::optional<Action> scale;      // replicas: argv with {replicas}; run before each step
  std::optional<ReadyCheck> ready;  // waited for after scale
};

}  // namespace shakedown
