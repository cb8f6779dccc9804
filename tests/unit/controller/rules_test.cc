#include "controller/metrics/rules.h"

#include <gtest/gtest.h>

#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using namespace std::chrono_literals;
using testing::Drill;

Drill drill_with(Sli sli, Comparison comparison, double limit) {
  Drill drill;
  drill.add_phase("steady", 10, 100);
  drill.require("AV-1", std::move(sli), comparison, limit);
  return drill;
}

std::string yaml_of(const Drill& drill) {
  const auto slos = slos_of(drill.scenario);
  return slos ? rules_yaml(slos.value(), true) + rules_yaml(slos.value(), false) : slos.error().text();
}

#define EXPECT_HAS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (part) << "\nis not in\n" << (text)

TEST(Rules, RatiosAreOfSumsOverTheWholeWindow) {
  const std::string yaml = yaml_of(drill_with(AvailabilitySli{}, Comparison::at_least, 0.999));
  for (const std::string window : {"5m", "30m", "1h", "2h", "6h", "1d", "3d", "30d"}) {
    EXPECT_HAS(yaml, "record: slo:sli_error:ratio_rate" + window + "\n");
    EXPECT_HAS(yaml, "outcome=~\"ok|failed|refused|reset|timeout|dropped_by_target\"}[" + window + "]))");
  }
  EXPECT_EQ(yaml.find("avg_over_time"), std::string::npos);
  EXPECT_EQ(yaml.find("$window"), std::string::npos);
}

TEST(Rules, NamesAndLabelsAreSloths) {
  const std::string yaml = yaml_of(drill_with(AvailabilitySli{}, Comparison::at_least, 0.999));
  for (const std::string name :
       {"slo:objective:ratio", "slo:error_budget:ratio", "slo:time_period:days", "slo:current_burn_rate:ratio",
        "slo:period_burn_rate:ratio", "slo:period_error_budget_remaining:ratio"}) {
    EXPECT_HAS(yaml, "record: " + name + "\n");
  }
  EXPECT_HAS(yaml, "sloth_id: \"ledger-AV-1\"\n");
  EXPECT_HAS(yaml, "sloth_service: \"ledger\"\n");
  EXPECT_HAS(yaml, "sloth_slo: \"AV-1\"\n");
}

TEST(Rules, LatencyCountsWhatIsOverItsExactLimit) {
  const std::string yaml = yaml_of(drill_with(LatencySli{OperationId(0), 0.99, {}}, Comparison::at_most, 0.0123));
  EXPECT_HAS(yaml, "shakedown_latency_seconds_count{operation=~\"read\",}[5m]");
  EXPECT_HAS(yaml, "shakedown_latency_seconds_bucket{operation=~\"read\",le=~\"0\\\\.0123\"}[5m]");
  EXPECT_HAS(yaml, "vector(0.99)");
  const std::string whole = yaml_of(drill_with(LatencySli{OperationId(0), 0.99, {}}, Comparison::at_most, 1));
  EXPECT_HAS(whole, "le=~\"1(\\\\.0)?\"");
}

TEST(Rules, TheScopeIsKept) {
  Drill drill = drill_with(ErrorRatioSli{{OperationId(0)}, {}, {{PhaseId(0)}, {}}}, Comparison::at_most, 0.01);
  drill.scenario.operations[0].name = "read.all";
  const std::string yaml = yaml_of(drill);
  EXPECT_HAS(yaml, "operation=~\"read\\\\.all\",phase=~\"steady\",outcome");
  EXPECT_HAS(yaml, "vector(0.99)");
}

TEST(Rules, WhatTheTeamReportsTakesThePlaceOfOurSeries) {
  Drill drill = drill_with(AvailabilitySli{}, Comparison::at_least, 0.999);
  drill.requirement(0).reported = Reported{.value = {.query = "job:good:ratio{w=\"$window\"}"}, .count = "count_over[$window]"};
  std::string yaml = yaml_of(drill);
  EXPECT_HAS(yaml, "1 - (job:good:ratio{w=\"5m\"})\n");
  EXPECT_HAS(yaml, "absent((count_over[5m]) > 0)\n");
  EXPECT_EQ(yaml.find("shakedown_outcomes_total"), std::string::npos);
  drill.requirement(0).sli = ErrorRatioSli{};
  drill.requirement(0).objective = {Comparison::at_most, 0.001, ""};
  drill.requirement(0).reported->count = "";
  yaml = yaml_of(drill);
  EXPECT_HAS(yaml, "          job:good:ratio{w=\"30d\"}\n");
  EXPECT_HAS(yaml, "absent(job:good:ratio{w=\"5m\"})\n");
}

TEST(Rules, AQuantileThatTheTeamReportsIsNoRatio) {
  Drill drill = drill_with(LatencySli{OperationId(0), 0.99, {}}, Comparison::at_most, 0.02);
  drill.requirement(0).reported = Reported{.value = {.query = "theirs"}};
  EXPECT_HAS(yaml_of(drill), "shakedown_latency_seconds_bucket");
}

TEST(Rules, AnAlertThatCanNeverFireIsRefused) {
  const auto slos = slos_of(drill_with(AvailabilitySli{}, Comparison::at_least, 0.93).scenario);
  ASSERT_FALSE(slos);
  EXPECT_EQ(slos.error().kind, ErrorKind::scenario);
  EXPECT_HAS(slos.error().text(), "AV-1: the page alert at burn rate 14.4 can never fire");
  EXPECT_TRUE(slos_of(drill_with(AvailabilitySli{}, Comparison::at_least, 0.9306).scenario));
  EXPECT_FALSE(slos_of(drill_with(AvailabilitySli{}, Comparison::at_least, 1 - 1 / 14.4).scenario));
}

TEST(Rules, ABudgetOfNothingIsRefused) {
  const auto slos = slos_of(drill_with(AvailabilitySli{}, Comparison::at_least, 1).scenario);
  ASSERT_FALSE(slos);
  EXPECT_HAS(slos.error().text(), "no budget");
}

TEST(Rules, WithoutAFittingRequirementThereIsNothingToWrite) {
  const auto slos = slos_of(drill_with(ThroughputSli{}, Comparison::at_least, 10).scenario);
  ASSERT_FALSE(slos);
  EXPECT_HAS(slos.error().text(), "no requirement has an availability");
}

TEST(Rules, AbsenceIsAllowedAsLongAsTheBudgetAllows) {
  EXPECT_EQ(absence_limit(0.99, 14, 1h), 10min);
  EXPECT_EQ(absence_limit(0.999, 14, 1h), 3min);
  Drill drill = drill_with(AvailabilitySli{}, Comparison::at_least, 0.999);
  drill.requirement(0).reported = Reported{.value = {.query = "theirs"}};
  EXPECT_HAS(yaml_of(drill), "for: 3m\n");
}

TEST(Rules, TextOfTheScenarioIsNoTemplateAndNoYaml) {
  Drill drill = drill_with(AvailabilitySli{}, Comparison::at_least, 0.999);
  drill.requirement(0).title = "a {{ $labels.x }} \"b\"\n- c";
  EXPECT_HAS(yaml_of(drill), "summary: \"a { { $labels.x }} \\\"b\\\"\\n- c\"\n");
}

}  // namespace
}  // namespace shakedown
