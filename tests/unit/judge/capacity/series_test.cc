// A series of steps: the law read back from levels that follow it, and efficiency judged by it.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::Drill;

constexpr double kGamma = 1000, kAlpha = 0.05, kBeta = 0.001;

double law(double n) { return kGamma * n / (1 + kAlpha * (n - 1) + kBeta * n * (n - 1)); }

struct Stepped {
  Drill drill;
  PhaseId phase;

  explicit Stepped(StepAxis axis = StepAxis::concurrency, std::vector<double> levels = {1, 2, 4, 8, 16, 32, 48}) {
    phase = drill.add_phase("scaling", 70, 0, false);
    StepSeries series;
    series.phase = phase;
    series.axis = axis;
    series.levels = levels;
    drill.scenario.step_series.push_back(series);
    drill.scenario.phases[phase.value].most_stages = 20;
    drill.require("SC-1", EfficiencySli{phase, 16}, Comparison::at_least, 0.4);
    double now = 0;
    for (uint32_t i = 0; i < levels.size(); ++i) {
      const StageId stage = drill.level(phase, StageRole::step, levels[i], i, 0, now, 10);
      const auto from = static_cast<int64_t>(now);
      const auto ok = static_cast<uint64_t>(std::round(law(levels[i])));
      drill.load(stage, from, from + 10, ok, 0, levels[i] / law(levels[i]));
      now += 10;
    }
  }
};

TEST(Series, GivesThePlantedLawBack) {
  const ScoredScaling found = Stepped().drill.judge().scalings.at(0);
  ASSERT_TRUE(found.fitted) << found.problem;
  EXPECT_NEAR(found.gamma.value, kGamma, 1);
  EXPECT_NEAR(found.alpha.value, kAlpha, 1e-3);
  EXPECT_NEAR(found.beta.value, kBeta, 1e-4);
  EXPECT_LE(found.alpha.lower, kAlpha);
  EXPECT_GE(found.alpha.upper, kAlpha);
  ASSERT_TRUE(found.peak_n);
  EXPECT_NEAR(*found.peak_n, std::sqrt((1 - kAlpha) / kBeta), 0.5);
  ASSERT_EQ(found.levels.size(), 7U);
  EXPECT_NEAR(found.levels[4].efficiency, law(16) / (kGamma * 16), 1e-3);
}

TEST(Series, TruthStepsOfWhichALoadAgentWasLostProveNothing) {
  Stepped s;
  s.drill.scenario.phases[s.phase.value].load.emplace().kind = ClosedLoad{1, {}};
  s.drill.add(AgentEvent{AgentEvent::Kind::lost, AgentId(0), at(35), "it left before the run was over: the agent is stopping"});
  const Verdict verdict = s.drill.verdict(0);
  EXPECT_EQ(verdict.state, VerdictState::unknown) << verdict.reason;
  EXPECT_NE(verdict.reason.find("was lost 35"), std::string::npos) << verdict.reason;
}

TEST(Series, EfficiencyIsJudgedByTheLaw) {
  Stepped s;
  const double truth = law(16) / (kGamma * 16);
  const Verdict pass = s.drill.verdict(0);
  EXPECT_EQ(pass.state, VerdictState::pass) << pass.reason;
  EXPECT_NEAR(*pass.measured.value, truth, 1e-3);
  s.drill.requirement(0).objective.limit = truth + 0.05;
  EXPECT_EQ(s.drill.verdict(0).state, VerdictState::fail);
}

// The step at 16 users, with a part of its requests' time our own.
Verdict with_lag_at_16(double share, double limit) {
  Stepped s;
  s.drill.requirement(0).objective.limit = limit;
  for (int64_t second = 40; second < 50; ++second) s.drill.lag(StageId(4), second, share, 16);
  return s.drill.verdict(0);
}

TEST(Series, TruthAStepThatOurOwnLagHeldBackFailsNobody) {
  const double truth = law(16) / (kGamma * 16);
  EXPECT_EQ(with_lag_at_16(0.04, truth + 0.005).state, VerdictState::unknown);
  EXPECT_EQ(with_lag_at_16(0.0001, truth + 0.005).state, VerdictState::fail);
  EXPECT_EQ(with_lag_at_16(0.04, truth + 0.1).state, VerdictState::fail);
  EXPECT_EQ(with_lag_at_16(0.04, truth - 0.1).state, VerdictState::pass);
}

TEST(Series, TruthAStepInWhichWeStoodStillIsNoPointOfTheLaw) {
  Stepped s;
  for (int64_t second = 40; second < 50; ++second) s.drill.lag(StageId(4), second, 0.5, 16);
  const ScoredScaling found = s.drill.judge().scalings.at(0);
  EXPECT_NE(found.levels[4].left_out.find("came late"), std::string::npos) << found.levels[4].left_out;
}

TEST(Series, TooFewStepsGiveNoLawAndNoPass) {
  Stepped s(StepAxis::concurrency, {1, 2, 4});
  EXPECT_FALSE(s.drill.judge().scalings.at(0).fitted);
  EXPECT_FALSE(s.drill.judge().scalings.at(0).problem.empty());
  EXPECT_EQ(s.drill.verdict(0).state, VerdictState::unknown);
}

TEST(Series, OverARateTheNumberInTheSystemIsFoundByLittlesLaw) {
  Stepped s;
  s.drill.scenario.step_series[0].axis = StepAxis::rate;
  const ScoredScaling found = s.drill.judge().scalings.at(0);
  ASSERT_TRUE(found.fitted) << found.problem;
  EXPECT_NEAR(found.levels[3].n, 8, 0.05);
  EXPECT_NEAR(found.alpha.value, kAlpha, 0.01);
}

TEST(TruthSeries, ARateStandsForTheRequestsThatWereInProgressThere) {
  Drill drill;
  StepSeries series;
  series.phase = drill.add_phase("rates", 70, 0, false);
  series.axis = StepAxis::rate;
  drill.scenario.phases[0].most_stages = 20;
  uint32_t step = 0;
  for (const double n : {1, 2, 4, 8, 16, 32}) {
    const double rate = std::round(law(n));
    const int64_t from = 10 * static_cast<int64_t>(step);
    const StageId stage = drill.level(series.phase, StageRole::step, rate, step++, 0, static_cast<double>(from), 10);
    drill.load(stage, from, from + 10, static_cast<uint64_t>(rate), 0, n / law(n));
    series.levels.push_back(rate);
  }
  drill.scenario.step_series.push_back(series);
  drill.require("EF-1", EfficiencySli{series.phase, series.levels[4]}, Comparison::at_least, 0.4);
  const Verdict verdict = drill.verdict(0);
  EXPECT_NEAR(verdict.measured.value.value_or(0), law(16) / (kGamma * 16), 1e-2) << verdict.reason;
  EXPECT_NE(verdict.reason.find("(16 requests in progress)"), std::string::npos) << verdict.reason;
  EXPECT_EQ(verdict.state, VerdictState::pass) << verdict.reason;
  std::get<EfficiencySli>(drill.requirement(0).sli).at = 2 * series.levels[5];
  EXPECT_EQ(drill.verdict(0).state, VerdictState::not_proven);
  EXPECT_NE(drill.verdict(0).needed.find("/s or beyond"), std::string::npos) << drill.verdict(0).needed;
}

TEST(TruthSeries, ARateThatIsNotAnsweredDoesNotCountAsCarried) {
  Stepped s;
  s.drill.scenario.step_series[0].axis = StepAxis::rate;
  s.drill.load(StageId(6), 60, 70, 0, 100);
  const ScoredScaling found = s.drill.judge().scalings.at(0);
  EXPECT_NE(found.levels.at(6).left_out.find("overloaded"), std::string::npos);
  EXPECT_EQ(found.levels.at(5).left_out, "");
}

// An open load of 100/s to each number of replicas.
Drill on_replicas(uint64_t ok, uint64_t bad, double latency) {
  Drill drill;
  StepSeries series;
  series.phase = drill.add_phase("growing", 60, 100, false);
  series.axis = StepAxis::replicas;
  series.levels = {1, 2, 4, 8, 16, 32};
  drill.scenario.step_series.push_back(series);
  drill.scenario.phases[0].most_stages = 20;
  drill.require("SC-1", EfficiencySli{series.phase, 32}, Comparison::at_least, 0.7);
  for (uint32_t i = 0; i < series.levels.size(); ++i) {
    const int64_t from = 10 * static_cast<int64_t>(i);
    const StageId stage = drill.level(series.phase, StageRole::step, series.levels[i], i, 0, static_cast<double>(from), 10);
    drill.load(stage, from, from + 10, ok, bad, latency);
  }
  return drill;
}

TEST(TruthSeries, ALoadThatIsAllAnsweredShowsNoLimitOfTheReplicas) {
  for (const auto& drill : {on_replicas(100, 0, 0.005), on_replicas(100, 0, 1), on_replicas(98, 2, 0.005)}) {
    const Verdict verdict = drill.verdict(0);
    EXPECT_EQ(verdict.state, VerdictState::unknown) << verdict.reason;
    EXPECT_NE(verdict.reason.find("does not saturate"), std::string::npos) << verdict.reason;
  }
  const ScoredScaling busy = on_replicas(60, 40, 1).judge().scalings.at(0);
  EXPECT_EQ(busy.levels.at(0).left_out, "") << "a load that they do not carry does show it";
}

TEST(Series, AStepWithLossesOfOursIsLeftOut) {
  Stepped s;
  s.drill.outcome(StageId(2), 25, Outcome::client_error, 500);
  const ScoredScaling found = s.drill.judge().scalings.at(0);
  EXPECT_EQ(found.levels.at(2).left_out.substr(0, 31), "the harness itself lost 500 of ");
  EXPECT_TRUE(found.fitted);
}

}  // namespace
}  // namespace shakedown
