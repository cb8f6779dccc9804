// How dependent rare events are on each other: the effect by which the bounds of a count are widened. Pure.
#pragma once

#include <cstdint>
#include <vector>

namespace shakedown {

// Outages in the time that was watched. spacings: the time before the first, between each two and after the last one. Those
// of independent events divide it evenly at random, which Moran's test (J. R. Stat. Soc. B 13, 1951) with Bartlett's
// correction asks at 5 %, too short ones only. Rejected: the squared coefficient of variation of the spacings, by which the
// variance of a count exceeds its mean in the long run (Cox, Renewal Theory, 4.2); else 1.
double cluster_effect(const std::vector<double>& spacings);

// For the bound that proves a pass: few clusters understate their own size (docs/adr/0007), so the effect counts 1 + 4 / k
// times, k = events / effect; 1 stays 1.
double cluster_effect_of_pass(double effect, uint64_t events);

// Trials in their order, each like the one before it perhaps: (1 + r) / (1 - r) for a correlation r of neighbours that chance
// reaches in less than one of twenty; else 1.
double trials_effect(const std::vector<bool>& outcomes);
double trials_effect_of_pass(double effect, uint64_t misses);  // times 1 + 2 / k, k = misses / effect; 1 stays 1

}  // namespace shakedown
