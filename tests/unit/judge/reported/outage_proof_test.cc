// Whether the team's own SLI and alert noticed that the service was away.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/judge/reported/reported_rig.h"

namespace shakedown {
namespace {

using testing::at;
using ::testing::HasSubstr;
using testing::ReportedRig;
using Proof = ScoredReported::Proof;
using Series = std::function<std::optional<double>(int)>;

// Nothing answers from 120 s to the given second; the window is the phase before it.
ReportedRig away_until(double end, const Series& series) {
  ReportedRig rig;
  rig.each_second({{Outcome::ok, 100}});
  const PhaseId crash = rig.drill.add_phase("crash", 100, 0, false);
  const StageId stage = rig.drill.run(crash, 100);
  const FaultId kill = rig.drill.add_kill("kill", crash);
  rig.drill.inject(kill, stage, 120, end);
  rig.drill.probe(0, 200, {{120, end}});
  rig.says(1).over_time(series, 200);
  return rig;
}

TEST(OutageProof, ASliThatDropsHasMoved) {
  const ScoredReported r = away_until(150, [](int s) { return s >= 122 && s < 152 ? 0.3 : 1.0; }).scored();
  EXPECT_EQ(r.outage_proof, Proof::moved);
  EXPECT_NEAR(*r.moved_after_seconds, 2, 0.01);
  EXPECT_EQ(r.watermelon, Watermelon::honest) << r.reason;
}

TEST(OutageProof, ASliThatGoesAwayIsSilent) {
  for (const bool nan : {false, true}) {
    ReportedRig rig = away_until(150, [nan](int s) -> std::optional<double> {
      if (s < 123 || s >= 152) return 1.0;
      return nan ? std::optional(std::nan("")) : std::nullopt;
    });
    const ScoredReported r = rig.scored();
    EXPECT_EQ(r.outage_proof, Proof::silent);
    EXPECT_EQ(r.watermelon, Watermelon::unverifiable);
    EXPECT_THAT(r.reason, HasSubstr("it went silent while the service was away for 30 s"));
    EXPECT_THAT(rig.causes(), HasSubstr("It went silent"));
  }
}

TEST(OutageProof, ASilentSliWithAnAlertInTimeIsHonest) {
  ReportedRig rig = away_until(150, [](int s) { return s < 123 || s >= 152 ? std::optional(1.0) : std::nullopt; });
  rig.reported().alert = "Down";
  rig.reported().alert_within = std::chrono::seconds(20);
  rig.alert(128, 150, 200);
  EXPECT_EQ(rig.scored().watermelon, Watermelon::honest) << rig.scored().reason;
}

TEST(OutageProof, ASliThatStaysGreenIsAWatermelon) {
  const ScoredReported r = away_until(150, [](int) { return 1.0; }).scored();
  EXPECT_EQ(r.outage_proof, Proof::unmoved);
  EXPECT_EQ(r.watermelon, Watermelon::optimistic);
  EXPECT_THAT(r.reason, HasSubstr("it did not move while the service was away for 30 s"));
}

TEST(OutageProof, AMoveAfterTheOutageIsNoMove) {
  const ScoredReported r = away_until(150, [](int s) { return s >= 153 ? 0.3 : 1.0; }).scored();
  EXPECT_EQ(r.outage_proof, Proof::unmoved);
}

TEST(OutageProof, AChangeWithinTheObjectiveIsNoise) {
  const ScoredReported r = away_until(150, [](int s) { return s >= 122 && s < 152 ? 0.997 : 1.0; }).scored();
  EXPECT_EQ(r.outage_proof, Proof::unmoved);
}

TEST(OutageProof, AShortOutageTestsNothing) {
  const ScoredReported r = away_until(122, [](int) { return 1.0; }).scored();
  EXPECT_EQ(r.outage_proof, Proof::not_tested);
  EXPECT_EQ(r.watermelon, Watermelon::honest);
  EXPECT_THAT(r.reason, HasSubstr("not tested: no outage was long enough"));
}

TEST(OutageProof, WithoutOutageNothingIsTested) {
  ReportedRig rig;
  rig.each_second({{Outcome::ok, 100}});
  rig.drill.probe(0, 100);
  rig.says(1).over_time([](int) { return 1.0; });
  EXPECT_EQ(rig.scored().outage_proof, Proof::not_tested);
}

// --- Alerts

ReportedRig alerting(double end, double within) {
  ReportedRig rig = away_until(end, [end](int s) { return s >= 122 && s < end + 2 ? 0.3 : 1.0; });
  rig.reported().alert = "Down";
  rig.reported().alert_within = from_seconds(within);
  return rig;
}

TEST(OutageAlert, InTime) {
  const ScoredReported r = alerting(150, 20).alert(128, 150, 200).scored();
  EXPECT_EQ(r.alert_in_time, true);
  EXPECT_NEAR(*r.alert_after_seconds, 8, 0.01);
  EXPECT_EQ(r.watermelon, Watermelon::honest);
}

TEST(OutageAlert, TooLate) {
  const ScoredReported r = alerting(150, 5).alert(128, 150, 200).scored();
  EXPECT_EQ(r.alert_in_time, false);
  EXPECT_EQ(r.watermelon, Watermelon::optimistic);
  EXPECT_THAT(r.reason, HasSubstr("alert Down fired 8 s after the outage began, promised within 5 s"));
}

TEST(OutageAlert, NeverThoughTheOutageLastedLongEnough) {
  const ScoredReported r = alerting(150, 20).alert(0, 0, 200).scored();
  EXPECT_EQ(r.alert_in_time, false);
  EXPECT_FALSE(r.alert_after_seconds);
  EXPECT_THAT(r.reason, HasSubstr("alert Down did not fire in an outage of 30 s, promised within 20 s"));
}

TEST(OutageAlert, AnOutageShorterThanThePromiseTestsNothing) {
  const ScoredReported r = alerting(150, 300).alert(0, 0, 420).scored();
  EXPECT_FALSE(r.alert_in_time.has_value());
  EXPECT_EQ(r.watermelon, Watermelon::honest);
  EXPECT_THAT(r.reason, HasSubstr("too short to test a promise of 5 min"));
}

TEST(OutageAlert, NotWatchedLongEnoughTestsNothing) {
  EXPECT_FALSE(alerting(150, 20).alert(0, 0, 130).scored().alert_in_time.has_value());
}

TEST(OutageAlert, AnAlertThatAlwaysFiresTestsNothing) {
  const ScoredReported r = alerting(150, 20).alert(100, 200, 200).scored();
  EXPECT_FALSE(r.alert_in_time.has_value());
  EXPECT_THAT(r.reason, HasSubstr("was firing already before the outage"));
}

// A sample stands for the step before it: one a step before the outage, and none after, may have fired into it.
TEST(OutageAlert, AnAlertJustOneStepBeforeTheOutageWasFiringAlready) {
  for (const bool earlier : {false, true}) {
    ReportedRig rig = alerting(150, 20).alert(119, 119.5, 200);
    if (earlier) rig.readings.back().series.front().samples.front().at -= Duration(1);
    EXPECT_EQ(rig.scored().alert_in_time.has_value(), earlier);
    EXPECT_THAT(rig.scored().reason, HasSubstr(earlier ? "did not fire" : "was firing already before the outage"));
  }
}

TEST(OutageAlert, ThePromiseIsKeptUpToOneStepAfterIt) {
  EXPECT_EQ(alerting(150, 7).alert(128, 150, 200).scored().alert_in_time, true);
  EXPECT_EQ(alerting(150, 6.999).alert(128, 150, 200).scored().alert_in_time, false);
}

TEST(OutageAlert, UnreadableIsNoAnswer) {
  ReportedRig rig = alerting(150, 20);
  rig.add(Reading::Kind::alert).problem = "connection refused";
  EXPECT_FALSE(rig.scored().alert_in_time.has_value());
  EXPECT_THAT(rig.scored().reason, HasSubstr("alert Down could not be looked at: connection refused"));
}

}  // namespace
}  // namespace shakedown
