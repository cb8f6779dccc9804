// Scorecards with known content, for the tests of the reports and for report_tool.
// Ownership: an Example owns its scenario, which its timeline refers to.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "controller/measure/timeline.h"
#include "controller/model/scorecard.h"

namespace shakedown::testing {

struct Example {
  std::unique_ptr<Scenario> scenario;
  std::unique_ptr<Timeline> timeline;
  Scorecard card;
};

// go, no-go (with a watermelon), not-proven, unknown (no data at all), interrupted (with leftovers), scalability (searches,
// series, downstream systems, dashboards, checks, controls, attestations, options), crowded (as much
// as a page one may ever hold; -calm, -red, -open: without alarms, or with one kind of row only), empty (nothing but
// defaults), planted (hostile text everywhere).
const std::vector<std::string>& example_names();
// Aborts on a name that is not listed.
Example example(const std::string& name);

// Puts the text into every text field of the scorecard and of the scenario that a report reads; lists that are empty
// get one entry first, so that every field is shown somewhere.
void plant(Example& example, const std::string& text);
// Markup for every format, quotes, control characters, reordering characters and bytes that are not UTF-8.
std::string hostile_text();

}  // namespace shakedown::testing
