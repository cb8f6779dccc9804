#include <algorithm>

#include "controller/report/report.h"
#include "controller/report/words/options.h"
#include "controller/report/words/page_one.h"
#include "controller/report/words/plain.h"
#include "controller/report/words/scalability.h"
#include "controller/report/words/text.h"
#include "controller/report/words/words.h"

namespace shakedown {
namespace {

// ANSI sequences, or nothing when colours are off.
class Paint {
 public:
  explicit Paint(bool on) : on_(on) {}
  std::string bold(const std::string& text) const { return wrap("1", text); }
  std::string state(const char* css_class, const std::string& text) const {
    const std::string name = css_class;
    if (name == "pass") return wrap("1;32", text);
    if (name == "fail") return wrap("1;31", text);
    if (name == "not-proven") return wrap("1;33", text);
    if (name == "attested") return wrap("1;34", text);
    return wrap("1;90", text);
  }

 private:
  std::string wrap(const char* code, const std::string& text) const {
    return on_ ? std::string("\033[") + code + "m" + text + "\033[0m" : text;
  }
  bool on_;
};

std::string padded(std::string text, std::size_t width) {
  const auto continued =
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; });
  text.resize(std::max(text.size(), width + static_cast<std::size_t>(continued)), ' ');
  return text;
}

std::string title_line(const Scorecard& card) {
  std::string line = clean(card.service.empty() ? card.scenario : card.service);
  if (const std::string release = report::short_release(card.manifest); !release.empty()) line += " " + release;
  if (!card.environment.name.empty()) line += " · " + clean(card.environment.name);
  if (!card.environment.differs.empty()) line += ", " + clean(card.environment.differs);
  return line;
}

std::string row_lines(const ScoredRequirement& row, const Paint& paint) {
  const VerdictState state = row.verdict.state;
  const Requirement& requirement = row.requirement;
  const std::string mark = padded(report::shape(row), 4) + " " + padded(report::word(row), 10);
  std::string out = "  " + paint.state(report::css_class(row), mark) + "  " + clean(requirement.id) + "  " +
                    clean(requirement.title) + ": " + report::measured_words(row);
  if (const std::string drills = report::drills_words(row); !drills.empty()) out += ", " + drills;
  out += " (needed " + report::needed_words(requirement) + ")";
  if (row.verdict.at_risk) out += ", close to its limit";
  if (!requirement.must) out += ", not a must";
  out += "\n";
  const std::string indent(20, ' ');
  if (report::is_watermelon(row)) {
    const std::string says = report::team_says_green(row) ? "the team says " + report::team_says(requirement)
                                                          : "its own dashboard says " + report::reported_value(row);
    out += indent + paint.state("fail", "WATERMELON: " + says + ", measured RED") + "\n";
  } else if (report::reported_greener(row)) {
    out += indent + "its own dashboard says " + report::reported_value(row) + "\n";
  }
  if (const std::string words = report::contradicted_words(row); !words.empty()) out += indent + words + "\n";
  if (state != VerdictState::pass) {
    out += indent + clean(row.verdict.reason) + "\n";
    if (!row.verdict.needed.empty()) out += indent + "to decide it: " + clean(row.verdict.needed) + "\n";
  }
  for (const TradeOff& option : row.options)
    out += indent + report::option_title(option.kind) + ": " + clean(report::option_words(option)) + "\n";
  return out;
}

// What is not a row: what is carried, what breaks first, checks and controls that show nothing.
std::string scalability_lines(const Scorecard& card) {
  std::string out;
  for (const ScoredSearch& search : card.searches) {
    out += "  Carries (" + clean(search.phase) + "): " + report::carried_words(search) + " per second";
    if (card.forecast) out += ", forecast " + report::grouped(card.forecast->rate.per_second);
    out += search.trouble.empty() ? "\n" : "; no evidence: " + clean(search.trouble) + "\n";
  }
  if (const ScoredDependency* first = report::first_to_break(card))
    out += "  First to break: " + report::first_to_break_words(*first) + "\n";
  const auto undone = std::count_if(card.checks.begin(), card.checks.end(), [](const ScoredCheck& c) { return !c.done; });
  if (undone > 0)
    out += "  Checks not carried out: " + std::to_string(undone) + " of " + std::to_string(card.checks.size()) + "\n";
  const auto grey = std::count_if(card.controls.begin(), card.controls.end(),
                                  [](const ScoredControl& c) { return c.state == VerdictState::unknown; });
  if (grey > 0)
    out += "  Controls without evidence: " + std::to_string(grey) + " of " + std::to_string(card.controls.size()) + "\n";
  return out.empty() ? out : "\n" + out;
}

std::string broken_line(const Scorecard& card) {
  const std::string words = report::broken_words(card);
  return words.empty() ? "" : "\n  Failures: " + words + "\n";
}

}  // namespace

std::string scorecard_console(const Scorecard& card, bool colour) {
  const Paint paint(colour);
  const std::string verdict = std::string(report::shape(card.decision)) + " " + report::word(card.decision);
  std::string out = paint.bold(title_line(card)) + "\nTHIS DRILL: " + paint.state(report::css_class(card.decision), verdict) +
                    ". " + report::headline_words(card) + "\n";
  for (const std::string& leftover : report::leftovers(card))
    out += "  " + paint.state("fail", "[!] LEFT BEHIND: " + leftover) + "\n";
  for (const std::string& sentence : report::run_trouble(card)) out += "  " + paint.state("not-proven", "[!] " + sentence) + "\n";
  for (const std::string& sentence : report::tldr_words(card)) out += "  " + clean(sentence) + "\n";

  if (!card.requirements.empty()) out += "\n";
  for (const std::size_t i : report::by_urgency(card)) out += row_lines(card.requirements[i], paint);
  return out + scalability_lines(card) + broken_line(card);
}

}  // namespace shakedown
