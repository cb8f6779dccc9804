#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>

#include "controller/report/html/chart_data.h"
#include "controller/report/report.h"
#include "tests/unit/report/examples.h"

namespace shakedown {
namespace {

using testing::example;
using testing::Example;
using ::testing::HasSubstr;
using ::testing::Not;

std::string html(const Example& one) { return scorecard_html(one.card, *one.timeline); }

std::string page_one(const Example& one) {
  const std::string page = html(one);
  const std::size_t from = page.find("<section class=\"page-one"), to = page.find("</section>", from);
  return page.substr(from, to - from);
}

// What a reader sees of the markup.
std::string text_of(const std::string& markup) {
  const std::string text = std::regex_replace(markup, std::regex("<[^>]*>"), " ");
  return std::regex_replace(text, std::regex("\\s+"), " ");
}

TEST(PageOne, SpeaksBusiness) {
  const std::regex jargon(
      "\\b(p[0-9]{2,}|probes?|ledgers?|intervals?|percentiles?|quantiles?|sli|slis|histograms?|coherency|"
      "coefficients?|promql|usl|residuals?)\\b",
      std::regex::icase);
  for (const std::string& name : testing::example_names()) {
    const std::string text = text_of(page_one(example(name)));
    std::smatch found;
    EXPECT_FALSE(std::regex_search(text, found, jargon)) << name << ": " << found.str();
  }
}

TEST(PageOne, TheLintFindsAWord) {
  Example one = example("no-go");
  one.card.requirements[0].requirement.title = "The p99 is bad";
  one.card.tldr = {told::Failure{0}};
  EXPECT_TRUE(std::regex_search(text_of(page_one(one)), std::regex("\\bp[0-9]{2,}\\b")));
}

TEST(PageOne, MachineSentencesWithJargonAreReplaced) {
  Example one = example("not-proven");
  one.card.requirements[0].verdict.needed = "a narrower interval of the p99";
  EXPECT_THAT(text_of(page_one(one)), HasSubstr("to settle it: more evidence"));
}

TEST(PageOne, WhatDoesNotFitIsCutByTheStyleSheetAndNotInTheText) {
  for (const std::string& name : testing::example_names()) EXPECT_THAT(page_one(example(name)), Not(HasSubstr("…"))) << name;
}

TEST(PageOne, SaysWhatTheDesignSays) {
  const std::string text = text_of(page_one(example("no-go")));
  for (const char* words :
       {"Checkout 9f2c1e", "staging, 1/4 of the replicas", "launch 15 Dec 2026, 23 days left", "This drill FAILED",
        "1 of 3 areas looked at fails; 8 not looked at. Not a launch decision.", "not taken approver vp@example.com",
        "1 WATERMELON Disaster recovery: green to the team, red when measured", "Needed at most 0 writes",
        "Team promised 0 writes", "Measured 12–14 writes lost too much in 3 of 3 tries", "team says GREEN", "measured RED", "Sam",
        "To make it green: flush each order to disk", "Green, nothing needed (2) Availability, Performance", "Not looked at (8)",
        "broken 3 times, all 3 could be measured"})
    EXPECT_THAT(text, HasSubstr(words));
}

TEST(PageOne, ABlockWithoutDataIsAbsent) {
  const std::string go = page_one(example("go"));
  for (const char* block : {"class=\"melons\"", "class=\"alarm\"", "class=\"trouble\"", "Not proven <span", "article"})
    EXPECT_THAT(go, Not(HasSubstr(block)));
  EXPECT_THAT(go, HasSubstr("Nothing but the decision"));
  EXPECT_THAT(page_one(example("empty")), Not(HasSubstr("class=\"tldr\"")));
}

TEST(PageOne, LeftoversAndTroubleStandOut) {
  const std::string text = text_of(page_one(example("interrupted")));
  EXPECT_THAT(text, HasSubstr("LEFT BEHIND"));
  EXPECT_THAT(text, HasSubstr("did not run to its end: interrupted (SIGINT)"));
}

TEST(PageOne, AnUnknownRowSaysWhy) {
  EXPECT_THAT(text_of(page_one(example("unknown"))),
              HasSubstr("measured nothing: No data: the target refused every connection before the first phase."));
}

TEST(PageOne, RowsThatDoNotFitAreCounted) {
  const std::string text = text_of(page_one(example("crowded")));
  EXPECT_THAT(text, HasSubstr("Needs you 22"));
  EXPECT_TRUE(std::regex_search(text, std::regex("and \\d+ more: availability-1")));
}

TEST(PageOne, AWatermelonComesBeforeAPlainRed) {
  Example one = example("no-go");
  ScoredRequirement plain = one.card.requirements[3];
  plain.requirement.title = "Plain red";
  plain.verdict.watermelon = Watermelon::none;
  plain.requirement.declared.reset();
  one.card.requirements.insert(one.card.requirements.begin(), plain);
  const std::string text = text_of(page_one(one));
  EXPECT_LT(text.find("No confirmed order is lost"), text.find("Plain red"));
}

TEST(PageOne, GreenIsNeverSaidOfAnAreaWithAnOpenRow) {
  Example one = example("not-proven");
  for (AreaSummary& area : one.card.areas)
    if (area.area == Area::disaster_recovery) area.worst = VerdictState::pass;  // its only row is not a must
  EXPECT_THAT(text_of(page_one(one)), Not(HasSubstr("nothing needed (2)")));
}

TEST(Details, EachRequirementHasItsEvidence) {
  const std::string page = html(example("no-go"));
  const std::string text = text_of(page.substr(page.find("<main"), page.find("</main>") - page.find("<main")));
  for (const char* words : {"Limit &lt;= 0 writes", "Bounds 6.9ms to 7.6ms, each one-sided at 95%", "Samples 15012",
                            "Supportable 7.6ms", "shakedown run scenario.yaml (seed 42)", "driver dana@example.com",
                            "approver vp@example.com", "contributor sre@example.com", "informed support@example.com",
                            "sum of the outcomes 47500", "the two agree yes", "optimistic: declared green and 0 writes"})
    EXPECT_THAT(text, HasSubstr(words));
}

TEST(Details, AccountsThatDoNotAddUpAreShown) {
  Example one = example("no-go");
  one.card.accounting.offered += 1;
  EXPECT_THAT(text_of(html(one)), HasSubstr("the two agree NO"));
}

TEST(Charts, AreAbsentWithoutLoad) {
  EXPECT_THAT(html(example("unknown")), Not(HasSubstr("<canvas")));
  EXPECT_THAT(html(example("unknown")), Not(HasSubstr("<script")));
}

TEST(ChartData, FollowsTheTimeline) {
  const Example one = example("no-go");
  const auto data = nlohmann::json::parse(report::chart_data(one.card, *one.timeline));
  ASSERT_EQ(data["seconds"].size(), 95u);
  EXPECT_EQ(data["failed"][10], 0);
  EXPECT_EQ(data["ok"][10], data["offered"][10]);
  EXPECT_EQ(data["ok"][41], 0);
  EXPECT_EQ(data["failed"][41], data["offered"][41]);
  EXPECT_NEAR(data["p50"][10].get<double>(), 1.5 + 1.2 * 0.693, 0.3);
  EXPECT_TRUE(data["p50"][41].is_null()) << "refused quickly is not fast";
  EXPECT_EQ(data["over"][41], 1);
  EXPECT_EQ(data["lanes"].size(), 3u);
  EXPECT_EQ(data["lanes"][0]["bands"].size(), 5u);
  EXPECT_EQ(data["lanes"][1]["bands"][0]["from"], 40);
  EXPECT_EQ(data["lanes"][2]["bands"][0]["kind"], "outage");
  EXPECT_EQ(data["end"], 95);
}

TEST(ChartData, ALongRunIsBinnedWithoutLosingAnArrival) {
  Example one = example("go");
  Timeline timeline(*one.scenario);
  for (int64_t second = 0; second < 5000; ++second) {
    Snapshot snapshot;
    Cell cell;
    cell.counts[0] = 7;
    snapshot.cells[{second, StageId(0), OperationId(0)}] = cell;
    timeline.apply(snapshot);
  }
  const auto data = nlohmann::json::parse(report::chart_data(one.card, timeline));
  EXPECT_LE(data["seconds"].size(), 1200u);
  EXPECT_EQ(data["width"], 5);
  EXPECT_EQ(data["ok"][3], 7);
}

TEST(Html, PlantedMarkupIsTextEverywhere) {
  const std::string page = html(example("planted"));
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(1)"));
}

}  // namespace
}  // namespace shakedown
