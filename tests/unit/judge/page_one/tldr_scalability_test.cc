// Page one's sentences about load that is carried, systems that are called, checks, and what is vouched for.
#include <gtest/gtest.h>

#include <algorithm>

#include "controller/judge/page_one/tldr.h"
#include "controller/report/words/page_one.h"
#include "tests/unit/judge/timeline_builder.h"

namespace shakedown::judging {
namespace {

using shakedown::testing::Drill;

struct Scalability {
  Drill drill;
  Scorecard card;
  PhaseId phase = drill.add_phase("search", 10, 0);

  Scalability() {
    card.valid = true;
    ScoredSearch search;
    search.phase = "search";
    search.lower = 1900;
    search.upper = 2000;
    card.searches = {search};
    card.forecast = Forecast{{2500}, "2027-03-01"};
  }

  ScoredRequirement& add(Sli sli, VerdictState state, Comparison comparison, double limit, const char* text) {
    ScoredRequirement row;
    row.requirement = {.id = "R", .title = "Row", .sli = std::move(sli), .objective = {comparison, limit, text}};
    row.verdict.state = state;
    row.verdict.measured.unit = unit_of(row.requirement.sli);
    card.requirements.push_back(row);
    return card.requirements.back();
  }

  std::string told() const {
    std::string out;
    Scorecard said = card;
    said.tldr = tell(card, drill.scenario);
    for (const std::string& s : report::tldr_words(said)) out += s + "\n";
    return out;
  }
};

TEST(TldrScalability, CapacityAgainstTheForecast) {
  Scalability one;
  one.add(CapacitySli{one.phase}, VerdictState::pass, Comparison::at_least, 1500, ">= 1500/s");
  EXPECT_EQ(one.told(), "It carries 1 900 to 2 000 requests a second; the forecast for March 2027 is 2 500.\n");
}

TEST(TldrScalability, AFailureAlsoSaysWhatIsPromised) {
  Scalability one;
  one.add(CapacitySli{one.phase}, VerdictState::fail, Comparison::at_least, 2200, ">= 2200/s");
  EXPECT_EQ(one.told(),
            "It carries 1 900 to 2 000 requests a second; promised are 2 200, the forecast for March 2027 is 2 500.\n");
  Scalability two;
  two.add(HeadroomSli{two.phase}, VerdictState::fail, Comparison::at_least, 0.3, ">= 30%");
  EXPECT_EQ(two.told(),
            "It carries 1 900 to 2 000 requests a second; the forecast for March 2027 is 2 500, and room for 30% "
            "more is promised.\n");
}

TEST(TldrScalability, EndsThatAreMissingAreNotInvented) {
  Scalability one;
  one.card.forecast.reset();
  one.add(CapacitySli{one.phase}, VerdictState::pass, Comparison::at_least, 1500, ">= 1500/s");
  one.card.searches[0].upper.reset();
  EXPECT_EQ(one.told(), "It carries at least 1 900 requests a second.\n");
  one.card.searches[0].lower.reset();
  EXPECT_EQ(one.told(), "Everything that was promised and tested holds.\n");
  one.card.searches[0].upper = 500;
  EXPECT_EQ(one.told(), "It does not carry even 500 requests a second.\n");
  one.card.searches[0].trouble = "our own losses";
  EXPECT_EQ(one.told(), "Everything that was promised and tested holds.\n") << "no evidence, no sentence";
}

TEST(TldrScalability, TwoRowsOnOneSearchAreToldOnce) {
  Scalability one;
  one.add(CapacitySli{one.phase}, VerdictState::pass, Comparison::at_least, 1500, ">= 1500/s");
  one.add(HeadroomSli{one.phase}, VerdictState::fail, Comparison::at_least, 0, ">= 0%");
  const std::string told = one.told();
  EXPECT_EQ(told.find("It carries"), told.rfind("It carries")) << told;
}

TEST(TldrScalability, TheSystemThatBreaksFirst) {
  Scalability one;
  one.add(DownstreamSli{}, VerdictState::fail, Comparison::at_least, 0, ">= 0%");
  ScoredDependency db;
  db.name = "ledger-db";
  db.owner = "dba@example.com";
  db.needed = 2500;
  db.capacity = 2200;
  db.margin = db.spare = -0.12;
  db.first_to_break = true;
  one.card.downstream = {db};
  EXPECT_EQ(one.told(),
            "ledger-db (dba@example.com) breaks first: it takes 2 200 of the 2 500 calls a second that the forecast needs.\n");
}

TEST(TruthPageOne, ADownstreamRowIsToldAboutTheDependencyThatFailsIt) {
  Scalability one;
  ScoredDependency alpha, beta;
  alpha.name = "alpha";
  alpha.owner = "anna";
  alpha.needed = beta.needed = 100;
  alpha.capacity = 300;
  alpha.margin = alpha.spare = 2;
  alpha.first_to_break = true;
  alpha.state = VerdictState::pass;
  beta.name = "beta";
  beta.owner = "bert";
  beta.capacity = 5000;
  beta.margin = beta.spare = 49;
  beta.state = VerdictState::fail;
  beta.problem = "bert has committed to 50/s, 100/s are needed";
  one.card.downstream = {alpha, beta};
  one.add(DownstreamSli{}, VerdictState::fail, Comparison::at_least, 0, ">= 0%");
  EXPECT_EQ(one.told(), "beta (bert) is not ready for the forecast: bert has committed to 50/s, 100/s are needed.\n");
  one.card.downstream[1].state = VerdictState::pass;
  one.card.requirements[0].requirement.objective = {Comparison::at_least, 2.5, ">= 250%"};
  EXPECT_EQ(one.told(), "alpha (anna) has 200% to spare at the forecast; promised are 250%.\n");
}

TEST(TldrScalability, ExpiredWordsAndFailedChecks) {
  Scalability one;
  one.add(AttestedSli{"Backups are kept elsewhere", "dba", "", "2025-01-01", "2026-01-01"}, VerdictState::fail,
          Comparison::at_least, 1, "")
      .requirement.title = "Backups elsewhere";
  ScoredRequirement& check = one.add(CheckSli{CheckId(0)}, VerdictState::fail, Comparison::at_least, 1, "");
  check.requirement.title = "Only strong encryption";
  check.requirement.means = "a stranger can read along";
  EXPECT_EQ(one.told(),
            "\"Backups elsewhere\" rests on the word of dba, which expired on 2026-01-01.\n"
            "\"Only strong encryption\" does not hold (a stranger can read along).\n");
}

TEST(TruthTldrScalability, WhatWasNotConfirmedIsNotToldAsCarried) {
  Scalability one;
  one.card.searches[0].unconfirmed = true;
  one.add(CapacitySli{one.phase}, VerdictState::not_proven, Comparison::at_least, 1500, ">= 1500/s");
  EXPECT_EQ(one.told().find("It carries"), std::string::npos) << one.told();
  EXPECT_NE(one.told().find("It may carry 1 900 to 2 000 requests a second, of which no confirmation came"), std::string::npos)
      << one.told();
}

TEST(TruthTldrScalability, ALevelIsToldInItsOwnUnit) {
  Scalability one;
  one.card.searches.clear();
  ScoredScaling scaling;
  scaling.phase = "search";
  scaling.axis = StepAxis::rate;
  one.card.scalings = {scaling};
  one.add(EfficiencySli{one.phase, 400}, VerdictState::fail, Comparison::at_least, 0.7, ">= 70%").verdict.measured.value = 0.52;
  EXPECT_EQ(one.told(), "At 400 requests a second it delivers 52 % of what perfect growth would; promised are 70%.\n");
  one.card.scalings[0].axis = StepAxis::concurrency;
  EXPECT_EQ(one.told().find("At 400 users it delivers"), 0U) << one.told();
}

TEST(TldrScalability, EfficiencyAndDegradation) {
  Scalability one;
  one.card.searches.clear();
  ScoredScaling scaling;
  scaling.phase = "search";
  scaling.axis = StepAxis::replicas;
  one.card.scalings = {scaling};
  one.add(EfficiencySli{one.phase, 8}, VerdictState::fail, Comparison::at_least, 0.7, ">= 70%").verdict.measured.value = 0.52;
  one.add(DegradationSli{}, VerdictState::fail, Comparison::at_most, 0.05, "<= 5%").verdict.measured.value = 0.07;
  EXPECT_EQ(one.told(),
            "At 8 replicas it delivers 52 % of what perfect growth would; promised are 70%.\n"
            "It gets 7 % slower every hour; promised is at most 5%.\n");
}

TEST(TldrScalability, ADashboardThatSaysMore) {
  Scalability one;
  ScoredRequirement& row = one.add(AvailabilitySli{}, VerdictState::fail, Comparison::at_least, 0.999, ">= 99.9%");
  row.verdict.measured.value = 0.97;
  row.reported = ScoredReported{};
  row.reported->watermelon = Watermelon::optimistic;
  row.reported->value = 1;
  EXPECT_EQ(one.told(), "\"Row\" does not hold: measured 97%, promised >= 99.9%; its own dashboard says 100%.\n");
}

}  // namespace
}  // namespace shakedown::judging
