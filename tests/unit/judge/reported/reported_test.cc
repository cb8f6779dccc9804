// Reported against measured: verdicts, and every cause with a case in which it must not be named.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/judge/reported/reported_rig.h"

namespace shakedown {
namespace {

using testing::at;
using testing::Drill;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kEach;
using testing::kLength;
using ::testing::Not;
using testing::ReportedRig;

constexpr auto ok = Outcome::ok, failed = Outcome::failed, late = Outcome::timeout, refused = Outcome::refused,
               reset = Outcome::reset;

// 4 of 100 fail, so 96 % against 99 %: between 95.66 and 96.32 %.
ReportedRig failing(Outcome how = failed) {
  ReportedRig rig;
  rig.each_second({{ok, 96}, {how, 4}});
  return rig;
}

TEST(Reported, AnHonestServiceIsHonest) {
  ReportedRig rig = failing();
  rig.says(0.96).counts(10'000).over_time([](int) { return 0.96; });
  const ScoredReported r = rig.scored();
  EXPECT_EQ(r.watermelon, Watermelon::honest) << r.reason;
  EXPECT_THAT(r.causes, IsEmpty());
  EXPECT_DOUBLE_EQ(*r.value, 0.96);
  EXPECT_NEAR(*r.difference, 0, 1e-9);
  EXPECT_THAT(r.reason, HasSubstr("Reported 96%"));
}

TEST(Reported, AHonestGreenOneToo) {
  ReportedRig rig;
  rig.each_second({{ok, 100}}).says(1);
  EXPECT_EQ(rig.scored().watermelon, Watermelon::honest);
}

TEST(Reported, GreenerThanTheBoundsIsOptimistic) {
  EXPECT_EQ(failing().says(0.97).scored().watermelon, Watermelon::optimistic);
  EXPECT_EQ(failing().says(0.95).scored().watermelon, Watermelon::pessimistic);
}

TEST(Reported, ToleranceWidensTheInterval) {
  ReportedRig rig = failing();
  rig.reported().tolerance = 0.02;
  rig.says(0.97);
  EXPECT_EQ(rig.scored().watermelon, Watermelon::honest);
  EXPECT_DOUBLE_EQ(rig.scored().tolerance, 0.02);
}

TEST(Reported, WithinToleranceButOnTheGoodSideOfTheLimitIsOptimistic) {
  ReportedRig rig = failing();
  rig.reported().tolerance = 0.05;
  rig.says(0.995);
  EXPECT_EQ(rig.scored().watermelon, Watermelon::optimistic);
}

TEST(Reported, AWideIntervalConfirmsNothing) {
  ReportedRig rig;
  rig.drill.outcome(rig.stage, 3, ok, 20);
  rig.says(1);
  EXPECT_EQ(rig.scored().watermelon, Watermelon::unverifiable);
}

TEST(Reported, NothingMeasuredConfirmsNothing) {
  ReportedRig rig;
  rig.says(1);
  EXPECT_EQ(rig.scored().watermelon, Watermelon::unverifiable);
  EXPECT_THAT(rig.scored().reason, HasSubstr("measured"));
}

TEST(Reported, BrokenEvidenceIsNeverHonest) {
  const std::vector<std::pair<std::string, std::function<void(ReportedRig&)>>> ways = {
      {"nobody asked", [](ReportedRig&) {}},
      {"refused", [](ReportedRig& r) { r.add(Reading::Kind::reported_value).problem = "connection refused"; }},
      {"no series", [](ReportedRig& r) { r.add(Reading::Kind::reported_value); }},
      {"2 series",
       [](ReportedRig& r) {
         r.says(0.96).readings.back().series.push_back({"{a=\"b\"}", {{WallTime{}, 0.96}}});
       }},
      {"nan", [](ReportedRig& r) { r.says(std::nan("")); }},
      {"inf", [](ReportedRig& r) { r.says(INFINITY); }},
      {"another query", [](ReportedRig& r) { r.says(0.96).readings.back().query = "q[99s]"; }},
  };
  for (const auto& [words, plant] : ways) {
    ReportedRig rig = failing();
    plant(rig);
    const ScoredReported r = rig.scored();
    EXPECT_EQ(r.watermelon, Watermelon::unverifiable) << words;
    EXPECT_THAT(r.reason, HasSubstr(words));
    EXPECT_FALSE(r.value && std::isnan(*r.value));
  }
}

TEST(Reported, AnUntrustedRunConfirmsNothing) {
  ReportedRig rig;
  rig.each_second({{ok, 90}, {Outcome::dropped_by_us, 10}}).says(1);
  EXPECT_EQ(rig.scored().watermelon, Watermelon::unverifiable);
}

TEST(Reported, TheWorseOfDeclaredAndReportedCounts) {
  ReportedRig rig = failing();
  rig.row().declared = Declared{Status::red, {}, "", {}};
  rig.says(1);
  const Verdict verdict = rig.judge().requirements[0].verdict;
  EXPECT_EQ(verdict.watermelon, Watermelon::optimistic);
  EXPECT_THAT(verdict.watermelon_reason, HasSubstr("Reported 100%"));
  EXPECT_EQ(verdict.state, VerdictState::fail);
}

TEST(Reported, AHonestReportDoesNotHideAWatermelonInWhatIsDeclared) {
  ReportedRig rig = failing();
  rig.row().declared = Declared{Status::green, {}, "", {}};
  rig.says(0.96);
  const ScoredRequirement row = rig.judge().requirements[0];
  EXPECT_EQ(row.reported->watermelon, Watermelon::honest);
  EXPECT_EQ(row.verdict.watermelon, Watermelon::optimistic);
}

// --- Denominator

TEST(ReportedCauses, OnlyAnsweredRequestsAreCounted) {
  const std::string causes = failing(late).says(1).counts(9600).causes();
  EXPECT_THAT(causes, HasSubstr("It counts only answered requests: theirs is 9600, ours 9600 of 10000 offered."));
  EXPECT_THAT(causes, HasSubstr("It leaves timeouts out: ours with that is 100%."));
}

TEST(ReportedCauses, OnlyGoodRequestsAreCounted) {
  const std::string causes = failing().says(1).counts(9600).causes();
  EXPECT_THAT(causes, HasSubstr("It counts only good requests: theirs is 9600"));
  EXPECT_THAT(causes, HasSubstr("It leaves answers with a failed status out"));
}

TEST(ReportedCauses, OnlyWhatReachedItIsCounted) {
  ReportedRig rig;
  rig.each_second({{ok, 80}, {failed, 5}, {late, 5}, {refused, 10}}).says(80 / 90.0).counts(9000);
  EXPECT_THAT(rig.causes(), HasSubstr("It counts only requests that reached it: theirs is 9000"));
  EXPECT_THAT(rig.causes(), HasSubstr("It leaves refused and broken connections out"));
}

TEST(ReportedCauses, TheSameDenominatorIsNoCause) {
  EXPECT_THAT(failing().says(1).counts(10'000).causes(), Not(HasSubstr("theirs is")));
  EXPECT_THAT(failing().says(1).counts(10'080).causes(), Not(HasSubstr("theirs is")));
}

// 10 000 at a steady rate: 2 % and two requests to either side are what a counter may show of them.
TEST(ReportedCauses, ACountWithinTwoPercentAndTwoIsTheSameDenominator) {
  for (const double same : {9798.0, 10'202.0}) EXPECT_THAT(failing().says(1).counts(same).causes(), Not(HasSubstr("theirs is")));
  for (const double other : {9797.0, 10'203.0}) EXPECT_THAT(failing().says(1).counts(other).causes(), HasSubstr("theirs is"));
}

TEST(ReportedCauses, ChecksOfProbesAreNoOthersTraffic) {
  ReportedRig rig = failing();
  rig.drill.probe(0, 100);  // 1000 checks
  EXPECT_THAT(rig.says(1).counts(11'000).causes(), Not(HasSubstr("theirs is")));
}

TEST(ReportedCauses, OtherTrafficIsNamed) {
  EXPECT_THAT(failing().says(1).counts(25'000).causes(), HasSubstr("It counts more than this drill's requests"));
}

// 100 a second are sent, and none of the middle 30 s is answered. Scraped each 15 s, the first 14 s and the last 14 s of a
// counter may be missed: 4 200 in 72 s are shown as 5 833 in 100 s.
TEST(ReportedCauses, AScrapeMissesTheEndsOfAWindowWhoseRateChanges) {
  ReportedRig rig;
  for (int second = 0; second < kLength; ++second) {
    rig.drill.outcome(rig.stage, second, second >= 35 && second < 65 ? late : ok, kEach);
  }
  rig.says(1).counts(5833).readings.back().scrape = std::chrono::seconds(15);
  EXPECT_THAT(rig.causes(), HasSubstr("It counts only answered requests: theirs is 5833, ours 7000 of 10000 offered."));
  rig.readings.back().series.front().samples.front().value = 5000;
  EXPECT_THAT(rig.causes(), HasSubstr("It counts other requests than were sent"));
  rig.readings.back().series.front().samples.front().value = 5833;
  rig.readings.back().scrape = std::chrono::seconds(1);
  EXPECT_THAT(rig.causes(), HasSubstr("It counts other requests than were sent"));
}

TEST(ReportedCauses, ADenominatorThatIsNoneOfOursIsNamed) {
  EXPECT_THAT(failing().says(1).counts(5000).causes(), HasSubstr("It counts other requests than were sent"));
}

// --- Success filter

TEST(ReportedCauses, EachFilterIsToldFromTheOthers) {
  struct Case {
    double theirs;
    const char* named;
  };
  // 80 good, 10 timeouts, 4 refused, 1 reset, 5 failed of 100.
  for (const Case& c : std::vector<Case>{{90 / 100.0, "It counts timeouts as good"},
                                         {85 / 100.0, ""},  // refused and broken, or failed: equally many, see below
                                         {95 / 100.0, "It counts requests without an answer as good"}}) {
    ReportedRig rig;
    rig.each_second({{ok, 80}, {late, 10}, {refused, 4}, {reset, 1}, {failed, 5}}).says(c.theirs).counts(10'000);
    EXPECT_THAT(rig.causes(), HasSubstr(c.named)) << c.theirs;
  }
}

TEST(ReportedCauses, FailedStatusesCountedGood) {
  EXPECT_THAT(failing().says(1).counts(10'000).causes(), HasSubstr("It counts answers with a failed status as good"));
  EXPECT_THAT(failing().says(1).causes(), HasSubstr("It does not count answers with a failed status as failures"));
}

TEST(ReportedCauses, RefusedCountedGood) {
  EXPECT_THAT(failing(refused).says(1).counts(10'000).causes(), HasSubstr("It counts refused and broken connections as good"));
}

TEST(ReportedCauses, AFilterThatDoesNotReproduceTheirsIsNotNamed) {
  const ScoredReported r = failing().says(0.98).counts(10'000).scored();
  EXPECT_EQ(r.watermelon, Watermelon::optimistic);
  EXPECT_THAT(r.causes, IsEmpty());
  EXPECT_THAT(r.reason, HasSubstr("no known cause explains it"));
}

TEST(ReportedCauses, ErrorRatiosAreFilteredTheSameWay) {
  ReportedRig rig = failing();
  rig.row().sli = ErrorRatioSli{};
  rig.row().objective = {Comparison::at_most, 0.01, ""};
  rig.says(0).counts(10'000);
  EXPECT_EQ(rig.scored().watermelon, Watermelon::optimistic);
  EXPECT_THAT(rig.causes(), HasSubstr("It counts answers with a failed status as good"));
}

// --- Last value

TEST(ReportedCauses, TheLastValueInsteadOfTheWindow) {
  ReportedRig rig = failing();
  rig.says(1).counts(10'000).over_time([](int s) { return s < 90 ? 0.9556 : 1.0; });
  EXPECT_THAT(rig.causes(), HasSubstr("It shows the last value instead of the whole window: 100% at its end"));
  EXPECT_THAT(rig.causes(), Not(HasSubstr("counts answers")));
}

TEST(ReportedCauses, ASteadySeriesShowsNoLastValue) {
  ReportedRig rig = failing();
  rig.says(1).counts(10'000).over_time([](int) { return 1.0; });
  EXPECT_THAT(rig.causes(), Not(HasSubstr("last value")));
}

TEST(ReportedCauses, AMeanThatExplainsNothingIsNotNamed) {
  ReportedRig rig = failing();
  rig.says(1).over_time([](int s) { return s < 99 ? 0.5 : 1.0; });  // theirs would be worse, not better, over the window
  EXPECT_THAT(rig.causes(), Not(HasSubstr("last value")));
}

// --- Latency

ReportedRig slow_tail() {
  ReportedRig rig;
  rig.row().sli = LatencySli{};
  rig.row().objective = {Comparison::at_most, 0.05, ""};
  rig.each_second({{ok, 95}}, 0.01);
  rig.each_second({{ok, 5}}, 0.1);
  return rig;
}

TEST(ReportedCauses, TheAverageInsteadOfTheQuantile) {
  ReportedRig rig = slow_tail();  // mean 14.5 ms, 99 % quantile 100 ms
  rig.says(0.0145);
  EXPECT_EQ(rig.scored().watermelon, Watermelon::optimistic);
  EXPECT_THAT(rig.causes(), HasSubstr("It shows the average, not the 99 % quantile"));
}

// A fifth to either side of the mean is taken for it.
TEST(ReportedCauses, TheAverageIsKnownUpToAFifth) {
  for (const double share : {0.81, 1.19}) {
    EXPECT_THAT(slow_tail().says(0.0145 * share).causes(), HasSubstr("It shows the average"));
  }
  for (const double share : {0.79, 1.21}) {
    EXPECT_THAT(slow_tail().says(0.0145 * share).causes(), Not(HasSubstr("It shows the average")));
  }
}

TEST(ReportedCauses, AnotherFigureIsNotTheAverage) {
  ReportedRig rig = slow_tail();
  rig.says(0.03);
  EXPECT_EQ(rig.scored().watermelon, Watermelon::optimistic);
  EXPECT_THAT(rig.causes(), IsEmpty());
}

TEST(ReportedCauses, TheHonestQuantileIsHonest) {
  ReportedRig rig = slow_tail();
  rig.reported().tolerance = 0.002;
  rig.says(0.1);
  EXPECT_EQ(rig.scored().watermelon, Watermelon::honest) << rig.scored().reason;
}

TEST(ReportedCauses, LatencyOfGoodAnswersOnly) {
  ReportedRig rig;
  rig.row().sli = LatencySli{};
  rig.row().objective = {Comparison::at_most, 0.05, ""};
  rig.each_second({{ok, 50}}, 0.01);
  rig.each_second({{ok, 46}}, 0.04);
  rig.each_second({{late, 4}}, 1.0);
  rig.says(0.041);
  EXPECT_EQ(rig.scored().watermelon, Watermelon::optimistic);
  EXPECT_THAT(rig.causes(), HasSubstr("It times good answers only"));
  ReportedRig quicker = rig, slower = rig;  // a quarter to either side of 40 ms
  quicker.readings.clear(), slower.readings.clear();
  EXPECT_THAT(quicker.says(0.0305).causes(), HasSubstr("It times good answers only"));
  EXPECT_THAT(slower.says(0.0495).causes(), HasSubstr("It times good answers only"));
  quicker.readings.clear();
  EXPECT_THAT(quicker.says(0.0295).causes(), Not(HasSubstr("It times good answers only")));
}

// --- Stale, retention

TEST(ReportedCauses, ASeriesThatEndsBeforeTheWindowIsStale) {
  ReportedRig rig = failing();
  rig.says(0.96).over_time([](int s) { return s < 60 ? std::optional(0.96) : std::nullopt; });
  EXPECT_EQ(rig.scored().watermelon, Watermelon::unverifiable);
  EXPECT_THAT(rig.causes(), HasSubstr("It is stale: no value in the last 41 s of the window, in which 4100 requests were sent"));
}

TEST(ReportedCauses, NaNIsNoValue) {
  ReportedRig rig = failing();
  rig.says(0.96).over_time([](int s) { return s < 60 ? 0.96 : std::nan(""); });
  EXPECT_THAT(rig.causes(), HasSubstr("It is stale"));
}

TEST(ReportedCauses, ACountThatStandsStillIsStale) {
  ReportedRig rig = failing();
  rig.says(0.96).counts(0);
  EXPECT_EQ(rig.scored().watermelon, Watermelon::unverifiable);
  EXPECT_THAT(rig.causes(), HasSubstr("It is stale: its number of requests did not move"));
}

TEST(ReportedCauses, AStaleGreenOneStaysOptimistic) {
  ReportedRig rig = failing();
  rig.says(1).over_time([](int s) { return s < 60 ? std::optional(1.0) : std::nullopt; });
  EXPECT_EQ(rig.scored().watermelon, Watermelon::optimistic);
}

TEST(ReportedCauses, AFreshSeriesIsNotStale) {
  ReportedRig rig = failing();
  rig.says(0.96).over_time([](int s) { return s < 98 ? std::optional(0.96) : std::nullopt; });
  EXPECT_EQ(rig.scored().watermelon, Watermelon::honest);
}

TEST(ReportedCauses, RetentionShorterThanWhatIsClaimed) {
  for (const bool enough : {false, true}) {
    ReportedRig rig = failing();
    rig.row().declared = Declared{std::nullopt, 0.96, "96%", std::chrono::hours(720)};
    rig.says(0.96);
    rig.add(Reading::Kind::retention).series = {{"", {{WallTime{}, enough ? 30 * 86400.0 : 15 * 86400.0}}}};
    EXPECT_EQ(rig.scored().watermelon, enough ? Watermelon::honest : Watermelon::unverifiable);
    EXPECT_EQ(rig.causes().find("Its source keeps samples for 15 d, 30 d are claimed") != std::string::npos, !enough);
  }
}

// --- What the window holds beside the scope

TEST(Reported, AFaultInTheMiddleOfTheWindowCountsForBoth) {
  ReportedRig rig;
  const FaultId kill = rig.drill.add_kill("kill", PhaseId(0));
  rig.drill.inject(kill, rig.stage, 40, 50);
  rig.drill.probe(0, 100, {{40, 49}});
  for (int64_t s = 0; s < 100; ++s) {
    const bool away = s >= 40 && s < 50;
    rig.drill.outcome(rig.stage, s, away ? failed : ok, 100);
  }
  rig.says(0.9);  // of the whole window; outside the fault it is 100 %
  rig.reported().tolerance = 0.01;
  EXPECT_NE(rig.scored().watermelon, Watermelon::pessimistic) << rig.scored().reason;
  EXPECT_NEAR(*rig.scored().difference, 0, 0.001);
}

TEST(Reported, UptimeIsComparedWithTheChecks) {
  ReportedRig rig;
  rig.each_second({{ok, 100}});
  rig.row().sli = UptimeSli{{ProbeId(0)}, std::chrono::hours(720)};
  rig.row().objective = {Comparison::at_least, 0.99, ""};
  rig.drill.probe(0, 100.5, {{40, 60}});
  ReportedRig blind = rig;
  EXPECT_EQ(blind.says(1).scored().watermelon, Watermelon::optimistic);
  EXPECT_NE(rig.says(0.8).scored().watermelon, Watermelon::optimistic) << rig.scored().reason;
  EXPECT_NEAR(*rig.scored().difference, 0, 0.01);
}

}  // namespace
}  // namespace shakedown
