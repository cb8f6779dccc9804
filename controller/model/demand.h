// What a phase asks for at its busiest: at the top of its shape, of its search, or of its steps. Pure.
#pragma once

#include "controller/model/scenario.h"

namespace shakedown {

struct Demand {
  double rate = 0;   // arrivals per second, of an open load
  double users = 0;  // of a closed one
};
// Both are 0 where the phase has no load.
Demand peak_demand(const Scenario& scenario, PhaseId phase);

// How many connections the agents of a load may have together to the targets of its operations; infinite where
// `connections: max` is not declared.
double most_connections(const Scenario& scenario, const Load& load);

}  // namespace shakedown
