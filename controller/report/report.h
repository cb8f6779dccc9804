// The reports of one run. Pure: the same Scorecard and Timeline give the same bytes.
// Every text that came from a target or a scenario is escaped for its format; invalid UTF-8 becomes U+FFFD.
// Threads: free functions without state. Ownership: all results are values.
#pragma once

#include <string>

#include "controller/measure/timeline.h"
#include "controller/model/scorecard.h"

namespace shakedown {

// Pretty JSON with keys in a fixed order and a final newline; what scorecard_json_schema() describes. Numbers
// have six significant digits, an infinite one is the string "inf" or "-inf", an absent one is null.
// Instants are seconds since the run's zero, except run.started and run.finished (UTC text).
std::string scorecard_json(const Scorecard& scorecard);

// JSON Schema (draft 2020-12) of scorecard_json; docs/scorecard.schema.json is this text.
std::string scorecard_json_schema();

// GitHub-flavoured Markdown for a pull request.
std::string scorecard_markdown(const Scorecard& scorecard);

// JUnit XML. Suite "requirements": one test case per requirement; a fail is <failure type="fail">, not proven is
// <failure type="not_proven">, unknown is <error type="unknown">; nothing is ever skipped. Suite "run": one test case that
// is an <error> unless the run is valid, completed, left nothing behind and had at least one requirement.
std::string scorecard_junit(const Scorecard& scorecard);

// A short summary for a terminal; status in words and shapes, in colour too when asked for.
std::string scorecard_console(const Scorecard& scorecard, bool colour);

// One file, no network. Page one speaks business; charts and details follow. The timeline gives the charts
// (none when nothing was measured).
std::string scorecard_html(const Scorecard& scorecard, const Timeline& timeline);

}  // namespace shakedown
