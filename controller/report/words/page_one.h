// What page one tells first, as sentences for somebody who runs the business. Our own words name no technique (a test lists
// the forbidden words); names and nouns come from the scenario. Results are plain text, not yet clean() nor escaped.
// Threads: free functions without state.
#pragma once

#include <string>
#include <vector>

#include "controller/model/scorecard.h"

namespace shakedown::report {

// The facts of Scorecard::tldr, one sentence each.
std::vector<std::string> tldr_words(const Scorecard& scorecard);

// page_one_failures.cc: what was lost, how long it was away.
std::string loss_words(const told::Loss& told, const Scorecard& card);
std::string recovery_words(const told::Recovery& told, const Scorecard& card);
// page_one_scalability.cc: how much the service carries, and what it calls.
std::string capacity_words(const told::Carries& told, const Scorecard& card);
std::string inefficient_words(const told::Inefficient& told, const Scorecard& card);
std::string degrades_words(const told::Degrades& told, const Scorecard& card);
std::string dependency_words(const told::Dependency& told, const Scorecard& card);

// "; the team reports 0 lost"; of_zero: how nothing at all is said, empty = as it is declared. Empty when nothing is declared.
std::string team_reports(const Requirement& requirement, const std::string& of_zero = "");

}  // namespace shakedown::report
