// Page one of the scorecard: the verdict, the watermelons and what needs a person, in business words only.
#pragma once

#include <string>

#include "controller/model/scorecard.h"

namespace shakedown::report {

// The HTML of <section id="page-one">. What would not fit one printed A4 page is counted there and told in the details.
std::string page_one_html(const Scorecard& scorecard);

}  // namespace shakedown::report
