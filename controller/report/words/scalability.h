// How growth, downstream systems, dashboards and attestations are said. Same rules as words.h.
#pragma once

#include <optional>
#include <string>

#include "controller/model/scorecard.h"

namespace shakedown::report {

// "1 900–2 000", "at least 1 900", "less than 500", per second.
std::string carried_words(const ScoredSearch& search);
// Thousands apart; three digits, four from a thousand on.
std::string grouped(double value);
// "12% short of the forecast", "30% above the forecast", "exactly the forecast".
std::string margin_words(double margin);
// What rows of these kinds measured, in words of their own; nullopt for the other kinds.
std::optional<std::string> scalability_measured(const ScoredRequirement& row);

// "vouched for by dana until 1 Mar 2027".
std::string attested_words(const AttestedSli& attested);
// "PE-1 Reads are quick"; empty when there is none.
std::string row_name(const Scorecard& card, RequirementId id);

// Its own dashboard's value; empty when none was read.
std::string reported_value(const ScoredRequirement& row);
// The dashboard is greener than the measurement.
bool reported_greener(const ScoredRequirement& row);
// What the dashboard and the alert did while the service was away; empty when that was not tested.
std::string outage_proof_words(const ScoredReported& reported);
std::string alert_words(const ScoredReported& reported);
// They did not notice that the service was away.
bool blind(const ScoredReported& reported);

// The one that breaks first; nullptr when none is known.
const ScoredDependency* first_to_break(const Scorecard& card);
// "accounts-db: 12% short of the forecast, dba@example.com".
std::string first_to_break_words(const ScoredDependency& dependency);

// "Resources", "Focus", "Date", "Promise".
const char* option_title(TradeOff::Kind kind);
// "replicas", "users", "requests in progress".
const char* axis_words(StepAxis axis);

}  // namespace shakedown::report
