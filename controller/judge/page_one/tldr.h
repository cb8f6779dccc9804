// The two to four sentences of page one, for somebody who runs the business: what holds, what does not, what it costs.
// Our own words name no technique (a lint test lists the forbidden words); names and nouns come from the scenario.
#pragma once

#include <string>
#include <vector>

#include "controller/model/scorecard.h"

namespace shakedown::judging {

// Reads requirements, decision, valid and reasons of the card; the scenario gives faults, operations and loads.
std::vector<std::string> tell(const Scorecard& card, const Scenario& scenario);

// What a fault does, for the same reader: "the process dies", "ledger hangs".
std::string happening(FaultId id, const Scenario& scenario);

}  // namespace shakedown::judging
