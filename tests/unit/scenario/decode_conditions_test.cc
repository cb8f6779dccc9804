// States of the environment on which the drill depends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/scenario/sample.h"

namespace shakedown::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using namespace std::chrono_literals;

std::string conditions(const std::string& text) { return sample({{"phases:\n", "conditions: " + text + "\nphases:\n"}}); }

const Condition only(const std::string& inner) { return accept(conditions("{calm: {" + inner + "}}")).conditions[0]; }

TEST(DecodeConditions, EverySource) {
  const Condition metric = only(R"(prometheus: {url: "http://h:9090", query: up}, is: ">= 3", every: 2s, missing_for: 1m)");
  EXPECT_EQ(metric.name, "calm");
  EXPECT_EQ(metric.source, Condition::Source::prometheus);
  EXPECT_EQ(metric.query, "up");
  EXPECT_EQ(metric.every, 2s);
  EXPECT_EQ(metric.missing_for, 1min);
  EXPECT_TRUE(metric.met("3"));
  EXPECT_FALSE(metric.met("2.9"));
  const Condition alert = only(R"(alertmanager: {url: "http://h:9093", alert: Incident})");
  EXPECT_EQ(alert.query, "Incident");
  EXPECT_TRUE(alert.met("quiet"));
  EXPECT_FALSE(alert.met("firing"));
  const Condition answer = only(R"(http: {url: "http://h/state"})");
  EXPECT_TRUE(answer.met("2xx"));
  EXPECT_FALSE(answer.met("503"));
  const Condition value = only(R"(http: {url: "http://h/state", json: /phase}, is: open)");
  EXPECT_EQ(value.pointer, "/phase");
  EXPECT_TRUE(value.met("open"));
  const Condition command = only("command: {exec: [./free]}");
  EXPECT_THAT(command.argv, ElementsAre("./free"));
  EXPECT_TRUE(command.met("exit code 0"));
  EXPECT_FALSE(command.met("exit code 1"));
}

TEST(DecodeConditions, EveryComparison) {
  const auto with = [](const std::string& is) { return only("prometheus: {url: \"http://h\", query: up}, is: " + is); };
  EXPECT_TRUE(with("5").met("5.0")) << "as numbers";
  EXPECT_FALSE(with("5").met("6"));
  EXPECT_TRUE(with("\"< 5\"").met("4"));
  EXPECT_FALSE(with("\"< 5\"").met("5"));
  EXPECT_TRUE(with("\"<=5\"").met("5"));
  EXPECT_TRUE(with("\"> 5\"").met("6"));
  EXPECT_FALSE(with("\"> 5\"").met("nan"));
  EXPECT_TRUE(with("\"!= 5\"").met("6"));
  EXPECT_FALSE(with("\"!= busy\"").met("busy"));
  EXPECT_FALSE(with("\"< 5\"").met("little")) << "what is no number is not less than one";
  EXPECT_EQ(with("\"<=5\"").is(), "<= 5");
}

TEST(DecodeConditions, ASilenceOfExactlyTheseAlerts) {
  const auto with = [](const std::string& text) { return sample({{"phases:\n", "silence: " + text + "\nphases:\n"}}); };
  const Scenario s = accept(with(R"({url: "http://h:9093", matchers: {service: ledger, team: payments}})"));
  ASSERT_TRUE(s.silence);
  EXPECT_EQ(s.silence->url, "http://h:9093");
  EXPECT_THAT(s.silence->matchers, ElementsAre(std::pair("service", "ledger"), std::pair("team", "payments")));
  EXPECT_FALSE(accept(sample({})).silence);
  EXPECT_THAT(problems(with(R"({url: "http://h:9093", matchers: {}})")), Not(IsEmpty())) << "it would silence everything";
  EXPECT_THAT(problems(with(R"({url: "http://h:9093"})")), Contains(HasSubstr("matchers")));
}

TEST(DecodeConditions, WhoNeedsThem) {
  const Scenario s = accept(sample({{"phases:\n",
                                     "conditions: {calm: {http: {url: \"http://h\"}}, free: {command: {exec: [a]}}}\nstop_when: "
                                     "[{condition: calm}]\nphases:\n"}}));
  EXPECT_EQ(s.conditions.size(), 2U);
  ASSERT_EQ(s.stop_when.size(), 1U);
  EXPECT_EQ(s.stop_when[0].condition, ConditionId(0));
  EXPECT_EQ(s.fault_conditions.size(), s.faults.size());
}

TEST(DecodeConditions, AfterScalingOnlyTheProbeIsWaitedFor) {
  const std::string steps =
      "conditions: {calm: {http: {url: \"http://h\"}}}\nphases:\n  - {name: grow, load: {closed: {users: 8}}, steps: {replicas: "
      "[1, 2, 4], "
      "each: 5s, scale: {command: [scale, \"{replicas}\"]}, ready: {probe: door, conditions: [calm]}}}\n";
  EXPECT_THAT(problems(sample({{"phases:\n", steps}})), Contains(HasSubstr("after scaling only the probe is waited for")));
}

TEST(DecodeConditions, WhatSaysTooLittleOrTooMuch) {
  EXPECT_THAT(problems(conditions("{calm: {prometheus: {url: \"http://h\", query: up}}}")),
              Contains(HasSubstr("condition `calm` does not say what its value must be")));
  EXPECT_THAT(problems(conditions("{calm: {alertmanager: {url: \"http://h\", alert: A}, is: loud}}")),
              Contains(HasSubstr("an alert is `quiet` or `firing`, not `loud`")));
  EXPECT_THAT(problems(conditions("{calm: {is: 1}}")), Contains(HasSubstr("exactly one of")));
  EXPECT_THAT(problems(conditions("{calm: {command: {exec: [a]}, is: 1}}")), Contains(HasSubstr("exclude each other")));
  EXPECT_THAT(problems(sample({{"phases:\n", "stop_when: [{condition: calm}]\nphases:\n"}})),
              Contains(HasSubstr("there is no condition called `calm`")));
  EXPECT_THAT(problems(sample({{"phases:\n", "stop_when: [{when: \"> 5%\"}]\nphases:\n"}})),
              Contains(HasSubstr("exactly one of")));
}

}  // namespace
}  // namespace shakedown::test
