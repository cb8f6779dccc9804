// A few hundred scorecards that nobody wrote, on every surface: no sentence that no person would have written.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <regex>
#include <set>

#include "controller/report/report.h"
#include "controller/report/words/page_one.h"
#include "tests/unit/report/generated.h"

namespace shakedown {
namespace {

// What a person would not have written, and why.
const std::vector<std::pair<std::regex, const char*>>& clumsy() {
  static const std::vector<std::pair<std::regex, const char*>> kAll = [] {
    std::vector<std::pair<std::regex, const char*>> out;
    const std::string many =
        "(?:milliseconds|seconds|minutes|hours|days|tries|areas|promises|requests|entries|failures|times|drills|"
        "systems|outages|agents|more promises|confirmed entries|planned failures)\\b";
    for (const auto& [pattern, why] : std::vector<std::pair<std::string, const char*>>{
             {"[0-9.]e[+-]?[0-9]+", "an exponent"},
             {"(?:^|[^0-9.,–\\-] ?)\\b1 " + many, "one in the plural"},
             {"(?:^|[^0-9])(?:[02-9]|[0-9]*[02-9][0-9]*|1[0-9]+) (?:second|minute|area|promise|try|entry|day|failure)\\b",
              "many in the singular"},
             {"\\b(?:nan|inf|unbounded)\\b", "no number"},
             {"nobody is named (?:has|owes)", "nobody has done something"},
             {"Unknown: [^.]*Unknown:|Untrusted figure[^\\n]*Untrusted figure", "told twice"},
             {"\\( | \\)|\\(\\)| ,| ;|,,|;;|: ;|:\\.|,\\.|;\\.|[^.]\\.\\.(?:[^.]|$)|: :", "punctuation without words"},
             {"\\b([a-z]{2,}) \\1\\b", "a word twice"},
             {"\\b(?:NO-)?GO\\b", "a launch decision"},
             {"\\b0 of 0\\b|at least 0 confirmed|up to 0\\b|\\band 0 more|(?:^|[ (])-0(?:[^.0-9]|$)", "nothing of nothing"},
             {"0% of failures", "a share without what it is of"},
             {"Promise at most [0-9 ]+ writes", "a promise that few tries cannot support"},
             {"injections? valid", "valid beside \"no valid\""}})
      out.emplace_back(std::regex(pattern), why);
    return out;
  }();
  return kAll;
}

// One example of each kind and surface is enough to read.
void expect_well_said(const std::string& text, const std::string& seed, const std::string& surface) {
  static std::set<std::string> told;
  for (const auto& [pattern, why] : clumsy()) {
    std::smatch found;
    if (!std::regex_search(text, found, pattern) || !told.insert(surface + why).second) continue;
    const auto at = static_cast<std::size_t>(found.position());
    const std::size_t from = at > 90 ? at - 90 : 0;
    ADD_FAILURE() << seed << ", " << surface << ": " << why << ": \"" << found.str() << "\" in: ..." << text.substr(from, 200);
  }
}

// What a reader sees of page one.
std::string page_one(const testing::Generated& one) {
  const Timeline timeline = one.drill.timeline();
  const std::string page = scorecard_html(one.card, timeline);
  const std::size_t from = page.find("<section class=\"page-one"), to = page.find("</section>", from);
  std::string text = std::regex_replace(page.substr(from, to - from), std::regex("<(?:/p|/dd|/dt|/li|/h[123]|/td|/th)>"), "\n");
  text = std::regex_replace(text, std::regex("<[^>]*>"), "");
  return std::regex_replace(text, std::regex("&[a-z#0-9]+;"), "'");
}

TEST(TruthSentences, NoSurfaceOfAnyScorecardSaysWhatNoPersonWouldWrite) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    const testing::Generated one = testing::generate(seed);
    const std::string name = "seed " + std::to_string(seed);
    for (const std::string& sentence : report::tldr_words(one.card)) expect_well_said(sentence, name, "summary");
    expect_well_said(scorecard_console(one.card, false), name, "console");
    if (seed % 2 == 0) expect_well_said(page_one(one), name, "page one");
    const std::string markdown = scorecard_markdown(one.card);
    expect_well_said(std::regex_replace(markdown, std::regex("\\\\"), ""), name, "Markdown");
  }
}

// "1 904.7" of text as page one groups it.
double number_of(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
  return std::stod(text);
}

// Whether some value of the scorecard reads like the figure, which has at least two digits of it.
bool stands_in(double figure, const std::vector<double>& values) {
  return std::any_of(values.begin(), values.end(), [&](double v) { return std::fabs(v - figure) <= 0.1 * std::fabs(v) + 1e-9; });
}

TEST(TruthSentences, FiguresOfTheSummaryStandInTheScorecard) {
  const std::regex rate("Load holds at the tested ([0-9 .]+)/s"),
      lost("is lost \\(([0-9 ]+?)(?: to ([0-9 ]+?))? entr(?:y|ies) of our ([0-9.]+) test");
  std::size_t seen = 0;
  for (uint64_t seed = 0; seed < 1000; ++seed) {
    const testing::Generated one = testing::generate(seed);
    std::vector<double> rates, losses;
    for (const ScoredRequirement& row : one.card.requirements) {
      if (row.tested_rate && row.verdict.state == VerdictState::pass && row.requirement.must) rates.push_back(*row.tested_rate);
      for (const InjectionVerdict& i : row.verdict.injections) losses.insert(losses.end(), {i.lower, i.upper});
    }
    for (const ScoredLedgerInjection& i : one.card.ledgers[0].injections)
      losses.insert(losses.end(), {static_cast<double>(i.lost), static_cast<double>(i.lost + i.undecided)});
    for (const std::string& said : report::tldr_words(one.card)) {
      std::smatch found;
      if (std::regex_search(said, found, rate)) {
        EXPECT_TRUE(stands_in(number_of(found[1]), rates)) << "seed " << seed << ": " << said;
        ++seen;
      }
      if (std::regex_search(said, found, lost)) {
        EXPECT_TRUE(stands_in(number_of(found[1]), losses)) << "seed " << seed << ": " << said;
        EXPECT_TRUE(!found[2].matched || stands_in(number_of(found[2]), losses)) << "seed " << seed << ": " << said;
        EXPECT_EQ(number_of(found[3]), one.card.ledgers[0].rate) << said;
        ++seen;
      }
    }
  }
  EXPECT_GT(seen, 50U) << "the sentences that this test reads are no longer said";
}

TEST(TruthSentences, ADeclaredValueThatTheMeasurementContradictsIsOnEverySurface) {
  testing::Generated one = testing::generate(1);
  ScoredRequirement row;
  row.requirement = {.id = "PE-9",
                     .title = "Reads are quick",
                     .sli = LatencySli{OperationId(0)},
                     .objective = {Comparison::at_most, 1, "<= 1s"},
                     .declared = Declared{{}, 0.02, "20ms", {}}};
  row.verdict.state = VerdictState::pass;
  row.verdict.measured = {.value = 0.085, .lower = 0.08, .upper = 0.09, .unit = Unit::seconds, .samples = 5000};
  row.verdict.watermelon = Watermelon::optimistic;
  row.verdict.watermelon_reason = "declared 20ms, measured 80ms to 90ms";
  one.card.requirements = {row};
  for (const std::string& text :
       {scorecard_console(one.card, false), page_one(one), scorecard_markdown(one.card), scorecard_junit(one.card)})
    EXPECT_NE(text.find("20ms"), std::string::npos) << text;
  one.card.requirements[0].verdict.watermelon = Watermelon::pessimistic;
  EXPECT_NE(scorecard_console(one.card, false).find("promised worse than measured: declared 20ms"), std::string::npos);
}

}  // namespace
}  // namespace shakedown
