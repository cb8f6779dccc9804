// Rules page nobody for what they cannot know.
#include <gtest/gtest.h>

#include "controller/metrics/rules.h"
#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::Drill;

#define EXPECT_SAYS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (part) << "\nis not in\n" << (text)

Drill with_rows() {
  Drill drill;
  const PhaseId phase = drill.add_phase("steady", 10, 100);
  const FaultId crash = drill.add_kill("crash", phase);
  drill.require("AV-1", AvailabilitySli{}, Comparison::at_least, 0.999);
  drill.require("AV-2", AvailabilitySli{{}, {{}, crash}}, Comparison::at_least, 0.95);
  drill.require("AV-3", AvailabilitySli{}, Comparison::at_least, 0.9);
  drill.requirement(0).reported = Reported{.value = {.query = "theirs"}};
  drill.require("PE-1", LatencySli{OperationId(0), 0.99, {}}, Comparison::at_most, 0.02);
  return drill;
}

TEST(TruthRules, ARowForAFaultsWindowsBecomesNoRuleForEveryDay) {
  const auto rules = slos_of(with_rows().scenario);
  ASSERT_TRUE(rules);
  for (const bool theirs : {true, false}) {
    const std::string yaml = rules_yaml(rules.value(), theirs);
    EXPECT_EQ(yaml.find("sloth_slo: \"AV-2\""), std::string::npos);
    EXPECT_SAYS(yaml, "# Left out: AV-2: it holds for the windows of fault crash only");
  }
}

TEST(TruthRules, OneThatCouldNeverFireLeavesTheOthers) {
  const auto rules = slos_of(with_rows().scenario);
  ASSERT_TRUE(rules);
  ASSERT_EQ(rules.value().slos.size(), 2U);
  EXPECT_EQ(rules.value().slos[0].name, "AV-1");
  EXPECT_EQ(rules.value().slos[1].name, "PE-1");
  EXPECT_SAYS(rules_yaml(rules.value(), true), "# Left out: AV-3: the page alert at burn rate 14.4 can never fire");
}

TEST(TruthRules, OurSeriesAreForDrillsAndTheirAbsencePagesNobody) {
  const auto rules = slos_of(with_rows().scenario);
  ASSERT_TRUE(rules);
  const std::string theirs = rules_yaml(rules.value(), true), ours = rules_yaml(rules.value(), false);
  EXPECT_SAYS(theirs, "# These rules read the team's own metrics");
  EXPECT_EQ(theirs.find("shakedown_"), std::string::npos);
  EXPECT_SAYS(theirs, "alert: SLIAbsent");
  EXPECT_SAYS(ours, "exist only while a drill runs");
  EXPECT_SAYS(ours, "shakedown_latency_seconds_bucket");
  EXPECT_EQ(ours.find("SLIAbsent"), std::string::npos);
}

TEST(TruthRules, AnErrorRatioOfTheWorstSecondsIsNoBudgetOfAMonth) {
  Drill drill = with_rows();
  drill.require("ER-1", ErrorRatioSli{.over = std::chrono::seconds(5)}, Comparison::at_most, 0.05);
  const auto rules = slos_of(drill.scenario);
  ASSERT_TRUE(rules);
  const std::string yaml = rules_yaml(rules.value(), false);
  EXPECT_EQ(yaml.find("sloth_slo: \"ER-1\""), std::string::npos);
  EXPECT_SAYS(yaml, "# Left out: ER-1: it holds in each 5s");
}

}  // namespace
}  // namespace shakedown
