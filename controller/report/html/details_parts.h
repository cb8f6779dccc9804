// The parts of the evidence pages about growth, downstream systems, the team's own dashboards, controls, checks and ways
// out. Only for .cc files: it brings the mustache library.
#pragma once

#include <string>
#include <vector>

#include "controller/model/scorecard.h"
#include "controller/report/table.h"

namespace shakedown::report {

// Sets `searches` and `scalings`: title, chart ids, facts and tables of each.
void put_scalability(PageData& page, const Scorecard& card);

Table options_table(const ScoredRequirement& row);
Table downstream_table(const Scorecard& card);
Table reported_table(const Scorecard& card);
// Grey for a control without evidence.
Table controls_table(const Scorecard& card);
Table checks_table(const Scorecard& card);
Table cleanups_table(const Scorecard& card);
Table addresses_table(const Scorecard& card);

// What its own dashboard says against what was measured; empty when none was asked.
std::string dashboard_text(const ScoredRequirement& row);
// "a, b"; empty when there are none.
std::string list_text(const std::vector<std::string>& texts);

// What the charts of searches and series draw, as one line of JSON; empty without any. {searches: [{id, title, rate[],
// answered[], outcome[], confirmation[], lower, upper, limiting: {title, unit, limit, value[], lower[], upper[]} | null}],
// scalings: [{id, n[], throughput[], left_out[], unit, law: {gamma, alpha, beta} | null, peak_n, peak, ceiling}]}
std::string scalability_chart_data(const Scorecard& card);

}  // namespace shakedown::report
