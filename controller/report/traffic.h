// What requests were answered, as tables of the evidence pages and of Markdown. Only for .cc files: it brings the mustache
// library.
#pragma once

#include "controller/model/scorecard.h"
#include "controller/report/table.h"

namespace shakedown::report {

// "404, status not as expected", "refused", "no answer in time".
std::string end_words(Outcome outcome, Mismatch wrong, uint16_t status);
// Every phase and operation, one a row.
Table traffic_table(const Scorecard& card);
// Of one of them: each outcome, failed ones by status; and the first and the slowest exchanges.
Table answers_table(const ScoredTraffic& traffic);
Table exchanges_table(const ScoredTraffic& traffic);
// What tells why rows do not pass.
std::string markdown_traffic(const Scorecard& card);

}  // namespace shakedown::report
