// What page one tells first, as facts: what holds, what does not, what it costs; at most five of them, in the order in which
// they are said (controller/report/words/page_one.h).
#pragma once

#include <vector>

#include "controller/model/scorecard.h"

namespace shakedown::judging {

// Reads requirements, decision, valid, reasons and record of the card; the scenario gives faults, ledgers and phases.
std::vector<Told> tell(const Scorecard& card, const Scenario& scenario);

}  // namespace shakedown::judging
