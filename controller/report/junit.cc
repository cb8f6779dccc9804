#include "controller/report/growth_words.h"
#include "controller/report/plain.h"
#include "controller/report/report.h"
#include "controller/report/text.h"
#include "controller/report/words.h"

namespace shakedown {
namespace {

using report::xml_text;

std::string attribute(const char* name, const std::string& value) {
  return std::string(" ") + name + "=\"" + xml_text(value) + "\"";
}

std::string ways_out(const ScoredRequirement& row) {
  std::string text;
  for (const TradeOff& option : row.options) text += std::string(" ") + report::option_title(option.kind) + ": " + option.option + ".";
  return text;
}

// What a reader of a build log wants to see of one row.
std::string details(const ScoredRequirement& row) {
  if (report::is_attested(row)) {
    return std::string(report::shape(row)) + " " + report::word(row) + ", not measured: " + report::measured_words(row) + ". " +
           row.verdict.reason + ways_out(row);
  }
  std::string text = "needed " + report::needed_words(row.requirement) + ", measured " +
                     report::measured_words(row);
  if (const std::string drills = report::drills_words(row); !drills.empty()) text += " " + drills;
  text += "; " + std::to_string(row.verdict.measured.samples) + (row.verdict.measured.samples == 1 ? " sample. " : " samples. ") + row.verdict.reason;
  if (!row.verdict.needed.empty()) text += " To decide it: " + row.verdict.needed;
  if (report::is_watermelon(row) && !report::team_says(row.requirement).empty())
    text += " WATERMELON: the team says " + report::team_says(row.requirement) + ".";
  if (report::reported_greener(row)) text += " Its own dashboard says " + report::reported_value(row) + ".";
  if (const std::string words = report::contradicted_words(row); !words.empty()) text += " Declared: " + words + ".";
  if (!row.requirement.owner.empty()) text += " Owner: " + row.requirement.owner;
  return text + ways_out(row);
}

std::string problem(const char* element, const char* type, const std::string& message, const std::string& text) {
  return std::string("      <") + element + attribute("type", type) + attribute("message", message) + ">" +
         xml_text(text) + "</" + element + ">\n";
}

std::string case_of(const ScoredRequirement& row) {
  const Requirement& requirement = row.requirement;
  std::string out = "    <testcase" + attribute("classname", "shakedown." + std::string(to_string(requirement.area))) +
                    attribute("name", requirement.id + " " + requirement.title) + " time=\"0\">\n";
  const std::string& message = row.verdict.reason;
  switch (row.verdict.state) {
    case VerdictState::pass: break;
    case VerdictState::fail: out += problem("failure", "fail", message, details(row)); break;
    case VerdictState::not_proven: out += problem("failure", "not_proven", message, details(row)); break;
    case VerdictState::unknown: out += problem("error", "unknown", message, details(row)); break;
  }
  if (row.verdict.state == VerdictState::pass)
    out += "      <system-out>" + xml_text(details(row)) + "</system-out>\n";
  return out + "    </testcase>\n";
}

std::string suite(const char* name, std::size_t tests, std::size_t failures, std::size_t errors,
                  const std::string& timestamp, const std::string& cases) {
  return std::string("  <testsuite") + attribute("name", name) + attribute("tests", std::to_string(tests)) +
         attribute("failures", std::to_string(failures)) + attribute("errors", std::to_string(errors)) +
         " skipped=\"0\" time=\"0\"" + attribute("timestamp", timestamp) + ">\n" + cases + "  </testsuite>\n";
}

// Empty when the run can be trusted and left nothing behind.
std::string run_problem(const Scorecard& card) {
  std::string text;
  for (const std::string& leftover : report::leftovers(card)) text += "Left behind: " + leftover + ". ";
  for (const std::string& sentence : report::run_trouble(card)) text += sentence + " ";
  for (const ValidityReason& reason : card.reasons)
    if (reason.invalidates) text += reason.signal + ": " + reason.text + ". ";
  if (card.requirements.empty()) text += "No requirement was judged, so nothing is proven. ";
  if (!text.empty()) text.pop_back();
  return text;
}

}  // namespace

std::string scorecard_junit(const Scorecard& card) {
  std::string cases;
  std::size_t failures = 0, errors = 0;
  for (const ScoredRequirement& row : card.requirements) {
    cases += case_of(row);
    if (row.verdict.state == VerdictState::unknown) ++errors;
    if (row.verdict.state == VerdictState::fail || row.verdict.state == VerdictState::not_proven) ++failures;
  }
  const std::string trouble = run_problem(card);
  std::string run = "    <testcase classname=\"shakedown.run\" name=\"the run is valid, complete and left nothing behind\" time=\"0\">\n";
  if (!trouble.empty()) run += problem("error", "run", "the run itself is not sound", trouble);
  run += "    </testcase>\n";

  const std::size_t run_errors = trouble.empty() ? 0 : 1;
  const std::string started = format_wall(card.manifest.started);
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" +
         attribute("name", "shakedown " + card.service + ": " + report::word(card.decision)) +
         attribute("tests", std::to_string(card.requirements.size() + 1)) +
         attribute("failures", std::to_string(failures)) +
         attribute("errors", std::to_string(errors + run_errors)) + " time=\"0\">\n" +
         suite("requirements", card.requirements.size(), failures, errors, started, cases) +
         suite("run", 1, 0, run_errors, started, run) + "</testsuites>\n";
}

}  // namespace shakedown
