// What can be done about a red or unproven row: more resources, the problem to work on first, a later date, or a smaller
// promise, as facts. Each option is worked out from what the run measured; one that cannot be is absent, or says what is missing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/model/scorecard.h"

namespace shakedown::judging {

// Options of one row, in the order resources, focus, date, promise; at most one of each. Reads the row and the parts of
// the card (scalings, searches, faults, outages, ledgers, downstream, forecast, manifest, launch), so these come first.
// Empty for rows that pass, and for rows of which nothing is known.
std::vector<TradeOff> options_for(const ScoredRequirement& row, const Scorecard& card, const Scenario& scenario);

// The parts of options_for.
std::optional<TradeOff> resources_option(const ScoredRequirement& row, const Scorecard& card, const Scenario& scenario);
std::optional<TradeOff> focus_option(const ScoredRequirement& row, const Scorecard& card, const Scenario& scenario);
std::optional<TradeOff> date_option(const ScoredRequirement& row, const Scorecard& card);
std::optional<TradeOff> promise_option(const ScoredRequirement& row, const Scorecard& card);

// Universal Scalability Law: throughput at n.
double law_throughput(const ScoredScaling& law, double n);
// The smallest n >= 1 that reaches the rate, where more of it still helps; nullopt when none does.
std::optional<double> law_needed(const ScoredScaling& law, double rate);
// The largest n that keeps this share of perfect scaling; nullopt when every n does.
std::optional<double> law_reach(const ScoredScaling& law, double share);

// What a fault does; by name, also of one that the scenario does not have.
Happening happening(FaultId id, const Scenario& scenario);
Happening happening(const std::string& fault, const Scenario& scenario);

// Who answers for the row; the driver of the decision when nobody does; empty without one.
std::string owner_of(const ScoredRequirement& row, const Scorecard& card);

}  // namespace shakedown::judging
