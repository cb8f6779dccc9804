// Random numbers that several tests draw.
#pragma once

#include <cmath>
#include <numbers>

#include "core/base/rng.h"

namespace shakedown {

// Standard normal (Box and Muller).
inline double normal(Rng& rng) { return std::sqrt(2 * rng.exponential()) * std::cos(2 * std::numbers::pi * rng.uniform()); }

}  // namespace shakedown
