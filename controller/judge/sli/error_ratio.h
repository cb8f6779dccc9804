// The sliding windows behind error_ratio {over}, shared with the live stop condition.
#pragma once

#include "controller/judge/ratio.h"
#include "controller/judge/scope.h"

namespace shakedown::judging {

// The worst of the windows of `over` whole seconds that lie without a gap in the scope. Windows begin with every second of
// the run, and with the begin and the end of every stretch of the scope, so that no request lies in none: a stage that
// begins inside a second has a window from its first request on. Counts are by the second; of the second that such a
// window shares, an even part is taken, its bad ones all inside for a pass, all outside for a fail. A stretch shorter
// than a window counts as one whose rest was good. For a pass every window must
// clear by itself (an intersection of claims keeps its confidence); for a fail the confidence is shared out among the
// windows (Bonferroni), because the worst of many is bad by chance.
struct WorstWindow {
  int64_t from = 0;                              // of the window with the largest value
  uint32_t windows = 0;                          // looked at; 0 = none was complete
  uint64_t samples = 0;                          // in that window
  double value = 0, lower = 0, upper = 0;        // lower, upper: missing data all good, all bad
  double lower_all_bad = 0, upper_all_good = 0;  // the other bound of each case
};

// covered: LoadScope::covered(). never_offered, waiting: arrivals that were missing at an unknown instant; every window may be
// the one that they belong to.
WorstWindow worst_window(const std::vector<SecondTally>& seconds, const std::map<int64_t, double>& covered, uint32_t length,
                         double confidence, double never_offered = 0, double waiting = 0);

// Bad over decided requests in the seconds [from, to), of the stages for which `wanted` holds; nullopt without any.
std::optional<double> bad_in(const Evidence& evidence, const ErrorRatioSli& sli, int64_t from, int64_t to);

}  // namespace shakedown::judging
