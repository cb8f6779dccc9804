// The words that all reports share: how a status, a promise and a measurement are said.
// Results are plain text, clean() but not escaped. Threads: free functions without state.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "controller/model/scorecard.h"

namespace shakedown::report {

// "PASS", "FAIL", "NOT PROVEN", "UNKNOWN".
const char* word(VerdictState state);
// Of one drill: "PASSED", "FAILED", "NOT PROVEN". GO and NO-GO are words of a launch, which no single drill decides.
const char* word(DecisionState state);
// "1 of 5 areas looked at fails; 6 not looked at. Not a launch decision."; "What must hold holds, in 1 area something that is not
// a must fails". An area is looked at when something of it was
// measured, be it inconclusively; what is attested or unknown is not.
std::string headline_words(const Scorecard& scorecard);
// What the measurement says in the team's own colours: "GREEN", "RED", "NOT PROVEN", "UNKNOWN".
const char* colour_word(VerdictState state);
// "[ok]", "[X]", "[?]", "[//]": a shape for text output.
const char* shape(VerdictState state);
const char* shape(DecisionState state);
// "pass", "fail", "not-proven", "unknown": names of icons and style classes.
const char* css_class(VerdictState state);
const char* css_class(DecisionState state);

// Of a row: as of its verdict, but what is attested and has not expired is "ATTESTED", "[A]", "attested": never a pass.
bool is_attested(const ScoredRequirement& row);
// "[ok] PASS"; "[A] ATTESTED" where nothing but somebody's word shows it.
std::string control_words(const ScoredControl& control);
const char* word(const ScoredRequirement& row);
const char* shape(const ScoredRequirement& row);
const char* css_class(const ScoredRequirement& row);
const char* colour_word(const ScoredRequirement& row);

// "Disaster recovery".
std::string area_title(Area area);
// "at most 5s" from the objective as written.
std::string needed_words(const Objective& objective);
// The same of a row; for one without a limit "to hold", or "somebody's word that has not expired".
std::string needed_words(const Requirement& requirement);
// The declared value as the team wrote it; empty when there is none.
std::string promised_words(const Requirement& requirement);
// "12–14 writes lost"; "nothing" when there is no value. Rounded for the eye (three digits), always to the
// unfavourable side; over all valid injections where a row has them.
std::string measured_words(const ScoredRequirement& row);
// "in 3 of 3 tries", "too much in 1 of 3 tries"; empty for rows that are not judged by each injection or have none.
std::string drills_words(const ScoredRequirement& row);
// "12–14 writes", "3.1–3.4s", "at least 5s" when the upper end is infinite; rounded outwards.
std::string range_words(double lower, double upper, Unit unit);
// "GREEN", or the declared value when no status is declared; empty when nothing is.
std::string team_says(const Requirement& requirement);

// What the team declares and the measurement contradicts, where the row is no watermelon: "promised better than measured:
// declared 20ms, measured 80ms to 90ms"; empty when nothing is contradicted.
std::string contradicted_words(const ScoredRequirement& row);

// What they say is green: the declared status, or without one a declared value that meets the objective; the value of their
// own dashboard, where it is better than what was measured.
bool team_says_green(const ScoredRequirement& row);
bool dashboard_says_green(const ScoredRequirement& row);
// Green outside, red inside: the team or its dashboard says green, the measurement says red. What is merely declared better
// than measured is none.
bool is_watermelon(const ScoredRequirement& row);
// Positions of the requirements: fail, not proven, unknown, pass; in the scorecard's order within each.
std::vector<std::size_t> by_urgency(const Scorecard& scorecard);
// "15 Dec 2026" from "2026-12-15..."; other text is returned as it is.
std::string day_words(std::string_view date);
// "23 days left", "launch is today", "4 days past the launch date".
std::string days_left_words(int days);
// "broken 3 times, all 3 could be measured"; empty when no failure was planned.
std::string broken_words(const Scorecard& scorecard);
// The first 12 characters of a release that looks like a digest, else all of it.
std::string short_release(const Manifest& manifest);
// "2 min 10 s"; empty when the run has no end.
std::string length_words(const Manifest& manifest);

// "120", "at least 120", "120 (in the same seconds as above)": what an outage cost in requests.
std::string failed_words(const OutageImpact& impact);

}  // namespace shakedown::report
