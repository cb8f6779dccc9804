// The share of bad events with exact bounds, widened when the events of a window depend on each other.
// Sources: Clopper & Pearson 1934; the design effect as in controller/measure/bounds/dispersion.h.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "controller/measure/bounds/dispersion.h"

namespace shakedown::judging {

// high: bad events with every doubtful one counted as bad (what must be cleared to prove a pass); low: with none
// (what must be violated to prove a fail). Both lists hold the same seconds. missing: events that we ourselves kept from
// being seen; a pass must hold with every one of them bad, a fail with every one good.
struct RatioEvidence {
  std::vector<SecondCount> high, low;
  uint64_t unfinished = 0;  // of those in high: still out when the run ended, so that nobody knows what they became
  double missing = 0;
  double waiting = 0;  // what waiting users did not even ask: bad when proving a pass, not there when proving a fail
  // Events that may not belong to the window at all: its good ones are not there when proving a pass, its bad ones when proving a
  // fail.
  double outside_good = 0, outside_bad = 0;
};

struct ShareBounds {
  uint64_t bad = 0, total = 0;  // bad: doubtful ones included
  uint64_t unfinished = 0;      // of these
  double value = 0;             // of those that came to an end
  uint64_t ended() const { return total - unfinished; }
  double lower = 0, upper = 1;                      // one-sided bounds of the bad share: missing ones all good, all bad
  double lower_all_bad = 0, upper_all_good = 1;     // the other bound of each of the two cases
  double upper_ended = 1;                           // as upper, had all that were still out been good
  double upper_undivided = 1, lower_undivided = 0;  // had all events surely been of the window
  double missing = 0, waiting = 0;
  double effect_high = 1, effect_low = 1;  // used for upper (deff_pass) and lower (deff)
};

// total == 0 leaves [0, 1], and where nothing came to an end there is no value. bad, total and value are without the missing
// ones.
ShareBounds bad_share(const RatioEvidence& evidence, double confidence);

}  // namespace shakedown::judging
