// Words of the headline, of watermelons, of quantiles and of tolerated failures that were once untrue.
#include <gtest/gtest.h>

#include "controller/report/report.h"
#include "controller/report/words/plain.h"
#include "controller/report/words/words.h"
#include "tests/unit/report/generated.h"

namespace shakedown::report {
namespace {

ScoredRequirement row(Area area, bool must, VerdictState state, Sli sli = AvailabilitySli{}) {
  ScoredRequirement out;
  out.requirement.area = area;
  out.requirement.title = "It holds";
  out.requirement.must = must;
  out.requirement.sli = std::move(sli);
  out.requirement.objective = {Comparison::at_least, 0.99, ">= 99%"};
  out.verdict.state = state;
  out.verdict.measured.unit = unit_of(out.requirement.sli);
  return out;
}

std::string headline(std::vector<ScoredRequirement> rows) {
  Scorecard card;
  card.requirements = std::move(rows);
  const std::string words = headline_words(card);
  return words.substr(0, words.find(';'));
}

constexpr VerdictState kPass = VerdictState::pass, kFail = VerdictState::fail, kOpen = VerdictState::not_proven;
constexpr Area kUp = Area::availability, kFast = Area::performance, kSafe = Area::security;

TEST(TruthWords, AnAreaWhoseRowsThatNeedNotHoldFailIsNotSaidToHold) {
  EXPECT_EQ(headline({row(kFast, true, kPass), row(kUp, false, kFail)}),
            "What must hold holds, in 1 area something that is not a must fails");
  EXPECT_EQ(
      headline({row(kUp, true, kPass), row(kUp, false, kFail), row(kFast, false, kOpen)}),
      "What must hold holds, in 1 area something that is not a must fails, in 1 area something that is not a must is not shown "
      "either way");
  EXPECT_EQ(headline({row(kFast, true, kFail), row(kSafe, true, kOpen), row(kUp, false, kFail)}),
            "1 of 3 areas looked at fails, 1 area is not shown either way, in 1 area something that is not a must fails");
  EXPECT_EQ(headline({row(kFast, true, kFail), row(kFast, false, kFail)}), "1 of 1 area looked at fails") << "said once";
  EXPECT_EQ(headline({row(kUp, false, kFail)}), "Nothing here must hold, in 1 area something that is not a must fails");
  EXPECT_EQ(headline({row(kFast, true, kPass), row(kUp, false, kPass)}), "All 2 areas looked at hold");
}

// What the headline calls not looked at is what the page lists as such: areas of which nothing is asked.
TEST(TruthWords, AnAreaThatCouldNotBeMeasuredIsNotOneThatNobodyAskedAbout) {
  Scorecard card;
  card.requirements = {row(kFast, true, kPass), row(kSafe, true, VerdictState::unknown)};
  EXPECT_EQ(headline_words(card), "1 area is not shown either way; 9 not looked at. Not a launch decision.");
}

TEST(TruthWords, ALossIsCountedInWhatItsLedgerHolds) {
  ScoredRequirement lost = row(kSafe, true, kFail);
  lost.requirement.sli = RpoSli{FaultId(0), LedgerId(0), RpoUnit::writes, 3, {}};
  lost.verdict.measured.unit = Unit::writes;
  lost.verdict.injections = {{InjectionId(0), 1, true, "", 2, 6, {}}};
  EXPECT_EQ(measured_words(lost), "2–6 writes lost");
  lost.noun = "entry";
  EXPECT_EQ(measured_words(lost), "2–6 entries lost");
  lost.verdict.injections[0].lower = lost.verdict.injections[0].upper = 1;
  EXPECT_EQ(measured_words(lost), "1 entry lost");
}

TEST(TruthWords, AReleaseThatCouldNotBeReadWasNotChanged) {
  Scorecard card;
  card.manifest.state = RunState::completed;
  card.reasons = {
      {Signal::release_not_read, "the release could not be read at the end, so nobody knows what was measured", true}};
  EXPECT_EQ(run_trouble(card), std::vector<std::string>{"Which release was measured is not known: it could not be read."});
  card.reasons = {{Signal::release, "the release changed during the run from a to b", true}};
  EXPECT_EQ(run_trouble(card), std::vector<std::string>{"The release was changed during the drill."});
}

// Declared in colour and value, measured 90 % against 99 %.
ScoredRequirement declared(std::optional<Status> status, std::optional<double> value, Watermelon found = Watermelon::optimistic) {
  ScoredRequirement out = row(kUp, true, kFail);
  out.verdict.measured.value = 0.9;
  out.verdict.watermelon = found;
  out.verdict.watermelon_reason = "declared 99.9%, measured 89% to 91%";
  out.requirement.declared = Declared{status, value, value ? "99.9%" : "", {}};
  return out;
}

TEST(TruthWords, WhoSaysRedOrYellowIsNoWatermelon) {
  EXPECT_FALSE(is_watermelon(declared(Status::red, 0.999)));
  EXPECT_FALSE(is_watermelon(declared(Status::yellow, std::nullopt)));
  EXPECT_FALSE(is_watermelon(declared(std::nullopt, 0.95))) << "95 % declared is red by their own figure";
  EXPECT_TRUE(is_watermelon(declared(Status::green, std::nullopt)));
  EXPECT_TRUE(is_watermelon(declared(std::nullopt, 0.999)));
  testing::Generated one = testing::generate(1);
  one.card.requirements = {declared(Status::red, 0.999)};
  const Timeline timeline = one.drill.timeline();
  for (const std::string& text : {scorecard_console(one.card, false), scorecard_markdown(one.card), scorecard_junit(one.card)}) {
    EXPECT_EQ(text.find("WATERMELON"), std::string::npos) << text;
    EXPECT_NE(text.find("promised better than measured"), std::string::npos) << text;
  }
  const std::string page = scorecard_html(one.card, timeline);
  EXPECT_EQ(page.find("green to the team"), std::string::npos);
  EXPECT_EQ(page.find("1 WATERMELON"), std::string::npos);
}

TEST(TruthWords, ADashboardThatIsRedByItsOwnFigureIsNoWatermelon) {
  ScoredRequirement blind = row(kUp, true, kFail);
  blind.verdict.watermelon = Watermelon::optimistic;
  blind.reported = ScoredReported{};
  blind.reported->watermelon = Watermelon::optimistic;  // its alert did not fire
  blind.reported->alert_in_time = false;
  blind.reported->value = 0.5;
  EXPECT_FALSE(is_watermelon(blind));
  blind.reported->value = 0.995;
  EXPECT_TRUE(is_watermelon(blind));
  blind.reported->value.reset();
  EXPECT_FALSE(is_watermelon(blind)) << "nobody knows what it says";
  blind.reported->outage_proof = ScoredReported::Proof::unmoved;
  EXPECT_TRUE(is_watermelon(blind)) << "it stayed as it was while the service was away";
  blind.requirement.declared = Declared{Status::red, {}, "", {}};
  EXPECT_TRUE(is_watermelon(blind)) << "the dashboard's, whatever the team says";
  EXPECT_FALSE(team_says_green(blind));
}

TEST(TruthWords, AQuantileIsToldWithAllItsDigits) {
  const auto told = [](double quantile) {
    ScoredRequirement out = row(kFast, true, kPass, LatencySli{OperationId(0), quantile, {}});
    out.verdict.measured.value = 1;
    return measured_words(out);
  };
  EXPECT_EQ(told(0.975), "1s for 975 of 1000");
  EXPECT_EQ(told(0.875), "1s for 875 of 1000");
  EXPECT_EQ(told(0.75), "1s for 75 of 100");
  EXPECT_EQ(told(0.01), "1s for 1 of 100");
  EXPECT_EQ(told(0.9), "1s for 9 of 10");
  EXPECT_EQ(told(0.9995), "1s for 9995 of 10000");
  EXPECT_EQ(told(0.9999999), "1s for 9999999 of 10000000");
}

TEST(TruthWords, ToleratedFailuresAreCountedAndNotRated) {
  ScoredRequirement out = row(Area::reliability, true, kPass, ToleratedSli{});
  out.requirement.objective = {Comparison::at_least, 0.05, ">= 5%"};
  out.verdict.measured = {2.0 / 3, 0.1, 0.98, Unit::ratio, 3, false};
  out.verdict.injections = {
      {InjectionId(0), 1, true, "", 1, 1, {}}, {InjectionId(1), 2, true, "", 0, 0, {}}, {InjectionId(2), 3, true, "", 1, 1, {}}};
  EXPECT_EQ(measured_words(out), "2 of 3 failures caused no outage");
  EXPECT_EQ(drills_words(out), "");
}

TEST(TruthWords, AnMtbfWithoutAnOutageSaysWhatIsShown) {
  ScoredRequirement quiet = row(kUp, true, kPass, MtbfSli{});
  quiet.verdict.measured.lower = 6.537;
  EXPECT_EQ(measured_words(quiet).rfind("at least 6.53s", 0), 0U) << measured_words(quiet);
}

}  // namespace
}  // namespace shakedown::report
