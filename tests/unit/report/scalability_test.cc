// What the reports say of scalability, downstream systems, dashboards, checks, controls, attestations and ways out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <regex>

#include "controller/report/html/details_parts.h"
#include "controller/report/report.h"
#include "controller/report/words/scalability.h"
#include "controller/report/words/words.h"
#include "tests/unit/report/examples.h"
#include "tests/unit/report/examples_parts.h"

namespace shakedown::report {
namespace {

using testing::example;
using testing::Example;
using ::testing::HasSubstr;
using ::testing::Not;

std::string html(const Example& one) { return scorecard_html(one.card, *one.timeline); }

std::string text_of(const std::string& markup) {
  const std::string text = std::regex_replace(markup, std::regex("<[^>]*>"), " ");
  return std::regex_replace(text, std::regex("\\s+"), " ");
}

std::string page_one(const Example& one) {
  const std::string page = html(one);
  const std::size_t from = page.find("<section class=\"page-one");
  return text_of(page.substr(from, page.find("</section>", from) - from));
}

std::string evidence(const Example& one) {
  const std::string page = html(one);
  return text_of(page.substr(page.find("<main"), page.find("</main>") - page.find("<main")));
}

TEST(ScalabilityPageOne, SaysWhatIsCarriedAndWhatBreaksFirst) {
  const std::string text = page_one(example("scalability"));
  EXPECT_THAT(text,
              HasSubstr("It carries 1 900–2 000 requests a second forecast for 1 Mar 2027: 2 500; 20–24% short of the forecast"));
  EXPECT_THAT(
      text,
      HasSubstr("First to break accounts-db, 12% short of the forecast takes 4 400 of 5 000 calls a second; dba@example.com"));
}

TEST(TruthScalabilityPageOne, WhatWasNotConfirmedIsNoGreenGauge) {
  Example one = example("scalability");
  one.card.forecast->rate = Rate{1000};
  EXPECT_THAT(html(one), HasSubstr("class=\"gauge pass\""));
  one.card.searches[0].unconfirmed = true;
  EXPECT_THAT(html(one), Not(HasSubstr("class=\"gauge pass\"")));
  EXPECT_THAT(page_one(one), HasSubstr("It carries perhaps 1 900–2 000 requests a second"));
  EXPECT_THAT(page_one(one), HasSubstr("above the forecast, not confirmed"));
}

TEST(ScalabilityPageOne, TheBarsStandWhereTheFiguresAre) {
  const std::string page = html(example("scalability"));
  // A scale of 0 to 2500 x 1.08 on 200.
  EXPECT_THAT(page, HasSubstr("class=\"bar-sure\" x=\"0\" y=\"2\" width=\"140.7\""));
  EXPECT_THAT(page, HasSubstr("class=\"bar-maybe\" x=\"0\" y=\"2\" width=\"148.1\""));
  EXPECT_THAT(page, HasSubstr("class=\"bar-need\" x=\"185.2\""));
}

TEST(ScalabilityPageOne, AnEndThatWasNotFoundIsNotDrawnAsReached) {
  Example one = example("scalability");
  one.card.searches[0].upper.reset();
  EXPECT_THAT(page_one(one),
              HasSubstr("at least 1 900 requests a second forecast for 1 Mar 2027: 2 500; not shown to reach the forecast"));
  one.card.searches[0].trouble = "we were too slow";
  EXPECT_THAT(page_one(one), Not(HasSubstr("It carries at least"))) << "no evidence, no gauge";
  one.card.downstream.clear();
  one.card.tldr.clear();
  EXPECT_THAT(html(one), Not(HasSubstr("class=\"gauges\"")));
}

TEST(ScalabilityPageOne, WaysOutOfTheMostUrgentRow) {
  const std::string text = page_one(example("scalability"));
  EXPECT_THAT(text, HasSubstr("ways out of: Customers can pay"));
  EXPECT_THAT(text, HasSubstr("Focus Work first on what breaks if checkout dies: 75 % of the 4 017 failed requests predicted a "
                              "month at our test load it happens as often"));
  EXPECT_THAT(text, HasSubstr("Promise Promise at least 96.6% today, not 99.9%"));
  EXPECT_THAT(page_one(example("go")), Not(HasSubstr("ways out of")));
}

TEST(ScalabilityPageOne, AWayOutIsToldThoughAScenarioNamesItInWordsOfTheTrade) {
  Example one = example("scalability");
  one.card.requirements[0].options[0].way = GivesWay{"The p99 of the probe", 2000};
  EXPECT_THAT(page_one(one), HasSubstr("Focus Work on &quot;The p99 of the probe&quot; first: it is what gives way, at 2 000/s"));
}

TEST(ScalabilityPageOne, AnAttestedRowIsNeverGreen) {
  const std::string text = page_one(example("scalability"));
  EXPECT_THAT(
      text, HasSubstr("Attested, not measured (1) Backups are kept elsewhere: vouched for by dba@example.com until 1 Mar 2027"));
  Example one = example("go");
  one.card.requirements.push_back(testing::scalability_rows()[8]);
  for (AreaSummary& area : one.card.areas) {
    if (area.area != Area::data_storage) continue;
    area = {Area::data_storage, true, VerdictState::pass, 1, 0, 0, 0, 1};
  }
  EXPECT_THAT(page_one(one), Not(HasSubstr("Data storage")));
  EXPECT_THAT(page_one(one), HasSubstr("Attested, not measured (1)"));
  one.card.requirements.push_back(one.card.requirements[1]);
  one.card.requirements.back().requirement.area = Area::data_storage;
  for (AreaSummary& area : one.card.areas)
    if (area.area == Area::data_storage) area.pass = 2;
  EXPECT_THAT(page_one(one), HasSubstr("Data storage (in part attested)"));
}

TEST(ScalabilityPageOne, TheDashboardAgainstTheMeasurement) {
  const std::string text = page_one(example("scalability"));
  EXPECT_THAT(text, HasSubstr("Availability: its own dashboard says 100%, measured 97% of requests answered"));
  EXPECT_THAT(text, HasSubstr("Own dashboard 100%"));
  EXPECT_THAT(text, HasSubstr("Own monitoring is blind Customers can pay: its own dashboard went silent while the service was "
                              "away, alert CheckoutDown did not fire"));
  EXPECT_THAT(text, Not(HasSubstr("Payments are quick: its own dashboard")));
}

TEST(ScalabilityPageOne, ADashboardGreenerThanAPassIsAClaimNotAWatermelon) {
  Example one = example("go");
  one.card.requirements[0].reported = ScoredReported{};
  one.card.requirements[0].reported->watermelon = Watermelon::optimistic;
  one.card.requirements[0].reported->value = 1;
  const std::string text = page_one(one);
  EXPECT_THAT(text, HasSubstr("Promised otherwise than measured Customers can pay: its own dashboard says 100%"));
  EXPECT_THAT(text, Not(HasSubstr("WATERMELON")));
}

TEST(ScalabilityEvidence, EveryPartHasItsTable) {
  const std::string text = evidence(example("scalability"));
  for (const char* words : {"It carries 1 900–2 000 per second, each end at 95%",
                            "Gives way first PE-1 Payments are quick",
                            "1500/s 1499/s 2 invalid",
                            "we were late ourselves: repeated",
                            "1900/s 1898/s 2 holds (confirmation)",
                            "α, contention 0.0277285 0.0024 to 0.05305",
                            "Peak 1884/s at 96.5196 replicas",
                            "Ceiling 3245.59/s",
                            "Knee 36 to 41 replicas: two methods disagree",
                            "the step was cut short",
                            "accounts-db (first to break) [X] FAIL 5000 4400 (declared) 12% short of the forecast",
                            "declared 2, measured 3.1, during failures 7.9 (optimistic)",
                            "mailer [//] UNKNOWN",
                            "cards: 4000/s until 2027-06-30",
                            "AV-1 99.95% 100% 97% of requests answered +3% optimistic, tolerance 0.1% success filter",
                            "went silent while the service was away",
                            "alert CheckoutDown did not fire",
                            "noticed that the service was away after 14s",
                            "PCI-4.2 [ok] PASS SE-1 Only strong encryption [ok] PASS: it holds",
                            "[A] ATTESTED: vouched for by dba@example.com until 1 Mar 2027",
                            "PCI-3.5 [//] UNKNOWN – no evidence",
                            "admin-closed authentication [X] does not hold – answered 200 without credentials",
                            "lines-of-code command [//] not carried out",
                            "ATTESTED BK-1",
                            "Measured nothing: somebody vouches for it",
                            "Vouched for by dba@example.com",
                            "https://wiki.example.com/backups",
                            "FAIL BK-2"})
    EXPECT_THAT(text, HasSubstr(words));
}

TEST(ScalabilityEvidence, WhatIsGreyIsMarkedGrey) {
  const std::string page = html(example("scalability"));
  EXPECT_THAT(page, HasSubstr("<tr class=\"row-unknown\"><td>PCI-3.5</td>"));
  EXPECT_THAT(page, HasSubstr("<tr class=\"row-attested\"><td>PCI-9.4</td>"));
  EXPECT_THAT(page, HasSubstr("<article class=\"requirement attested\""));
}

TEST(ScalabilityEvidence, WithoutPartsThereIsNoSection) {
  const std::string page = html(example("no-go"));
  for (const char* id : {"id=\"capacity\"", "id=\"scaling\"", "id=\"around\"", "growth-data"})
    EXPECT_THAT(page, Not(HasSubstr(id)));
}

TEST(ScalabilityCharts, FollowTheSteps) {
  const auto data = nlohmann::json::parse(scalability_chart_data(example("scalability").card));
  const auto& search = data["searches"][0];
  EXPECT_EQ(search["rate"].size(), 9u);
  EXPECT_EQ(search["outcome"][3], "invalid");
  EXPECT_EQ(search["confirmation"][8], true);
  EXPECT_EQ(search["upper"], 2000);
  EXPECT_EQ(search["limiting"]["title"], "PE-1 Payments are quick");
  EXPECT_EQ(search["limiting"]["limit"], 20);
  EXPECT_EQ(search["limiting"]["value"][2], 310);
  const auto& scaling = data["scalings"][0];
  EXPECT_EQ(scaling["n"].size(), 8u);
  EXPECT_EQ(scaling["left_out"][7], true);
  EXPECT_EQ(scaling["law"]["gamma"], 89.9952);
  EXPECT_EQ(scalability_chart_data(example("no-go").card), "");
}

TEST(ScalabilityCharts, AnInfiniteBoundIsNotANumber) {
  Example one = example("scalability");
  one.card.searches[0].steps[2].holds[0].measured.upper = std::numeric_limits<double>::infinity();
  const auto data = nlohmann::json::parse(scalability_chart_data(one.card));
  EXPECT_EQ(data["searches"][0]["limiting"]["upper"][2], "inf");
}

TEST(ScalabilityFormats, ConsoleMarkdownAndJunitSayTheSame) {
  const Scorecard card = example("scalability").card;
  const std::string console = scorecard_console(card, false), markdown = scorecard_markdown(card), junit = scorecard_junit(card);
  EXPECT_THAT(console, HasSubstr("Carries (find-limit): 1 900–2 000 per second, forecast 2 500"));
  EXPECT_THAT(console, HasSubstr("First to break: accounts-db: 12% short of the forecast, dba@example.com"));
  EXPECT_THAT(console, HasSubstr("[A]  ATTESTED    BK-1"));
  EXPECT_THAT(console, HasSubstr("Resources: No number of replicas reaches 2 500/s"));
  EXPECT_THAT(console, HasSubstr("Controls without evidence: 1 of 4"));
  EXPECT_THAT(markdown, HasSubstr("## Ways out"));
  EXPECT_THAT(markdown, HasSubstr("it carries **1 900–2 000** per second"));
  EXPECT_THAT(markdown, HasSubstr("accounts-db (first to break)"));
  EXPECT_THAT(markdown, HasSubstr("**\\[A\\] ATTESTED**"));
  EXPECT_THAT(markdown, HasSubstr("| PCI-3.5 | **\\[//\\] UNKNOWN** | no evidence |"));
  EXPECT_THAT(junit, HasSubstr("<system-out>[A] ATTESTED, not measured: vouched for by dba@example.com until 1 Mar 2027."));
  EXPECT_THAT(junit, HasSubstr("Its own dashboard says 100%."));
  EXPECT_THAT(junit, HasSubstr("Resources: No number of replicas"));
}

TEST(ScalabilityJson, PartsAreEmptyRatherThanAbsent) {
  const auto json = nlohmann::json::parse(scorecard_json(example("empty").card));
  for (const char* part : {"searches", "scalings", "downstream", "controls", "checks"})
    EXPECT_EQ(json.at(part), nlohmann::json::array()) << part;
  EXPECT_EQ(json.at("forecast"), nullptr);
}

TEST(ScalabilityJson, RowsAreNamedByTheirIds) {
  const auto json = nlohmann::json::parse(scorecard_json(example("scalability").card));
  EXPECT_EQ(json["searches"][0]["limiting"], "PE-1");
  EXPECT_EQ(json["searches"][0]["steps"][2]["limiting"], "PE-1");
  EXPECT_EQ(json["searches"][0]["steps"][0]["limiting"], nullptr);
  EXPECT_EQ(json["controls"][0]["requirements"], (std::vector<std::string>{"SE-1", "SE-2"}));
  EXPECT_EQ(json["requirements"][2]["measured"]["unit"], "per_second");
  EXPECT_EQ(json["requirements"][3]["measured"]["unit"], "margin");
  EXPECT_EQ(json["requirements"][6]["measured"]["unit"], "holds");
  EXPECT_EQ(json["requirements"][2]["fix_by"], "2026-12-04");
  EXPECT_EQ(json["requirements"][2]["options"].size(), 4u);
  EXPECT_EQ(json["requirements"][0]["reported"]["outage_proof"], "silent");
  EXPECT_EQ(json["requirements"][0]["reported"]["alert_in_time"], false);
  EXPECT_EQ(json["requirements"][8]["attested"]["by"], "dba@example.com");
  EXPECT_EQ(json["requirements"][0]["attested"], nullptr);
}

TEST(ScalabilityJson, AnUnknownUnitOrRowIsNoCrash) {
  Scorecard card = example("scalability").card;
  card.searches[0].limiting = RequirementId(99);
  card.controls[0].rows = {RequirementId(99)};
  EXPECT_NO_THROW(scorecard_json(card));
  EXPECT_NO_THROW(scorecard_markdown(card));
  EXPECT_EQ(scalability_chart_data(card).find("PE-1"), std::string::npos);
}

TEST(ScalabilityWords, MeasuredInWordsOfTheirOwn) {
  const auto rows = testing::scalability_rows();
  EXPECT_EQ(measured_words(rows[2]), "1 900–2 000/s carried");
  EXPECT_EQ(measured_words(rows[3]), "20–24% less than the forecast");
  EXPECT_EQ(measured_words(rows[5]), "12% short at the forecast");
  EXPECT_EQ(measured_words(rows[6]), "it holds");
  EXPECT_EQ(needed_words(rows[6].requirement), "to hold");
  EXPECT_EQ(measured_words(rows[9]), "vouched for by dba@example.com until 1 Nov 2026, expired");
  EXPECT_EQ(std::string(word(rows[9])), "FAIL") << "expired is red, not attested";
  EXPECT_EQ(std::string(word(rows[8])), "ATTESTED");
}

TEST(ScalabilityWords, HeadroomOnBothSidesOfTheForecast) {
  ScoredRequirement one = testing::scalability_rows()[3];
  const auto said = [&](double lower, double upper) {
    one.verdict.measured.lower = lower;
    one.verdict.measured.upper = upper;
    return measured_words(one);
  };
  EXPECT_EQ(said(-0.041, 0.022), "5% less than the forecast to 3% more than the forecast");
  EXPECT_EQ(said(0.203, 0.31), "20–31% more than the forecast");
  EXPECT_EQ(said(0.2, std::numeric_limits<double>::infinity()), "at least 20% more than the forecast");
}

}  // namespace
}  // namespace shakedown::report
