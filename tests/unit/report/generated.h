// Scorecards that nobody wrote: random but seeded, of every SLI, verdict and extreme, as the judge would describe them.
// Ownership: a Generated owns its drill, whose scenario the card refers to by ids.
#pragma once

#include <cstdint>

#include "tests/unit/judge/timeline_builder.h"

namespace shakedown::testing {

struct Generated {
  Drill drill;
  Scorecard card;
};

// The same for the same seed. Areas, decision, options and sentences are made by the judge's own functions.
Generated generate(uint64_t seed);

}  // namespace shakedown::testing
