#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "controller/report/report.h"
#include "tests/unit/report/examples.h"

namespace shakedown {
namespace {

using testing::example;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Console, SaysTheVerdictInWordsAndShapes) {
  const std::string text = scorecard_console(example("no-go").card, false);
  EXPECT_THAT(text, HasSubstr("THIS DRILL: [X] FAILED. 1 of 3 areas looked at fails; 8 not looked at. Not a launch decision."));
  EXPECT_THAT(text, HasSubstr("WATERMELON: the team says GREEN, measured RED"));
  EXPECT_LT(text.find("DR-2"), text.find("AV-1")) << "red first";
  EXPECT_THAT(scorecard_console(example("go").card, false),
              HasSubstr("THIS DRILL: [ok] PASSED. All 3 areas looked at hold; 8 not looked at. Not a launch decision."));
  EXPECT_THAT(scorecard_console(example("unknown").card, false), HasSubstr("[//] UNKNOWN"));
  EXPECT_THAT(scorecard_console(example("interrupted").card, false), HasSubstr("LEFT BEHIND: checkout: process group"));
}

TEST(Console, ColourAddsNothingButColour) {
  for (const std::string& name : testing::example_names()) {
    const Scorecard card = example(name).card;
    const std::string plain = scorecard_console(card, false), coloured = scorecard_console(card, true);
    EXPECT_NE(plain, coloured) << name;
    EXPECT_EQ(std::regex_replace(coloured, std::regex("\033\\[[0-9;]*m"), ""), plain) << name;
  }
}

TEST(Console, ForeignTextCannotSteerTheTerminal) {
  const std::string text = scorecard_console(example("planted").card, false);
  for (const char c : text) EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
}

TEST(Junit, UnknownIsAnErrorAndNotProvenAFailure) {
  const std::string unknown = scorecard_junit(example("unknown").card);
  EXPECT_THAT(unknown, HasSubstr("<testsuite name=\"requirements\" tests=\"4\" failures=\"0\" errors=\"4\" skipped=\"0\""));
  EXPECT_THAT(unknown, Not(HasSubstr("<skipped")));
  EXPECT_THAT(scorecard_junit(example("not-proven").card), HasSubstr("<failure type=\"not_proven\""));
  EXPECT_THAT(scorecard_junit(example("no-go").card), HasSubstr("<failure type=\"fail\""));
}

TEST(TruthJunit, AFailedRowThatIsNoMustIsNoErrorOfAGo) {
  Scorecard card = example("go").card;
  card.requirements[0].requirement.must = false;
  for (const VerdictState state : {VerdictState::fail, VerdictState::not_proven, VerdictState::unknown}) {
    card.requirements[0].verdict.state = state;
    const std::string text = scorecard_junit(card);
    EXPECT_THAT(text, HasSubstr("failures=\"0\" errors=\"0\" skipped=\"1\""));
    EXPECT_THAT(text, HasSubstr("<skipped message=\"no must, decides nothing"));
    EXPECT_THAT(text, Not(HasSubstr("<error")));
    EXPECT_THAT(text, Not(HasSubstr("<failure")));
  }
}

TEST(TruthJunit, TimesAreThoseOfTheEvidenceAndOfTheRun) {
  Scorecard card = example("go").card;
  card.manifest.finished = card.manifest.started + std::chrono::milliseconds(90500);
  card.requirements[0].verdict.observed_seconds = 30;
  const std::string text = scorecard_junit(card);
  EXPECT_THAT(text, HasSubstr("time=\"30.000\""));
  EXPECT_THAT(text, HasSubstr("left nothing behind\" time=\"90.500\""));
  EXPECT_THAT(text, Not(HasSubstr("time=\"0\"")));
}

TEST(Junit, ARunWithoutRequirementsIsNotGreen) {
  Scorecard card = example("go").card;
  EXPECT_THAT(scorecard_junit(card), Not(HasSubstr("<error")));
  card.requirements.clear();
  EXPECT_THAT(scorecard_junit(card), HasSubstr("<error type=\"run\""));
}

TEST(Junit, LeftoversAndInvalidRunsAreErrorsOfTheRun) {
  EXPECT_THAT(scorecard_junit(example("interrupted").card), HasSubstr("Left behind: checkout: process group 4711"));
  Scorecard card = example("go").card;
  card.valid = false;
  EXPECT_THAT(scorecard_junit(card), HasSubstr("<error type=\"run\""));
}

TEST(Markdown, ShowsEveryRowAndTheWatermelon) {
  const std::string text = scorecard_markdown(example("no-go").card);
  EXPECT_THAT(text, HasSubstr("# \\[X\\] This drill FAILED: Checkout 9f2c1e"));
  EXPECT_THAT(text, HasSubstr("**WATERMELON** team says GREEN"));
  for (const char* id : {"AV-1", "PE-1", "DR-1", "DR-2"}) EXPECT_THAT(text, HasSubstr(id));
}

TEST(AllFormats, SameInputSameBytes) {
  for (const std::string& name : testing::example_names()) {
    const testing::Example a = example(name), b = example(name);
    EXPECT_EQ(scorecard_markdown(a.card), scorecard_markdown(b.card));
    EXPECT_EQ(scorecard_junit(a.card), scorecard_junit(b.card));
    EXPECT_EQ(scorecard_console(a.card, true), scorecard_console(b.card, true));
    EXPECT_EQ(scorecard_html(a.card, *a.timeline), scorecard_html(b.card, *b.timeline));
  }
}

TEST(AllFormats, AnEmptyScorecardStillReads) {
  const testing::Example empty = example("empty");
  EXPECT_THAT(scorecard_console(empty.card, false), HasSubstr("NOT PROVEN"));
  EXPECT_THAT(scorecard_markdown(empty.card), HasSubstr("NOT PROVEN"));
  EXPECT_THAT(scorecard_html(empty.card, *empty.timeline), HasSubstr("NOT PROVEN"));
  EXPECT_THAT(scorecard_junit(empty.card), HasSubstr("errors=\"1\""));
}

TEST(Engineer, FindsStatusTraceAndFirstBytesBelowTheRow) {
  const Scorecard& card = example("scalability").card;
  const std::string markdown = scorecard_markdown(card);
  EXPECT_THAT(markdown, HasSubstr("| read in steady | 404, status not as expected | 312 |"));
  EXPECT_THAT(markdown, HasSubstr("`4bf92f3577b34da6a3ce929d0e0e4736`"));
  const std::string json = scorecard_json(card);
  EXPECT_THAT(json, HasSubstr("\"trace\": \"4bf92f3577b34da6a3ce929d0e0e4736\""));
  EXPECT_THAT(json, HasSubstr("no such <entry>"));
}

TEST(TruthJunit, WhatKeepsAGoBackIsAnErrorOfTheRun) {
  Scorecard card = example("go").card;
  card.decision = DecisionState::not_proven;
  EXPECT_THAT(scorecard_junit(card), HasSubstr("Nothing that decides was measured"));
  card.reasons.push_back({Signal::unexplained_loss, "21 confirmed entries disappeared, and no fault explains it", false});
  EXPECT_THAT(scorecard_junit(card), HasSubstr("21 confirmed entries disappeared"));
  EXPECT_THAT(scorecard_junit(card), HasSubstr("<error type=\"run\""));
}

}  // namespace
}  // namespace shakedown
