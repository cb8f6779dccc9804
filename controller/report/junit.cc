#include <algorithm>
#include <cstdio>

#include "controller/report/report.h"
#include "controller/report/words/options.h"
#include "controller/report/words/plain.h"
#include "controller/report/words/scalability.h"
#include "controller/report/words/text.h"
#include "controller/report/words/words.h"

namespace shakedown {
namespace {

using report::xml_text;

std::string attribute(const char* name, const std::string& value) {
  return std::string(" ") + name + "=\"" + xml_text(value) + "\"";
}

std::string ways_out(const ScoredRequirement& row) {
  std::string text;
  for (const TradeOff& option : row.options)
    text += std::string(" ") + report::option_title(option.kind) + ": " + report::option_words(option) + ".";
  return text;
}

// What a reader of a build log wants to see of one row.
std::string details(const ScoredRequirement& row) {
  if (report::is_attested(row)) {
    return std::string(report::shape(row)) + " " + report::word(row) + ", not measured: " + report::measured_words(row) + ". " +
           row.verdict.reason + ways_out(row);
  }
  std::string text = "needed " + report::needed_words(row.requirement) + ", measured " + report::measured_words(row);
  if (const std::string drills = report::drills_words(row); !drills.empty()) text += " " + drills;
  text += "; " + std::to_string(row.verdict.measured.samples) + (row.verdict.measured.samples == 1 ? " sample. " : " samples. ") +
          row.verdict.reason;
  if (!row.verdict.needed.empty()) text += " To decide it: " + row.verdict.needed;
  if (report::is_watermelon(row) && report::team_says_green(row))
    text += " WATERMELON: the team says " + report::team_says(row.requirement) + ".";
  if (report::reported_greener(row)) text += " Its own dashboard says " + report::reported_value(row) + ".";
  if (const std::string words = report::contradicted_words(row); !words.empty()) text += " Declared: " + words + ".";
  if (!row.requirement.owner.empty()) text += " Owner: " + row.requirement.owner;
  return text + ways_out(row);
}

std::string problem(const char* element, const char* type, const std::string& message, const std::string& text) {
  return std::string("      <") + element + attribute("type", type) + attribute("message", message) + ">" + xml_text(text) +
         "</" + element + ">\n";
}

// What fails a build: a row that decides and does not hold.
bool is_failure(const ScoredRequirement& row) {
  const VerdictState state = row.verdict.state;
  return row.requirement.must && (state == VerdictState::fail || state == VerdictState::not_proven);
}
bool is_error(const ScoredRequirement& row) { return row.requirement.must && row.verdict.state == VerdictState::unknown; }
bool is_skipped(const ScoredRequirement& row) { return !row.requirement.must && row.verdict.state != VerdictState::pass; }

std::string time_attribute(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", std::max(0.0, seconds));
  return attribute("time", text);
}

double length_of(const Scorecard& card) { return std::max(0.0, seconds(card.manifest.finished - card.manifest.started)); }

std::string case_of(const ScoredRequirement& row, double run_seconds) {
  const Requirement& requirement = row.requirement;
  std::string out = "    <testcase" + attribute("classname", "shakedown." + std::string(to_string(requirement.area))) +
                    attribute("name", requirement.id + " " + requirement.title) +
                    time_attribute(row.verdict.observed_seconds > 0 ? row.verdict.observed_seconds : run_seconds) + ">\n";
  const std::string& message = row.verdict.reason;
  const char* state = to_string(row.verdict.state);
  if (is_failure(row)) out += problem("failure", state, message, details(row));
  if (is_error(row)) out += problem("error", state, message, details(row));
  if (is_skipped(row)) {
    out += "      <skipped" +
           attribute("message", "no must, decides nothing: " + std::string(report::word(row)) + ". " + message) + "/>\n";
  }
  if (!is_failure(row) && !is_error(row)) out += "      <system-out>" + xml_text(details(row)) + "</system-out>\n";
  return out + "    </testcase>\n";
}

struct Counts {
  std::size_t tests = 0, failures = 0, errors = 0, skipped = 0;
};

std::string suite(const char* name, const Counts& counts, const Scorecard& card, const std::string& cases) {
  return std::string("  <testsuite") + attribute("name", name) + attribute("tests", std::to_string(counts.tests)) +
         attribute("failures", std::to_string(counts.failures)) + attribute("errors", std::to_string(counts.errors)) +
         attribute("skipped", std::to_string(counts.skipped)) + time_attribute(length_of(card)) +
         attribute("timestamp", format_wall(card.manifest.started)) + ">\n" + cases + "  </testsuite>\n";
}

// What keeps the decision from GO though every row that decides holds, as far as no other reason says it.
std::string no_go_yet(const Scorecard& card) {
  std::string text;
  for (const ValidityReason& reason : card.reasons) {
    if (reason.signal == Signal::unexplained_loss) text += reason.text + ". ";
  }
  if (!card.manifest.rejudged_from.empty()) text += "Judged by other objectives than it was run with. ";
  return text.empty() ? "Nothing that decides was measured, so nothing is proven. " : text;
}

// Empty when the run can be trusted and left nothing behind.
std::string run_problem(const Scorecard& card) {
  std::string text;
  for (const std::string& leftover : report::leftovers(card)) text += "Left behind: " + leftover + ". ";
  for (const std::string& sentence : report::run_trouble(card)) text += sentence + " ";
  for (const ValidityReason& reason : card.reasons)
    if (reason.invalidates) text += std::string(to_string(reason.signal)) + ": " + reason.text + ". ";
  if (card.requirements.empty()) text += "No requirement was judged, so nothing is proven. ";
  const auto& rows = card.requirements;
  const bool all_hold = std::none_of(rows.begin(), rows.end(), [](const auto& row) { return is_failure(row) || is_error(row); });
  if (text.empty() && all_hold && card.decision != DecisionState::go) text = no_go_yet(card);
  if (!text.empty()) text.pop_back();
  return text;
}

}  // namespace

std::string scorecard_junit(const Scorecard& card) {
  std::string cases;
  Counts rows;
  rows.tests = card.requirements.size();
  for (const ScoredRequirement& row : card.requirements) {
    cases += case_of(row, length_of(card));
    rows.errors += is_error(row);
    rows.failures += is_failure(row);
    rows.skipped += is_skipped(row);
  }
  const std::string trouble = run_problem(card);
  std::string run = "    <testcase classname=\"shakedown.run\" name=\"the run is valid, complete and left nothing behind\"" +
                    time_attribute(length_of(card)) + ">\n";
  if (!trouble.empty()) run += problem("error", "run", "the run itself is not sound", trouble);
  run += "    </testcase>\n";

  const Counts own{1, 0, trouble.empty() ? 0U : 1U, 0};
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" +
         attribute("name", "shakedown " + card.service + ": " + report::word(card.decision)) +
         attribute("tests", std::to_string(rows.tests + 1)) + attribute("failures", std::to_string(rows.failures)) +
         attribute("errors", std::to_string(rows.errors + own.errors)) + time_attribute(length_of(card)) + ">\n" +
         suite("requirements", rows, card, cases) + suite("run", own, card, run) + "</testsuites>\n";
}

}  // namespace shakedown
