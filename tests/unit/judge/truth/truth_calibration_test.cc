// What the calibration bench found: verdicts at the edge of their objective that were false far too often.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "controller/judge/faults/delay.h"
#include "controller/measure/bounds/batch_means.h"
#include "controller/report/words/options.h"
#include "core/base/rng.h"
#include "tests/support/draws.h"
#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::Drill;

// A wave of 30 s: an average over 40 s says little of the hours.
std::vector<double> slow_wave(int seconds) {
  std::vector<double> out;
  for (int s = 0; s < seconds; ++s) out.push_back(100 + 20 * std::sin(2 * std::numbers::pi * s / 30.0));
  return out;
}

TEST(TruthOfThroughput, SecondsThatDependOnEachOtherProveNoMean) {
  EXPECT_FALSE(batch_means(slow_wave(40), 0.95)) << "not even one and a half of its waves";
  const auto longer = batch_means(slow_wave(6000), 0.95);
  ASSERT_TRUE(longer);
  EXPECT_LT(longer->lower, 100);
  EXPECT_GT(longer->upper, 100);
}

TEST(TruthOfThroughput, ARateThatDoesNotVaryIsKnownExactly) {
  for (const double rate : {10.0, 0.1, 100.0 / 3}) {
    const auto bounds = batch_means(std::vector<double>(60, rate), 0.95);
    ASSERT_TRUE(bounds) << rate;
    EXPECT_NEAR(bounds->lower, rate, 1e-9 * rate);
    EXPECT_NEAR(bounds->upper, rate, 1e-9 * rate);
  }
}

TEST(TruthOfThroughput, ARowOverSuchSecondsIsNotProven) {
  Drill drill;
  drill.require("R", ThroughputSli{}, Comparison::at_least, 60);
  const StageId stage = drill.run(drill.add_phase("steady", 40, 200), 0);
  int64_t second = 0;
  for (const double rate : slow_wave(40))
    drill.load(stage, second, second + 1, static_cast<uint64_t>(rate), 200 - static_cast<uint64_t>(rate)), ++second;
  const Verdict v = drill.verdict();
  EXPECT_EQ(v.state, VerdictState::not_proven) << v.reason;
  EXPECT_NE(v.needed.find("longer phase"), std::string::npos) << v.needed;
}

TEST(TruthOfThroughput, FewOutagesWidenTheSideOfTheirTail) {
  std::vector<double> values(600, 100);
  for (std::size_t i = 0; i < 5; ++i) values[60 + i] = values[400 + i] = 0;
  const auto bounds = batch_means(values, 0.95);
  ASSERT_TRUE(bounds);
  double mean = 0;
  for (const double v : values) mean += v / 600;
  EXPECT_GT(mean - bounds->lower, bounds->upper - mean);
}

// Answers of 20 ms that vary by 30 %, 50/s; for 5 s of the fault each takes `extra` longer.
Verdict delayed(uint64_t seed, double extra, double limit) {
  Drill drill;
  Rng rng(seed);
  const PhaseId crash = drill.add_phase("crash", 30, 50);
  const FaultId kill = drill.add_kill("kill", crash);
  drill.require("R", ImpactSli{kill, ImpactUnit::delayed_seconds}, Comparison::at_most, limit);
  const StageId stage = drill.run(crash, 0);
  for (int64_t s = 0; s < 30; ++s) {
    for (int i = 0; i < 50; ++i) {
      const double took = std::max(0.001, 0.02 * (1 + 0.3 * normal(rng))) + (s >= 10 && s < 15 ? extra : 0);
      drill.outcome(stage, s, Outcome::ok, 1, took);
    }
  }
  drill.probe(0, 30);
  drill.inject(kill, stage, 10, 15);
  return drill.verdict();
}

TEST(TruthOfImpact, ADelayIsToldNoFinerThanAnswersVaryByThemselves) {
  for (uint64_t seed = 0; seed < 5; ++seed) {
    const double truth = 5 * 50 * 0.01;
    EXPECT_EQ(delayed(seed, 0.01, truth).state, VerdictState::not_proven) << seed;
    EXPECT_EQ(delayed(seed, 0.01, 1.3 * truth).state, VerdictState::pass) << seed;
    EXPECT_EQ(delayed(seed, 0.01, 0.7 * truth).state, VerdictState::fail) << seed;
    const Verdict v = delayed(seed, 0.01, truth);
    EXPECT_LT(*v.measured.lower, truth);
    EXPECT_GT(*v.measured.upper, truth);
  }
}

TEST(TruthOfImpact, TooLittleQuietTimeTellsNoDelay) {
  judging::QuietAnswers quiet;
  for (int64_t s = 0; s < 7; ++s) quiet.add(s, 0.05, 10);
  EXPECT_TRUE(std::isinf(quiet.reach(10, 1, 0.95)));
  quiet.add(7, 0.05, 10);
  EXPECT_NEAR(quiet.reach(10, 1, 0.95), 0, 1e-12);
}

TEST(TruthOfEfficiency, ALevelThatNoStepReachedIsNotProven) {
  Drill drill;
  const PhaseId phase = drill.add_phase("scaling", 70, 0, false);
  StepSeries series;
  series.phase = phase;
  series.levels = {1, 2, 4, 8, 16, 32, 48};
  drill.scenario.step_series.push_back(series);
  drill.scenario.phases[phase.value].most_stages = 20;
  for (const double limit : {0.01, 0.99}) drill.require("R", EfficiencySli{phase, 100}, Comparison::at_least, limit);
  drill.require("R", EfficiencySli{phase, 48}, Comparison::at_least, 0.01);
  int64_t now = 0;
  uint32_t step = 0;
  for (const double n : series.levels) {
    const double rate = 1000 * n / (1 + 0.05 * (n - 1) + 0.001 * n * (n - 1));
    const StageId stage = drill.level(phase, StageRole::step, n, step++, 0, static_cast<double>(now), 10);
    drill.load(stage, now, now + 10, static_cast<uint64_t>(std::round(rate)), 0, n / rate);
    now += 10;
  }
  EXPECT_EQ(drill.verdict(0).state, VerdictState::not_proven);
  EXPECT_EQ(drill.verdict(1).state, VerdictState::not_proven);
  EXPECT_NE(drill.verdict(0).needed.find("a step at 100"), std::string::npos) << drill.verdict(0).needed;
  EXPECT_EQ(drill.verdict(2).state, VerdictState::pass);
}

// Two probes see one outage of 2 s, the second a little later: 150 failures are 150, and all of them are that outage's.
TEST(TruthOfFocus, AnOutageThatTwoProbesSawCountsOnce) {
  Drill drill;
  drill.scenario.probes.push_back(drill.scenario.probes[0]);
  drill.scenario.probes[1].name = "back-door";
  drill.require("R", AvailabilitySli{}, Comparison::at_least, 0.999);
  const StageId stage = drill.run(drill.add_phase("steady", 60, 100), 0);
  drill.load(stage, 0, 20, 100).load(stage, 20, 21, 50, 50).load(stage, 21, 22, 0, 100).load(stage, 22, 60, 100);
  drill.probe(0, 60, {{20.5, 22}}).probe(0, 60, {{21.1, 22.4}}, ProbeId(1));
  const Scorecard card = drill.judge();
  ASSERT_EQ(card.outages.size(), 2U);
  std::string options;
  for (const TradeOff& option : card.requirements[0].options) options += report::option_words(option) + "\n";
  EXPECT_NE(options.find("100 % of the 150 requests"), std::string::npos) << options;
}

}  // namespace
}  // namespace shakedown
