// Page one's facts about how much the service carries, and what it calls.
#pragma once

#include <optional>

#include "controller/model/scorecard.h"

namespace shakedown::judging {

// What a capacity or headroom row's search shows; nullopt when that is nothing, and for other rows.
std::optional<Told> tell_capacity(const ScoredRequirement& row, const Scorecard& card, const Scenario& scenario);

// What a failing row of growth or downstream systems means; nullopt for other rows.
std::optional<Told> tell_failed_scalability(std::size_t row, const Scorecard& card, const Scenario& scenario);

}  // namespace shakedown::judging
