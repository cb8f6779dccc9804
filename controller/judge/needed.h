// What would decide a row that is not proven: samples, minutes, injections, or "more will not help".
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "controller/judge/ratio.h"
#include "controller/model/figures.h"
#include "controller/model/requirement.h"
#include "controller/model/verdict.h"

namespace shakedown::judging {

inline constexpr const char* kMoreWillNotHelp =
    "more will not help, but sooner show that it does not hold: the measured value itself misses the objective";

inline constexpr double kNever = std::numeric_limits<double>::infinity();  // no observation ever decides it
inline constexpr double kNotByTime = -1;                                   // something else than a longer observation decides it

// In words, and as further observation where it is a matter of time (0 where not; kNever, kNotByTime).
struct Needed {
  std::string text;
  double seconds = 0;
};
void set_needed(Verdict& verdict, Needed needed);

// Events at the present bad share until the upper bound clears allowed; observed_seconds gives the minutes.
Needed needed_samples(const ShareBounds& share, double allowed, double confidence, double observed_seconds);

// Test time until a mean time between events of at least `required` seconds is shown, if no further event comes.
Needed needed_test_time(double total_time, uint64_t events, double required, double confidence);

// Outage-free time that shows an availability with repairs of mttr seconds.
Needed needed_up_time(double up, double availability, double mttr, double confidence);

// Clean injections that are missing for a count, or for a claim on a share of all cases.
std::string needed_injections(uint64_t have, uint64_t need);

}  // namespace shakedown::judging
