// Page one's facts about failures that were caused: what was lost, how long it was away, what was never caused.
#pragma once

#include <optional>
#include <vector>

#include "controller/model/scorecard.h"

namespace shakedown::judging {

// Every figure is one of the scorecard's: of the ledger's and the row's valid injections, from the mildest to the worst.
// nullopt: the row is not about what each injection lost or how long it took.
std::optional<Told> tell_injections(std::size_t row, const Scorecard& card, const Scenario& scenario);
// Declared failures that were not caused, and caused ones of which nobody knows whether they were undone: one fact each.
std::vector<Told> tell_uncaused(const Scorecard& card, const Scenario& scenario);

}  // namespace shakedown::judging
