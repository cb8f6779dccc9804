// Fault windows: the parts of a run in which a fault, its recovery or its undo disturbs the target. And which checks of a probe
// say anything of the service.
#pragma once

#include <optional>
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

// The start of the first stage that ran; nullopt = none did.
std::optional<RunTime> start_of_stages(const Timeline& timeline);
// The checks that may count for or against the service: none before a stage ran, where phases are declared, and until teardown
// begins, which stops it. An outage that ended before the first stage was the wait for a service that starts; one that still
// stood then counts whole.
ProbeLog checks_that_count(const Timeline& timeline, ProbeId id);

}  // namespace shakedown
