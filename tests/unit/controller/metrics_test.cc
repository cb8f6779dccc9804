#include "controller/metrics/publisher.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "controller/metrics/ladder.h"
#include "core/runtime/http/client.h"
#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {
using namespace std::chrono_literals;
using prometheus::ClientMetric;
using prometheus::MetricType;
using testing::Drill;
using Labels = std::map<std::string, std::string>;

MetricFamilies page_of(const Drill& drill, RunTime now) {
  const Timeline timeline = drill.timeline();
  const Scorecard card = drill.judge();
  return metrics_page({timeline, drill.manifest, now, card, WallTime(1700000000s), 0.5});
}

const ClientMetric* find(const MetricFamilies& page, const std::string& name, const Labels& labels) {
  for (const auto& family : page) {
    if (family.name != name) continue;
    for (const ClientMetric& metric : family.metric) {
      Labels has;
      for (const auto& label : metric.label) has[label.name] = label.value;
      if (std::includes(has.begin(), has.end(), labels.begin(), labels.end())) return &metric;
    }
  }
  return nullptr;
}

double value(const MetricFamilies& page, const std::string& name, const Labels& labels = {}) {
  const ClientMetric* metric = find(page, name, labels);
  if (metric == nullptr) {
    ADD_FAILURE() << "no series " << name;
    return NAN;
  }
  return metric->counter.value + metric->gauge.value;
}

std::map<double, uint64_t> buckets(const ClientMetric& metric) {
  std::map<double, uint64_t> out;
  for (const auto& bucket : metric.histogram.bucket) out[bucket.upper_bound] = bucket.cumulative_count;
  return out;
}

Drill loaded_drill() {
  Drill drill;
  drill.manifest.started = WallTime(1700000000s);
  const PhaseId steady = drill.add_phase("steady", 10, 100);
  drill.require("AV", AvailabilitySli{}, Comparison::at_least, 0.99);
  drill.require("PE", LatencySli{OperationId(0), 0.99, {}}, Comparison::at_most, 0.0123);
  const StageId stage = drill.run(steady, 0);
  drill.load(stage, 0, 10, 90, 10, 0.0122);
  drill.outcome(stage, 3, Outcome::ok, 7, 0.01231);
  drill.outcome(stage, 3, Outcome::dropped_by_us, 1);
  return drill;
}

TEST(Metrics, CountsAreThoseOfTheTimeline) {
  const MetricFamilies page = page_of(loaded_drill(), testing::at(5));
  EXPECT_EQ(value(page, "shakedown_offered_total", {{"phase", "steady"}}), 1008);
  const Labels read = {{"phase", "steady"}, {"operation", "read"}};
  const auto outcome = [&](const std::string& name) {
    Labels labels = read;
    labels["outcome"] = name;
    return value(page, "shakedown_outcomes_total", labels);
  };
  EXPECT_EQ(outcome("ok"), 907);
  EXPECT_EQ(outcome("failed"), 100);
  EXPECT_EQ(outcome("dropped_by_us"), 1);
  EXPECT_EQ(outcome("timeout"), 0);
}

TEST(Metrics, ADeclaredLimitIsAnExactBucketAndBadAnswersAreAboveAllBounds) {
  const MetricFamilies page = page_of(loaded_drill(), testing::at(5));
  const ClientMetric* latency = find(page, "shakedown_latency_seconds", {{"phase", "steady"}, {"operation", "read"}});
  ASSERT_NE(latency, nullptr);
  auto bounds = buckets(*latency);
  ASSERT_TRUE(bounds.contains(0.0123)) << "no bucket at the limit";
  EXPECT_EQ(bounds[0.0123], 900U) << "0.01231 s lies in the same fine bucket, yet it is over the limit";
  EXPECT_EQ(bounds[0.01], 0U);
  EXPECT_EQ(bounds[0.02], 907U);
  EXPECT_EQ(bounds.rbegin()->second, 907U);
  EXPECT_EQ(latency->histogram.sample_count, 1007U) << "the judged ones, without what we dropped ourselves";
}

TEST(Metrics, BucketsNeverFall) {
  Drill drill = loaded_drill();
  for (int i = 0; i < 400; ++i) drill.outcome(StageId(0), 4, Outcome::ok, 1, 0.0001 * std::pow(1.035, i));
  const MetricFamilies page = page_of(drill, testing::at(5));
  for (const auto& family : page) {
    if (family.type != MetricType::Histogram) continue;
    for (const ClientMetric& metric : family.metric) {
      uint64_t before = 0;
      double bound = 0;
      for (const auto& bucket : metric.histogram.bucket) {
        EXPECT_GE(bucket.cumulative_count, before) << family.name;
        EXPECT_GT(bucket.upper_bound, bound) << family.name;
        before = bucket.cumulative_count;
        bound = bucket.upper_bound;
      }
      EXPECT_GE(metric.histogram.sample_count, before) << family.name;
    }
  }
}

TEST(Metrics, EverySeriesIsThereFromTheStart) {
  Drill full = loaded_drill();
  const FaultId kill = full.add_kill("kill-ledger", PhaseId(0));
  full.require("DR", RtoSli{kill, {ProbeId(0)}, 1, {}}, Comparison::at_most, 5);
  Drill empty;
  empty.scenario = full.scenario;
  full.inject(kill, StageId(0), 4, 6);
  full.probe(0, 10, {{4, 5}});
  full.health(1, AgentHealth{.cpu_seconds = 0.25});
  const auto series = [](const MetricFamilies& page) {
    std::set<std::string> names;
    for (const auto& family : page) {
      for (const ClientMetric& metric : family.metric) {
        std::string name = family.name;
        for (const auto& label : metric.label) {
          if (!family.name.ends_with("_info")) name += "|" + label.name + "=" + label.value;
        }
        names.insert(name);
      }
    }
    return names;
  };
  const auto before = series(page_of(empty, RunTime{}));
  const auto after = series(page_of(full, testing::at(10)));
  EXPECT_EQ(before, after);
  EXPECT_GT(before.size(), 100U);
}

TEST(Metrics, VerdictStandsBesideValueBoundsAndLimit) {
  const MetricFamilies page = page_of(loaded_drill(), testing::at(10));
  const Labels row = {{"requirement", "AV"}};
  EXPECT_EQ(value(page, "shakedown_requirement_verdict", {{"requirement", "AV"}, {"state", "fail"}}), 1);
  EXPECT_EQ(value(page, "shakedown_requirement_verdict", {{"requirement", "AV"}, {"state", "pass"}}), 0);
  EXPECT_EQ(value(page, "shakedown_requirement_limit_ratio", row), 0.99);
  EXPECT_EQ(value(page, "shakedown_requirement_limit_seconds", {{"requirement", "PE"}}), 0.0123);
  const double measured = value(page, "shakedown_requirement_measured_ratio", row);
  EXPECT_NEAR(measured, 907.0 / 1007, 1e-12);
  EXPECT_LT(value(page, "shakedown_requirement_lower_ratio", row), measured);
  EXPECT_GT(value(page, "shakedown_requirement_upper_ratio", row), measured);
  EXPECT_EQ(value(page, "shakedown_requirement_samples", row), 1007);
  EXPECT_EQ(value(page, "shakedown_requirement_evidence_timestamp_seconds", row), 1700000000);
  EXPECT_TRUE(std::isnan(value(page, "shakedown_requirement_declared_ratio", row)));
}

TEST(Metrics, WithoutEvidenceEverythingIsUnknownAndNothingIsAValue) {
  Drill drill;
  drill.add_phase("steady", 10, 100);
  drill.require("AV", AvailabilitySli{}, Comparison::at_least, 0.99);
  const MetricFamilies page = page_of(drill, RunTime{});
  EXPECT_EQ(value(page, "shakedown_requirement_verdict", {{"requirement", "AV"}, {"state", "unknown"}}), 1);
  EXPECT_EQ(value(page, "shakedown_requirement_verdict", {{"requirement", "AV"}, {"state", "pass"}}), 0);
  EXPECT_TRUE(std::isnan(value(page, "shakedown_requirement_measured_ratio", {{"requirement", "AV"}})));
  EXPECT_EQ(value(page, "shakedown_requirement_evidence_timestamp_seconds", {{"requirement", "AV"}}), 0);
  EXPECT_EQ(value(page, "shakedown_decision", {{"state", "go"}}), 0);
}

TEST(Metrics, AFaultStandsUntilItIsClean) {
  Drill drill = loaded_drill();
  const FaultId kill = drill.add_kill("kill-ledger", PhaseId(0));
  const Labels label = {{"fault", "kill-ledger"}};
  const InjectionId first = drill.inject(kill, StageId(0), 4, -1);
  MetricFamilies page = page_of(drill.writes(0, 3.9), testing::at(5));
  for (const std::string name : {"lost_writes", "undecided_writes", "lower_seconds", "upper_seconds"})
    EXPECT_TRUE(std::isnan(value(page, "shakedown_rpo_" + name, label))) << name << ": nothing was read back";
  EXPECT_EQ(value(page, "shakedown_fault_active", label), 1);
  EXPECT_EQ(value(page, "shakedown_fault_injected_timestamp_seconds", label), 1700000004);
  EXPECT_EQ(value(page_of(drill.fault_event(first, FaultState::leftover, 6), testing::at(7)), "shakedown_fault_active", label),
            1);
  page = page_of(drill.fault_event(first, FaultState::clean, 7), testing::at(8));
  EXPECT_EQ(value(page, "shakedown_fault_active", label), 0);
  EXPECT_EQ(value(page, "shakedown_fault_undone_timestamp_seconds", label), 1700000007);
  EXPECT_EQ(value(page, "shakedown_fault_injections_total", label), 1);
}

TEST(Metrics, WhatTeardownStopsIsNotDown) {
  Drill drill = loaded_drill();
  drill.probe(0, 10, {{6, 20}});
  EXPECT_EQ(value(page_of(drill, testing::at(10)), "shakedown_probe_down"), 1);
  StepEvent teardown;
  teardown.kind = StepEvent::Kind::teardown;
  teardown.started = testing::at(5.9);
  teardown.ended = testing::at(6.5);
  drill.add(teardown);
  EXPECT_EQ(value(page_of(drill, testing::at(10)), "shakedown_probe_down"), 0);
}

TEST(Metrics, TheWaitForAServiceThatStartsIsNotDown) {
  Drill drill;
  const PhaseId steady = drill.add_phase("steady", 10, 100);
  EXPECT_EQ(value(page_of(drill.probe(0, 3, {{0, 20}}), testing::at(3)), "shakedown_probe_down"), 0);
  drill.run(steady, 5);  // what still stands then counts
  EXPECT_EQ(value(page_of(drill.probe(3, 6, {{0, 20}}), testing::at(6)), "shakedown_probe_down"), 1);
}

TEST(Metrics, OutagesRecoveryAndLossesShow) {
  Drill drill;
  const PhaseId crash = drill.add_phase("crash", 20, 10);
  const FaultId kill = drill.add_kill("kill-ledger", crash);
  drill.require("DR-1", RtoSli{kill, {ProbeId(0)}, 1, {}}, Comparison::at_most, 5);
  drill.require("DR-2", RpoSli{kill, LedgerId(0), RpoUnit::writes, 1, {}}, Comparison::at_most, 0);
  const InjectionId injection = drill.inject(kill, drill.run(crash, 0), 5, 8);
  drill.probe(0, 20, {{5, 8}}).writes(0, 4.9).verify(injection, 21, {3, 4, 5});
  const MetricFamilies page = page_of(drill, testing::at(25));
  EXPECT_EQ(value(page, "shakedown_outages", {{"probe", "front-door"}, {"cause", "injected"}}), 1);
  EXPECT_EQ(value(page, "shakedown_outages", {{"probe", "front-door"}, {"cause", "spontaneous"}}), 0);
  EXPECT_NEAR(value(page, "shakedown_repair_upper_seconds", {{"cause", "injected"}}), 3, 0.3);
  EXPECT_NEAR(value(page, "shakedown_rto_upper_seconds", {{"requirement", "DR-1"}, {"fault", "kill-ledger"}}), 3, 0.3);
  EXPECT_EQ(value(page, "shakedown_rpo_lost_writes", {{"ledger", "entries"}, {"fault", "kill-ledger"}}), 3);
}

TEST(Metrics, AgentsAreAddedUpOverTheirLines) {
  Drill drill = loaded_drill();
  drill.scenario.operations[0].limits = {10ms};
  drill.health(0, AgentHealth{.cpu_seconds = 0.25, .outstanding = 4, .worst_lag = 1ms});
  const Scorecard card = drill.judge();
  const auto make = [&] {
    const Timeline timeline = drill.timeline();
    return metrics_page({timeline, drill.manifest, testing::at(5), card, {}, 0});
  };
  EXPECT_EQ(value(make(), "shakedown_agent_cpu_seconds_total", {{"agent", "local"}}), 0.25);
  drill.health(9, AgentHealth{.cpu_seconds = 0.5, .outstanding = 7, .worst_lag = 2ms});
  const MetricFamilies page = make();
  EXPECT_EQ(value(page, "shakedown_agent_cpu_seconds_total", {{"agent", "local"}}), 0.75);
  EXPECT_EQ(value(page, "shakedown_agent_outstanding", {{"agent", "local"}}), 7);
  EXPECT_DOUBLE_EQ(value(page, "shakedown_agent_saturation_ratio", {{"agent", "local"}}), 2);
}

TEST(Metrics, OutcomesOfAnEndedStageAreAwaited) {
  Drill drill;
  const PhaseId steady = drill.add_phase("steady", 10, 100);
  const StageId stage = drill.run(steady, 0);
  drill.load(stage, 0, 10, 10);
  EXPECT_TRUE(outcomes_are_in(drill.timeline(), testing::at(11)));
  drill.offered_only(stage, 9, 1);
  EXPECT_FALSE(outcomes_are_in(drill.timeline(), testing::at(11)));
  EXPECT_TRUE(outcomes_are_in(drill.timeline(), testing::at(75))) << "an answer that never comes is not awaited for ever";
}

TEST(Metrics, TotalsAreTheSumsOfTheSeconds) {
  const Drill drill = loaded_drill();
  const Timeline timeline = drill.timeline();
  std::map<std::pair<StageId, OperationId>, Cell> sums;
  timeline.seconds().each([&](const Slice& slice) {
    Cell& sum = sums[{slice.stage, slice.operation}];
    for (const SecondRow& row : slice.rows()) {
      for (std::size_t i = 0; i < kOutcomes; ++i) sum.counts[i] += row.counts[i];
      sum.over_limit.resize(row.over_limit.size());
      for (std::size_t i = 0; i < row.over_limit.size(); ++i) sum.over_limit[i] += row.over_limit[i];
    }
    sum.latency[0].merge(slice.ok());
  });
  ASSERT_EQ(sums.size(), timeline.totals().size());
  for (const auto& [key, cell] : sums) {
    const Cell& total = timeline.totals().at(key);
    EXPECT_EQ(cell.counts, total.counts);
    EXPECT_EQ(cell.over_limit, total.over_limit);
    EXPECT_EQ(cell.latency[0], total.latency[0]);
  }
}

TEST(Ladder, ABoundThatIsCutCountsAbove) {
  const Ladder ladder({1024ns, 10ms});
  LadderSum sum(ladder);
  SparseHistogram values;
  values.add(1024ns);
  values.add(1025ns);
  values.add(9999us);
  values.add(20ms);
  sum.add(values);
  const MetricHistogram out = sum.histogram();
  EXPECT_EQ(out.bucket[0].cumulative_count, 1U);
  EXPECT_EQ(out.bucket[1].cumulative_count, 2U) << "10 ms cuts the bucket of 9.999 ms";
  EXPECT_EQ(out.sample_count, 4U);
}

TEST(RunMetrics, WhileTheRunGoesOnNothingIsDecided) {
  Drill drill = loaded_drill();
  drill.requirement(0).objective.limit = 0.5;
  drill.requirement(1).must = false;
  drill.manifest.state = RunState::running;
  auto metrics = RunMetrics::serve("127.0.0.1:0");
  ASSERT_TRUE(metrics) << metrics.error().text();
  const auto page = [&] {
    const HttpCall call{.url = "http://" + metrics.value()->bound_address() + "/metrics"};
    const auto reply = http_fetch(call);
    return reply ? reply.value().body : reply.error().text();
  };
  const auto has = [](const std::string& text, const std::string& line) { return text.find(line + "\n") != text.npos; };
  const Timeline timeline = drill.timeline();
  metrics.value()->each_second(timeline, drill.manifest, testing::at(10));
  std::string text = page();
  EXPECT_TRUE(has(text, "shakedown_decision{state=\"not-proven\"} 1")) << text;
  EXPECT_TRUE(has(text, "shakedown_requirement_verdict{requirement=\"AV\",state=\"pass\"} 1"));
  EXPECT_TRUE(has(text, "shakedown_run_state{state=\"running\"} 1"));
  drill.manifest.state = RunState::completed;
  drill.manifest.finished = WallTime(1700000020s);
  metrics.value()->finish(timeline, drill.judge());
  text = page();
  EXPECT_TRUE(has(text, "shakedown_decision{state=\"go\"} 1")) << text;
  EXPECT_TRUE(has(text, "shakedown_judged_timestamp_seconds 1700000020"));
}

// A judgement may be as slow as it likes: the run loop only hands over a copy, and shows the last one that is ready.
TEST(TruthScale, TheRunningDrillIsJudgedBesideTheRunLoop) {
  Drill drill = loaded_drill();
  LiveJudge judge;
  EXPECT_TRUE(judge.idle());
  EXPECT_EQ(judge.latest(), nullptr);
  {
    const Timeline timeline = drill.timeline();
    judge.judge(timeline, drill.manifest);
  }
  judge.await_idle();
  const std::shared_ptr<const Judgement> first = judge.latest();
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first->card.decision, DecisionState::not_proven);
  const Scorecard now = drill.judge();
  ASSERT_EQ(first->card.requirements.size(), now.requirements.size());
  for (std::size_t i = 0; i < now.requirements.size(); ++i) {
    EXPECT_EQ(first->card.requirements[i].verdict.state, now.requirements[i].verdict.state);
  }
  judge.judge(drill.timeline(), drill.manifest);
  judge.await_idle();
  EXPECT_NE(judge.latest(), first) << "and the one that is shown stays as it is";
}

TEST(TruthScale, AJudgementUnderWayIsAwaitedAtTheEnd) {
  Drill drill = loaded_drill();
  LiveJudge judge;
  judge.judge(drill.timeline(), drill.manifest);
}

TEST(RunMetrics, AnotherJudgementIsAskedForAfterTenSeconds) {
  Drill drill = loaded_drill();
  auto metrics = RunMetrics::serve("127.0.0.1:0");
  ASSERT_TRUE(metrics) << metrics.error().text();
  const auto verdict = [&](const Timeline& timeline, double now) {
    metrics.value()->each_second(timeline, drill.manifest, testing::at(now));
    const auto reply = http_fetch({.url = "http://" + metrics.value()->bound_address() + "/metrics"});
    const std::string text = reply ? reply.value().body : "";
    return text.find("shakedown_requirement_verdict{requirement=\"AV\",state=\"unknown\"} 1") == text.npos;
  };
  const Timeline nothing(drill.scenario), timeline = drill.timeline();
  EXPECT_FALSE(verdict(nothing, 0));
  EXPECT_FALSE(verdict(timeline, 9)) << "not yet";
  EXPECT_FALSE(verdict(timeline, 75)) << "asked, and shown when it is there";
  metrics.value()->await_judgement();
  EXPECT_TRUE(verdict(timeline, 76));
}

TEST(MetricsServer, StaysOnThisHost) {
  for (const std::string address : {"9464", ":9464", "", "127.0.0.1", "127.0.0.1:99999", "127.0.0.1:x"}) {
    const auto server = MetricsServer::listen(address);
    ASSERT_FALSE(server) << address;
    EXPECT_EQ(server.error().kind, ErrorKind::usage) << address;
  }
  for (const std::string address : {"0.0.0.0:9464", "[::]:9464", "example.com:9464", "192.0.2.1:0", "*:0"}) {
    const auto server = MetricsServer::listen(address);
    ASSERT_FALSE(server) << address;
    EXPECT_EQ(server.error().kind, ErrorKind::refused) << address;
    EXPECT_NE(server.error().text().find("password"), std::string::npos) << "the reason is said";
  }
  EXPECT_TRUE(MetricsServer::listen("localhost:0"));
}

TEST(MetricsServer, ATakenPortIsSaid) {
  const auto first = MetricsServer::listen("127.0.0.1:0");
  ASSERT_TRUE(first);
  const auto second = MetricsServer::listen(first.value()->bound_address());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::unavailable);
}

}  // namespace
}  // namespace shakedown
