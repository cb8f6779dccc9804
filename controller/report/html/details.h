// Everything after page one: charts, one section per requirement, and the record of the run.
#pragma once

#include <string>

#include "controller/model/scorecard.h"

namespace shakedown::report {

// The HTML of <main id="details">. has_charts: whether the place for the charts is wanted.
std::string details_html(const Scorecard& scorecard, bool has_charts);

}  // namespace shakedown::report
