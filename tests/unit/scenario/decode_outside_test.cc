// What the team reports, and what the service calls.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/scenario/sample.h"

namespace shakedown::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

std::string reported(const std::string& keys, const std::string& sli = "{availability: {}}",
                     const std::string& objective = ">= 99%") {
  return with_requirement(sli, objective, ", reported: {prometheus: \"http://h:9090\", " + keys + "}");
}

std::string dependencies(const std::string& text) {
  return sample({{"phases:\n", "forecast: {rate: 100/s}\ndependencies: " + text + "\nphases:\n"}});
}

TEST(DecodeReported, EveryKey) {
  const std::string keys =
      R"(query: "q[$window]", count: "c[$window]", alert: Down, alertmanager: "http://h:9093", alert_within: 5m, tolerance: "0.1%")";
  const Reported r = *accept(reported(keys)).requirements[0].reported;
  EXPECT_EQ(r.value.prometheus, "http://h:9090");
  EXPECT_EQ(r.value.query, "q[$window]");
  EXPECT_EQ(r.value.token, "");
  EXPECT_EQ(r.count, "c[$window]");
  EXPECT_EQ(r.alert, "Down");
  EXPECT_EQ(r.alertmanager, "http://h:9093");
  EXPECT_EQ(r.alert_within, 5min);
  EXPECT_DOUBLE_EQ(*r.tolerance, 0.001);
}

TEST(DecodeReported, NothingButWhatIsNeeded) {
  const Reported r = *accept(reported("query: up")).requirements[0].reported;
  EXPECT_TRUE(r.count.empty() && r.alert.empty() && r.alertmanager.empty());
  EXPECT_EQ(r.alert_within, Duration::zero());
  EXPECT_FALSE(r.tolerance);
}

TEST(DecodeReported, ToleranceIsInTheUnitOfTheObjective) {
  const auto latency = accept(reported("query: up, tolerance: 5ms", "{latency: {}}", "<= 20ms"));
  EXPECT_DOUBLE_EQ(*latency.requirements[0].reported->tolerance, 0.005);
  EXPECT_THAT(problems(reported("query: up, tolerance: 5ms")), ElementsAre(HasSubstr("`tolerance`: availability is a share")));
}

TEST(DecodeReported, TheTokenIsNamedNotWritten) {
  const std::string text = sample(
      {{"targets:", "secrets: {prom: {env: PROM_TOKEN}}\ntargets:"},
       {R"(objective: ">= 99%")", R"(objective: ">= 99%", reported: {prometheus: "http://h:1", query: up, token: prom})"}});
  EXPECT_EQ(accept(text).requirements[0].reported->value.token, "prom");
}

TEST(DecodeReported, OnlyTheWindowIsReplaced) {
  EXPECT_THAT(problems(reported(R"(query: "x[$windows]")")), ElementsAre(HasSubstr("`$windows` is no known placeholder")));
  EXPECT_THAT(problems(reported(R"(query: "x[${window}]")")), ElementsAre(HasSubstr("`${window}` is no known placeholder")));
  EXPECT_THAT(problems(reported(R"(query: 'x{a=~"5..$"}')")), IsEmpty());
  EXPECT_THAT(problems(reported(R"x(query: 'label_replace(x, "a", "$1-$2", "b", "(.*)-(.*)")')x")), IsEmpty());
}

TEST(DecodeReported, ACountNeedsTheWindow) {
  EXPECT_THAT(problems(reported(R"x(query: up, count: "sum(x)")x")), ElementsAre(HasSubstr("`$window` is missing in a count")));
}

TEST(DecodeReported, OnlyWhatCanBeCompared) {
  EXPECT_THAT(problems(reported("query: up", "{rto: {fault: crash, probe: door}}", "<= 5s")),
              ElementsAre(HasSubstr("`reported` cannot be compared with rto")));
}

TEST(DecodeDependencies, EveryKey) {
  const Scenario s = accept(dependencies(R"(
  ledger: {owner: dba, calls: {service: 2.5, search: 0.1}, capacity: 6000/s, counter: {prometheus: "http://h:9090", query: "n[$window]"},
    commitment: {who: dba, rate: 5000/s, date: "2026-11-01", until: "2027-06-30"}}
  search: {owner: se, calls: {service: 1}, scorecard: ../s/scorecard.json})"));
  ASSERT_EQ(s.dependencies.size(), 2U);
  const Dependency& ledger = s.dependencies[0];
  EXPECT_EQ(ledger.name, "ledger");
  EXPECT_EQ(ledger.owner, "dba");
  ASSERT_EQ(ledger.calls.size(), 2U);
  EXPECT_FALSE(ledger.calls[0].caller.valid());
  EXPECT_DOUBLE_EQ(ledger.calls[0].per_request, 2.5);
  EXPECT_EQ(ledger.calls[1].caller, DependencyId(1));
  EXPECT_DOUBLE_EQ(ledger.capacity->per_second, 6000);
  EXPECT_EQ(ledger.counter->query, "n[$window]");
  EXPECT_EQ(ledger.commitment->who, "dba");
  EXPECT_DOUBLE_EQ(ledger.commitment->rate.per_second, 5000);
  EXPECT_EQ(ledger.commitment->until, "2027-06-30");
  EXPECT_EQ(s.dependencies[1].scorecard, "/srv/s/scorecard.json");
  EXPECT_FALSE(s.dependencies[1].capacity);
}

TEST(DecodeDependencies, ACycleIsAnError) {
  EXPECT_THAT(problems(dependencies("{a: {owner: x, calls: {b: 1}}, b: {owner: x, calls: {service: 1, a: 1}}}")),
              ElementsAre(HasSubstr("a cycle: `a`, called by `b`, called by `a`")));
  EXPECT_THAT(problems(dependencies("{a: {owner: x, calls: {a: 1}}}")), ElementsAre(HasSubstr("a cycle: `a`, called by `a`")));
}

TEST(DecodeDependencies, ADiamondIsNoCycle) {
  EXPECT_THAT(problems(dependencies("{a: {owner: x, calls: {service: 1}}, b: {owner: x, calls: {a: 1}}, "
                                    "c: {owner: x, calls: {a: 1}}, d: {owner: x, calls: {b: 1, c: 1}}}")),
              IsEmpty());
}

TEST(DecodeDependencies, ACycleBehindADiamondIsFound) {
  EXPECT_THAT(problems(dependencies("{a: {owner: x, calls: {d: 1}}, b: {owner: x, calls: {a: 1}}, "
                                    "c: {owner: x, calls: {service: 1}}, d: {owner: x, calls: {c: 1, b: 1}}}")),
              ElementsAre(HasSubstr("a cycle: ")));
}

TEST(DecodeDependencies, DownstreamNeedsAForecast) {
  const std::string row = R"(sli: {downstream: {dependencies: a}}, objective: ">= 20%")";
  const std::string text = sample({{"phases:\n", "dependencies: {a: {owner: x, calls: {service: 1}}}\nphases:\n"},
                                   {R"(sli: {availability: {}}, objective: ">= 99%")", row}});
  EXPECT_THAT(problems(text), ElementsAre(HasSubstr("against a forecast, and there is none")));
}

}  // namespace
}  // namespace shakedown::test
