// Sections of the Markdown report about growth, downstream systems, dashboards, controls, checks and ways out.
// Each is empty when the scorecard has none. Threads: free functions without state.
#pragma once

#include <string>
#include <vector>

#include "controller/model/scorecard.h"

namespace shakedown::report {

// A table of cells that are Markdown already, and an empty line; empty without rows.
std::string markdown_table(const std::vector<std::string>& head, const std::vector<std::vector<std::string>>& rows);

std::string markdown_ways(const Scorecard& card);
std::string markdown_scalability(const Scorecard& card);
std::string markdown_downstream(const Scorecard& card);
std::string markdown_reported(const Scorecard& card);
std::string markdown_controls(const Scorecard& card);
std::string markdown_checks(const Scorecard& card);
std::string markdown_cleanups(const Scorecard& card);

}  // namespace shakedown::report
