// Arrivals that should have ended by now and have not: what a stop condition must see while a target hangs, since a cell
// comes only with an arrival's end. From the offered counts of the agents' snapshots, which come in time.
// Threads: the run loop only.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "controller/measure/timeline.h"
#include "controller/model/requirement.h"

namespace shakedown {

class Overdue {
 public:
  // One agent's snapshot, before it is merged with others.
  void add(const Snapshot& snapshot);
  // Arrivals of the stage that were offered in the seconds [from, to): at least so many. A snapshot's interval need not
  // begin on a whole second; what may lie on the other side of an edge is left out. nullopt = not known second by second.
  std::optional<uint64_t> offered(StageId stage, int64_t from, int64_t to) const;

 private:
  struct Second {
    uint64_t offered = 0;
    uint64_t edge = 0;  // of them, how many may be of the second that had just begun
  };
  std::map<StageId, std::map<int64_t, Second>> seconds_;  // key: the whole second in which the snapshots ended
  std::set<int64_t> lumped_;                              // ends of snapshots that cover more than their second
};

struct StopValue {
  double value = 0;       // in the SLI's unit
  Duration unanswered{};  // above 0: arrivals without an answer for longer than this count as bad in it
};

// The value on which a stop condition looks; nullopt = nothing to judge. For error_ratio {over} the worse of two windows of
// that length: the latest one, in which what has not ended yet may still be good, and one that ended `unanswered` before,
// in which it is bad. With `operations`, of whose arrivals only the ends are told: so many as the mix sends of them at least.
std::optional<StopValue> stop_value(const StopCondition& condition, const Timeline& timeline, const Overdue& overdue,
                                    RunTime now);
// "measured 100%, where what had no answer after 5s counts as failed"
std::string measured_words(const StopCondition& condition, const StopValue& value);

}  // namespace shakedown
