// Fault windows: the parts of a run in which a fault, its recovery or its undo disturbs the target. And which checks of a probe
// say anything of the service.
#pragma once

#include <optional>
#include <vector>

#include "controller/measure/timeline.h"

namespace shakedown {

struct FaultWindow {
  InjectionId injection;
  FaultId fault;
  TimeRange range;  // [struck (injection_record.h), the later of clean and the recovery of what went down in it or relapsed];
                    // open ones end at the run's end
  // Of it: a probe was down in an outage that no fault began, and in none that a fault began. That time is not the fault's.
  std::vector<TimeRange> apart = {};
};

// An outage that begins within this time of the recovery from an outage of a fault, as the same probe saw both, is a relapse: the
// fault's too. How long it takes until the recovery is seen (up_after checks in a row, which come in up to 2 s late) and the
// fault is called clean, so that the cause hangs on no instant of ours (docs/adr, "A relapse").
Duration relapse_time(const Probe& probe);

// The window without what is not the fault's; ascending.
std::vector<TimeRange> own_time(const FaultWindow& window);

// Those that end at `from` or later; the checks are walked only as far back as these need.
std::vector<FaultWindow> fault_windows(const Timeline& timeline, RunTime from = RunTime::min());
// Whether the second [s, s+1) meets any of the windows (a scope leaves out whole seconds).
bool in_window(int64_t second, const std::vector<FaultWindow>& windows);

// The start of the first stage that ran; nullopt = none did.
std::optional<RunTime> start_of_stages(const Timeline& timeline);
// When teardown began, which stops the service; nullopt = it did not.
std::optional<RunTime> start_of_teardown(const Timeline& timeline);
// The checks that may count for or against the service: none before a stage ran, where phases are declared, and until teardown
// begins, which stops it, nor one that failed after that. An outage that ended before the first stage was the wait for a service
// that starts; one that still stood then counts whole.
ProbeLog checks_that_count(const Timeline& timeline, ProbeId id);

}  // namespace shakedown
