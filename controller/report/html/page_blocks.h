// Blocks of page one about growth, ways out, attestations and the team's own monitoring. Only for .cc files: it brings the
// mustache library. Same rules as page_one: no words of the trade, texts cut by the style sheet so that the page holds them.
#pragma once

#include "controller/model/scorecard.h"
#include "controller/report/html/page_data.h"

namespace shakedown::report {

// What is carried against the forecast, and the system that breaks first. False: neither is known, and nothing is shown.
bool put_gauges(PageData& page, const Scorecard& card);

// The first ways out of the row, at most so many; the promise is kept rather than the others. urgent may be nullptr.
void put_options(PageData& page, const ScoredRequirement* urgent, std::size_t most);

// Sets `attested` and `monitoring`; returns how many of these lines there are.
std::size_t put_rest_lines(PageData& page, const Scorecard& card);

}  // namespace shakedown::report
