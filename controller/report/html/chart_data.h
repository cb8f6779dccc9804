// What the charts draw, as JSON: one axis of seconds since the run's zero.
#pragma once

#include <string>

#include "controller/measure/timeline.h"
#include "controller/model/scorecard.h"

namespace shakedown::report {

// One line of JSON, or empty when no second of the run carries load. At most about 1200 points a series: longer runs
// are merged into whole-second bins. {width, end, seconds[], offered[], ok[], failed[], ours[], p50[], p99[], over[],
// lanes: [{name, bands: [{from, to, label, kind}]}]}. Latencies are in ms over all arrivals but our own drops; an
// arrival that is not ok is slower than every limit, so p50 or p99 is null where such an arrival holds the rank (over = 1).
std::string chart_data(const Scorecard& scorecard, const Timeline& timeline);

}  // namespace shakedown::report
