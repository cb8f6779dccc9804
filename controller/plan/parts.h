// Parts of the plan that each stand in a file of their own. Pure.
#pragma once

#include <string>
#include <vector>

#include "controller/model/scenario.h"

namespace shakedown {

// Words and commitments that end before today ("2026-12-01") or before the launch: what they stand for will not pass, or covers
// no day on which it is needed. One line each.
std::vector<std::string> ends_too_soon(const Scenario& scenario, const std::string& today);

// How many connections a phase may need, or has where `connections: max` is declared, and what follows. Empty without load.
std::string connections_text(const Scenario& scenario, PhaseId phase);

// What a search cannot tell: the share around the capacity, and too few requests at its lowest rate. Empty when nothing.
std::string search_limits_text(const Scenario& scenario, const Search& search);

}  // namespace shakedown
