// What answers in place of a Prometheus: right, wrong, or not at all. Everything that is not an answer is a problem.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <mutex>

#include "controller/readings/collect.h"
#include "controller/readings/source.h"
#include "core/base/clock.h"
#include "tests/component/load/rig/server.h"
#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using ::testing::Contains;
using testing::Drill;
using ::testing::HasSubstr;
using ::testing::Not;

// Answers every request with one body and remembers the requests.
class Fake {
 public:
  explicit Fake(std::string body, int status = 200)
      : server_([this, body = std::move(body), status](Peer& peer) {
          while (auto request = peer.request()) {
            const std::lock_guard lock(mutex_);
            seen_.push_back(*request);
            peer.answer(status, body);
          }
        }) {}
  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_.port()); }
  std::vector<std::string> seen() {
    const std::lock_guard lock(mutex_);
    return seen_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> seen_;
  TestServer server_;
};

std::string data(const std::string& type, const std::string& result) {
  return R"({"status":"success","data":{"resultType":")" + type + R"(","result":)" + result + "}}";
}

TEST(PrometheusApi, ReadsVectorScalarAndMatrix) {
  Fake vector(data("vector", R"([{"metric":{"b":"2","__name__":"x"},"value":[1700000000.5,"0.25"]}])"));
  const auto one = PrometheusApi(vector.url(), "").instant("x[1m]", WallTime(std::chrono::milliseconds(1700000001250)));
  ASSERT_TRUE(one) << one.error().text();
  EXPECT_EQ(one.value()[0].labels, R"({__name__="x",b="2"})");
  EXPECT_EQ(one.value()[0].samples[0].at, WallTime(std::chrono::milliseconds(1700000000500)));
  EXPECT_EQ(one.value()[0].samples[0].value, 0.25);
  EXPECT_THAT(vector.seen()[0], HasSubstr("GET /api/v1/query?query=x%5B1m%5D&time=1700000001.250 "));
  Fake scalar(data("scalar", R"([1700000000,"NaN"])"));
  EXPECT_TRUE(std::isnan(PrometheusApi(scalar.url(), "").instant("1", WallTime{}).value()[0].samples[0].value));
  Fake matrix(data("matrix", R"([{"metric":{},"values":[[1,"1"],[2,"+Inf"]]}])"));
  const auto two = PrometheusApi(matrix.url(), "").range("x", WallTime{}, WallTime{}, std::chrono::seconds(1));
  EXPECT_TRUE(std::isinf(two.value()[0].samples[1].value));
  EXPECT_EQ(two.value()[0].labels, "");
}

TEST(PrometheusApi, NonsenseIsAnError) {
  for (const std::string& body :
       {std::string(""), std::string("<html>"), std::string("[]"), std::string(R"({"status":"error"})"),
        std::string(R"({"status":1,"data":{}})"), std::string(R"({"status":"success","data":5})"), data("vector", "5"),
        data("vector", "[5]"), data("vector", R"([{"value":[1]}])"), data("vector", R"([{"value":[1,"x"]}])"),
        data("vector", R"([{"value":["1","1"]}])"), data("scalar", "null"),
        std::string(R"({"status":"success","data":{"resultType":7,"result":7}})")}) {
    Fake fake(body);
    EXPECT_FALSE(PrometheusApi(fake.url(), "").instant("x", WallTime{})) << body;
    EXPECT_FALSE(PrometheusApi(fake.url(), "").retention()) << body;
  }
}

TEST(PrometheusApi, TheSourcesOwnErrorIsToldAndTheTokenIsNot) {
  Fake fake(R"({"status":"error","error":"parse error: unexpected end"})", 400);
  const auto answer = PrometheusApi(fake.url(), "planted-secret").instant("x", WallTime{});
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().text(), HasSubstr("status 400: parse error: unexpected end"));
  EXPECT_THAT(answer.error().text(), Not(HasSubstr("planted-secret")));
  EXPECT_THAT(fake.seen()[0], HasSubstr("Authorization: Bearer planted-secret\r\n"));
}

TEST(PrometheusApi, AlertsOfAnAlertmanager) {
  Fake fake(R"([{"labels":{"alertname":"Down"},"startsAt":"2026-11-23T14:05:09.123Z"}])");
  const auto alerts = PrometheusApi(fake.url(), "").alerts("Down");
  ASSERT_TRUE(alerts) << alerts.error().text();
  EXPECT_EQ(alerts.value()[0].samples[0].at, parse_wall("2026-11-23T14:05:09Z").value());
  EXPECT_THAT(fake.seen()[0], HasSubstr("/api/v2/alerts?filter=alertname%3D%22Down%22 "));
  Fake odd(R"([{"startsAt":"yesterday"}])");
  EXPECT_FALSE(PrometheusApi(odd.url(), "").alerts("Down"));
}

TEST(Secrets, FromEnvironmentAndFileOrAProblem) {
  Drill drill;
  ::setenv("EVIDENCE_TEST_TOKEN", "abc", 1);  // NOLINT(concurrency-mt-unsafe)
  drill.scenario.secrets = {{"a", {SecretSource::Kind::env, "EVIDENCE_TEST_TOKEN"}},
                            {"b", {SecretSource::Kind::env, "EVIDENCE_TEST_NONE"}},
                            {"c", {SecretSource::Kind::file, "/nowhere/at/all"}}};
  EXPECT_EQ(resolve_secret(drill.scenario, "a").value(), "abc");
  EXPECT_THAT(resolve_secret(drill.scenario, "b").error().text(), HasSubstr("EVIDENCE_TEST_NONE is not set"));
  EXPECT_THAT(resolve_secret(drill.scenario, "c").error().text(), HasSubstr("/nowhere/at/all cannot be read"));
}

// A run of 10 s that is just over, with one row that is reported.
Drill watched(const std::string& url) {
  Drill drill;
  drill.require("AV-1", AvailabilitySli{}, Comparison::at_least, 0.99);
  Reported reported;
  reported.value = {url, "q[$window]", ""};
  reported.count = "n[$window]";
  reported.alert = "Down";
  drill.requirement(0).reported = reported;
  const StageId stage = drill.run(drill.add_phase("steady", 10, 100), 0);
  drill.load(stage, 0, 10, 100);
  drill.manifest.started = system_clock().wall() - std::chrono::seconds(15);
  return drill;
}

// The run was over ten minutes ago by its own count; by the wall clock it has not begun yet.
TEST(Collect, AWallClockThatWasSetBackAnHourIsNotWaitedFor) {
  Fake fake(data("vector", R"([{"metric":{"__name__":"q"},"value":[1700000000,"0.5"]}])"));
  Drill drill = watched(fake.url());
  drill.manifest.started = system_clock().wall() + std::chrono::hours(1);
  drill.manifest.finished = drill.manifest.started + std::chrono::minutes(10);
  const std::vector<Reading> readings = collect(drill.scenario, drill.timeline(), drill.manifest);
  ASSERT_GE(readings.size(), 4U);
  EXPECT_EQ(readings[0].series[0].samples[0].value, 0.5);
}

TEST(Collect, AsksForExactlyTheWindow) {
  Fake fake(data("vector", R"([{"metric":{},"value":[1700000000,"0.5"]}])"));
  const Drill drill = watched(fake.url());
  const Timeline timeline = drill.timeline();
  const std::vector<Reading> readings = collect(drill.scenario, timeline, drill.manifest);
  ASSERT_GE(readings.size(), 4U);
  EXPECT_EQ(readings[0].kind, Reading::Kind::reported_value);
  EXPECT_EQ(readings[0].query, "q[10s]");
  EXPECT_EQ(readings[0].from, testing::at(0));
  EXPECT_EQ(readings[0].to, testing::at(10));
  EXPECT_EQ(readings[0].series[0].samples[0].value, 0.5);
  EXPECT_EQ(readings[1].kind, Reading::Kind::reported_count);
  EXPECT_EQ(readings[1].query, "n[10s]");
  EXPECT_EQ(readings[2].kind, Reading::Kind::reported_series);
  EXPECT_EQ((readings[0].to - readings[2].from) % readings[2].step, Duration::zero());
  const auto end = std::chrono::duration_cast<std::chrono::milliseconds>(
      (drill.manifest.started + std::chrono::seconds(10)).time_since_epoch());
  EXPECT_THAT(fake.seen(), Contains(HasSubstr("time=" + std::to_string(end.count() / 1000) + ".")));
}

TEST(Collect, EveryTroubleIsAProblemAndNoAnswer) {
  const std::string nobody = "http://127.0.0.1:" + std::to_string(free_port());
  for (const bool secret : {false, true}) {
    Drill drill = watched(nobody);
    if (secret) drill.requirement(0).reported->value.token = "none";
    const Timeline timeline = drill.timeline();
    const std::vector<Reading> readings = collect(drill.scenario, timeline, drill.manifest);
    ASSERT_FALSE(readings.empty());
    for (const Reading& r : readings) {
      EXPECT_NE(r.problem, "");
      EXPECT_TRUE(r.series.empty());
    }
  }
}

TEST(Collect, SkippedAsksNobody) {
  Fake fake(data("vector", "[]"));
  const Drill drill = watched(fake.url());
  const Timeline timeline = drill.timeline();
  std::stop_source stop;
  stop.request_stop();
  const std::vector<Reading> readings = collect(drill.scenario, timeline, drill.manifest, stop.get_token());
  ASSERT_EQ(readings.size(), 1U);
  EXPECT_EQ(readings[0].problem, "reading was skipped");
  EXPECT_TRUE(fake.seen().empty());
}

TEST(Collect, WaitsForAnAlertNoLongerThanIsPromised) {
  Fake fake(data("matrix", "[]"));
  Drill drill = watched(fake.url());
  drill.requirement(0).reported->alert_within = std::chrono::seconds(8);
  drill.probe(0, 10, {{7, 9}});  // promised by second 15, which is now
  const Timeline timeline = drill.timeline();
  const std::vector<Reading> readings = collect(drill.scenario, timeline, drill.manifest);
  EXPECT_GE(system_clock().wall(), drill.manifest.started + std::chrono::seconds(15));
  EXPECT_EQ(readings.back().kind, Reading::Kind::alert);
  EXPECT_EQ(readings.back().query, "ALERTS{alertname=\"Down\",alertstate=\"firing\"}");
  EXPECT_EQ(readings.back().problem, "");
}

TEST(Collect, NothingOutsideNothingRead) {
  Drill drill = watched("http://nowhere");
  EXPECT_TRUE(reads_outside(drill.scenario));
  drill.requirement(0).reported.reset();
  EXPECT_FALSE(reads_outside(drill.scenario));
  drill.scenario.dependencies.emplace_back();
  EXPECT_FALSE(reads_outside(drill.scenario));
  drill.scenario.dependencies[0].scorecard = "/x";
  EXPECT_TRUE(reads_outside(drill.scenario));
}

}  // namespace
}  // namespace shakedown
