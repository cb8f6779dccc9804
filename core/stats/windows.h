// Fault windows: the parts of a run in which a fault, its recovery or its undo disturbs the target.
#pragma once

#include <vector>

#include "core/stats/timeline.h"

namespace shakedown {

struct FaultWindow {
  InjectionId injection;
  FaultId fault;
  TimeRange range;  // [injected, the later of clean and sustained recovery of every probe]; open ones end at the run's end
};

// Those that end at `from` or later; the checks are walked only as far back as these need.
std::vector<FaultWindow> fault_windows(const Timeline& timeline, RunTime from = RunTime::min());
// Whether the second [s, s+1) meets any of the windows (a scope leaves out whole seconds).
bool in_window(int64_t second, const std::vector<FaultWindow>& windows);

}  // namespace shakedown
