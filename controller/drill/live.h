// What the running drill looks like this second, and who wants to see it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "controller/measure/timeline.h"

namespace shakedown {

struct LiveView {
  std::string phase;  // "crash 2/3", or "setup", "verifying"
  Duration left{};    // of the phase
  double offered_per_second = 0, ok_per_second = 0, failed_per_second = 0;
  Duration p99{};                   // of answered requests; 0 = none
  int64_t over = 0;                 // of so many seconds these are: those of the last 5 in which load was due; 0 = none was
  std::vector<std::string> faults;  // standing now
};

// The load figures of the last 5 complete seconds before `now`, as far as load was due in them, and the faults that stand. phase
// and left are the run's.
LiveView live_view(const Timeline& timeline, RunTime now);

// A watcher of the run. Threads: called on the run loop.
class Progress {
 public:
  virtual ~Progress() = default;
  virtual void tick(const LiveView& view, RunTime now) = 0;
  virtual void note(const std::string& line) = 0;  // something worth a line: a fault, a step, a warning
};

// Redraws one line on a terminal; else a plain line every 5 s and for each note. quiet: only warnings.
std::unique_ptr<Progress> console_progress(bool terminal, bool quiet);

}  // namespace shakedown
