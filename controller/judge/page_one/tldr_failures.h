// Page one's sentences about failures that were caused: what was lost, how long it was away, what was never caused.
#pragma once

#include <string>
#include <vector>

#include "controller/model/scorecard.h"

namespace shakedown::judging {

// Every figure is one of the scorecard's: of the ledger's and the row's valid injections, from the mildest to the worst.
std::string tell_loss(const ScoredRequirement& row, const RpoSli& sli, const Scorecard& card, const Scenario& scenario);
std::string tell_recovery(const ScoredRequirement& row, const RtoSli& sli, const Scorecard& card, const Scenario& scenario);
// Declared failures that were not caused, and caused ones of which nobody knows whether they were undone: one sentence each.
std::vector<std::string> tell_uncaused(const Scorecard& card, const Scenario& scenario);

// "; the team reports none"; empty when nothing is declared.
std::string team_says(const Requirement& requirement, const std::string& of_zero);

}  // namespace shakedown::judging
