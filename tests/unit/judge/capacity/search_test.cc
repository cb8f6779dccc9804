// A capacity search: the order of its steps, what each step shows, and the interval and verdict that are left.
#include "controller/judge/capacity/search.h"

#include <gtest/gtest.h>

#include <cmath>

#include "controller/judge/chance.h"
#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::Drill;
using Kind = SearchOrder::Kind;

Search plain_search() {
  Search search;
  search.phase = PhaseId(0);
  search.from = Rate{100};
  search.to = Rate{10000};
  search.window = std::chrono::seconds(10);
  search.windows = 2;
  search.confirm = std::chrono::seconds(20);
  search.resolution = Share{0.05};
  return search;
}

ScoredSearchStep answer(const SearchOrder& order, double holds_up_to, double breaches_from) {
  ScoredSearchStep step;
  step.rate = order.rate;
  step.confirmation = order.kind == Kind::confirm;
  step.outcome = order.rate <= holds_up_to     ? StepOutcome::holds
                 : order.rate >= breaches_from ? StepOutcome::breaches
                                               : StepOutcome::undecided;
  return step;
}

// Follows the orders on a service that holds up to one rate and breaches from another.
std::vector<ScoredSearchStep> follow(const Search& search, double holds_up_to, double breaches_from) {
  std::vector<ScoredSearchStep> steps;
  while (steps.size() < 100) {
    const SearchOrder order = next_search_order(search, steps);
    if (order.kind == Kind::done) return steps;
    EXPECT_GE(order.rate, search.from.per_second);
    EXPECT_LE(order.rate, search.to.per_second);
    steps.push_back(answer(order, holds_up_to, breaches_from));
  }
  ADD_FAILURE() << "the search does not end";
  return steps;
}

TEST(SearchOrder, DoublesThenHalvesThenConfirms) {
  const Search search = plain_search();
  const auto steps = follow(search, 730, 730.0001);
  std::vector<double> rates;
  for (const auto& step : steps) rates.push_back(step.rate);
  const std::vector<double> first(rates.begin(), rates.begin() + 5);
  EXPECT_EQ(first, (std::vector<double>{100, 200, 400, 800, 600}));
  EXPECT_TRUE(steps.back().confirmation);
  EXPECT_EQ(steps.back().outcome, StepOutcome::holds);
  const double lower = steps.back().rate;
  double upper = INFINITY;
  for (const auto& step : steps) upper = step.outcome == StepOutcome::breaches ? std::min(upper, step.rate) : upper;
  EXPECT_LE(lower, 730);
  EXPECT_GT(upper, 730);
  EXPECT_LE((upper - lower) / upper, 0.05);
}

TEST(SearchOrder, NarrowsBothSidesOfWhatStaysUndecided) {
  const auto steps = follow(plain_search(), 700, 790);
  double undecided_to = 0, upper = INFINITY, lower = 0, undecided_from = INFINITY;
  for (const auto& step : steps) {
    if (step.outcome == StepOutcome::breaches) upper = std::min(upper, step.rate);
    if (step.outcome == StepOutcome::holds) lower = std::max(lower, step.rate);
    if (step.outcome != StepOutcome::undecided) continue;
    undecided_to = std::max(undecided_to, step.rate);
    undecided_from = std::min(undecided_from, step.rate);
  }
  EXPECT_LE((upper - undecided_to) / upper, 0.05);
  EXPECT_LE((undecided_from - lower) / undecided_from, 0.05);
  EXPECT_TRUE(steps.back().confirmation);
}

TEST(SearchOrder, EveryCapacityOfAWholeRangeIsBracketedAndTheSearchEnds) {
  const Search search = plain_search();
  for (double truth = 100; truth < 10000; truth *= 1.07) {
    const auto steps = follow(search, truth, truth * 1.0001);
    ASSERT_FALSE(steps.empty());
    EXPECT_LE(steps.size(), 22U) << truth;
    EXPECT_EQ(steps.back().outcome, StepOutcome::holds) << truth;
  }
}

TEST(SearchOrder, SaysInfeasibleAtTheLowestRate) {
  const Search search = plain_search();
  const auto steps = follow(search, 50, 60);
  ASSERT_EQ(steps.size(), 1U);
  EXPECT_NE(next_search_order(search, steps).reason.find("infeasible"), std::string::npos);
}

TEST(SearchOrder, StopsAtTheHighestRate) {
  const Search search = plain_search();
  const auto steps = follow(search, 1e9, 1e9);
  EXPECT_EQ(steps.back().rate, 10000);
  EXPECT_TRUE(steps.back().confirmation);
  EXPECT_NE(next_search_order(search, steps).reason.find("highest rate"), std::string::npos);
}

TEST(SearchOrder, RepeatsAnInvalidStepOnceAndThenEnds) {
  const Search search = plain_search();
  std::vector<ScoredSearchStep> steps = {answer({Kind::step, 100, ""}, 1e9, 1e9)};
  ScoredSearchStep invalid;
  invalid.rate = 200;
  invalid.outcome = StepOutcome::invalid;
  invalid.reason = "the harness itself lost arrivals";
  steps.push_back(invalid);
  EXPECT_EQ(next_search_order(search, steps).rate, 200);
  steps.push_back(invalid);
  const SearchOrder end = next_search_order(search, steps);
  EXPECT_EQ(end.kind, Kind::done);
  EXPECT_NE(end.reason.find("twice invalid"), std::string::npos);
  EXPECT_NE(end.reason.find("lost arrivals"), std::string::npos);
}

TEST(SearchOrder, AConfirmationThatFailsIsTriedLower) {
  const Search search = plain_search();
  std::vector<ScoredSearchStep> steps = follow(search, 730, 731);
  steps.back().outcome = StepOutcome::breaches;
  const SearchOrder again = next_search_order(search, steps);
  EXPECT_EQ(again.kind, Kind::confirm);
  EXPECT_EQ(again.rate, 700) << "which a step has shown, and within the resolution";
  steps.push_back(answer(again, 690, 691));
  const SearchOrder lower = next_search_order(search, steps);
  EXPECT_EQ(lower.kind, Kind::step) << "600 is all that has been shown below";
  EXPECT_NEAR(lower.rate, 700 * 0.95, 1e-9);
  steps.push_back(answer(lower, 690, 691));
  EXPECT_EQ(next_search_order(search, steps).kind, Kind::confirm);
  EXPECT_EQ(next_search_order(search, steps).rate, lower.rate);
  steps.push_back(answer(next_search_order(search, steps), 690, 691));
  EXPECT_EQ(next_search_order(search, steps).kind, Kind::done);
}

// A drill with one search over [100/s, 1600/s] that holds p99 <= 20 ms.
struct Searched {
  Drill drill;
  PhaseId phase;
  uint32_t step = 0;
  double now = 0;

  Searched() {
    phase = drill.add_phase("limit", 600, 100, false);
    LatencySli sli;
    sli.operation = OperationId(0);
    drill.require("PE-1", sli, Comparison::at_most, 0.020);
    drill.require("SC-1", CapacitySli{phase}, Comparison::at_least, 300);
    Search search = plain_search();
    search.hold = {RequirementId(0)};
    search.to = Rate{1600};
    drill.scenario.searches.push_back(search);
    drill.scenario.phases[phase.value].most_stages = 100;
  }

  // A step of whole windows with this share of slow answers.
  Searched& at(double rate, double slow, uint32_t windows = 1, StageRole role = StageRole::window) {
    const double length = role == StageRole::confirmation ? 20 : 10;
    for (uint32_t i = 0; i < windows; ++i) {
      const StageId stage = drill.level(phase, role, rate, step, i, now, length);
      const auto all = static_cast<uint64_t>(rate), bad = static_cast<uint64_t>(rate * slow + 0.5);
      const auto from = static_cast<int64_t>(now), to = static_cast<int64_t>(now + length);
      drill.load(stage, from, to, all - bad, 0, 0.005).load(stage, from, to, bad, 0, 0.050);
      now += length;
    }
    ++step;
    return *this;
  }
  ScoredSearch result() const { return drill.judge().searches.at(0); }
};

TEST(SearchJudged, TheIntervalAndWhatLimits) {
  Searched s;
  s.at(100, 0).at(200, 0).at(400, 0).at(800, 0.5).at(600, 0.5).at(500, 0.5).at(450, 0.5).at(425, 0.5).at(412, 0.5);
  s.at(400, 0, 1, StageRole::confirmation);
  const ScoredSearch found = s.result();
  EXPECT_EQ(found.lower, 400);
  EXPECT_EQ(found.upper, 412);
  EXPECT_TRUE(found.confirmed);
  EXPECT_EQ(found.limiting, RequirementId(0));
  EXPECT_EQ(found.trouble, "");
  const Verdict verdict = s.drill.verdict(1);
  EXPECT_EQ(verdict.state, VerdictState::pass);
  EXPECT_EQ(verdict.supportable, 400);
  EXPECT_NE(verdict.reason.find("PE-1"), std::string::npos);
  s.drill.requirement(1).objective.limit = 420;
  EXPECT_EQ(s.drill.verdict(1).state, VerdictState::fail);
  s.drill.requirement(1).objective.limit = 405;
  EXPECT_EQ(s.drill.verdict(1).state, VerdictState::not_proven);
}

// Latency counts a failed request as one that took for ever: it breaches too, and is not what gives way.
TEST(TruthSearch, WhereRequestsFailTheirShareGivesWayAndNotTheirLatency) {
  Searched s;
  s.drill.require("AV-1", AvailabilitySli{}, Comparison::at_least, 0.99);
  s.drill.scenario.searches[0].hold.push_back(RequirementId(2));
  const auto step = [&](double rate, double refused, StageRole role) {
    const double length = role == StageRole::confirmation ? 20 : 10;
    const StageId stage = s.drill.level(s.phase, role, rate, s.step++, 0, s.now, length);
    const auto all = static_cast<uint64_t>(rate), bad = static_cast<uint64_t>(rate * refused);
    s.drill.load(stage, static_cast<int64_t>(s.now), static_cast<int64_t>(s.now + length), all - bad, bad, 0.005);
    s.now += length;
  };
  for (const double rate : {100., 200., 400.}) step(rate, 0, StageRole::window);
  for (const double rate : {800., 600., 500., 450., 425., 412.}) step(rate, 0.5, StageRole::window);
  step(400, 0, StageRole::confirmation);
  ASSERT_TRUE(s.result().upper.has_value()) << s.result().trouble;
  EXPECT_EQ(s.result().limiting, RequirementId(2));
}

TEST(SearchJudged, WithoutItsConfirmationNothingPasses) {
  Searched s;
  s.at(100, 0).at(200, 0).at(400, 0).at(800, 0.5);
  EXPECT_EQ(s.drill.verdict(1).state, VerdictState::not_proven);
  EXPECT_NE(s.result().ended.find("ended before"), std::string::npos);
}

TEST(TruthSearch, ACapacityRowIsJudgedAtNoLessThanItsOwnConfidence) {
  Searched s;
  s.drill.requirement(0).confidence = 0.7;
  s.drill.requirement(1).objective.limit = 100;
  s.drill.scenario.searches[0].confirm = {};
  s.at(100, 0.002).at(200, 0.5).at(150, 0.5).at(125, 0.5).at(112, 0.5).at(106, 0.5).at(103, 0.5);
  s.drill.requirement(1).confidence = 0.7;
  ASSERT_EQ(s.drill.verdict(1).state, VerdictState::pass) << s.drill.verdict(1).reason;
  EXPECT_DOUBLE_EQ(s.result().confidence, 0.7);
  s.drill.requirement(1).confidence = 0.9999;
  EXPECT_NE(s.drill.verdict(1).state, VerdictState::pass) << s.drill.verdict(1).reason;
  EXPECT_DOUBLE_EQ(s.result().confidence, 0.9999);
}

TEST(SearchJudged, AStepIsUndecidedOnlyAfterItsLastWindow) {
  Searched s;
  s.at(100, 0.01, 1);
  EXPECT_EQ(judge_search_step(s.drill.scenario.searches[0], 0, s.drill.timeline(), s.drill.manifest).outcome, StepOutcome::open);
  Searched both;
  both.at(100, 0.01, 2);
  EXPECT_EQ(both.result().steps.at(0).outcome, StepOutcome::undecided);
}

TEST(SearchJudged, OurOwnLossesMakeAStepInvalid) {
  Searched s;
  const StageId stage = s.drill.level(s.phase, StageRole::window, 100, 0, 0, 0, 10);
  s.drill.load(stage, 0, 10, 90);
  for (int64_t second = 0; second < 10; ++second) s.drill.outcome(stage, second, Outcome::client_error, 10);
  const ScoredSearch found = s.result();
  EXPECT_EQ(found.steps.at(0).outcome, StepOutcome::invalid);
  EXPECT_NE(found.steps.at(0).reason.find("harness itself lost"), std::string::npos);
  EXPECT_NE(s.drill.verdict(1).state, VerdictState::pass);
}

TEST(SearchJudged, ItsStepsAreNoPartOfOtherRows) {
  Searched s;
  const PhaseId steady = s.drill.add_phase("steady", 100, 100);
  s.at(100, 0).at(200, 0.9, 2);
  s.drill.load(s.drill.run(steady, s.now), static_cast<int64_t>(s.now), static_cast<int64_t>(s.now) + 100, 100);
  EXPECT_EQ(s.drill.verdict(0).state, VerdictState::pass);
  EXPECT_EQ(s.drill.verdict(0).measured.samples, 10000U);
}

TEST(SearchJudged, HeadroomIsToldAgainstTheForecast) {
  Searched s;
  s.drill.scenario.forecast = Forecast{Rate{320}, "2027-03-01"};
  s.drill.require("SC-2", HeadroomSli{s.phase}, Comparison::at_least, 0.2);
  s.at(100, 0).at(200, 0).at(400, 0).at(800, 0.5).at(600, 0.5).at(500, 0.5).at(450, 0.5).at(425, 0.5).at(412, 0.5);
  s.at(400, 0, 1, StageRole::confirmation);
  const Verdict verdict = s.drill.verdict(2);
  EXPECT_EQ(verdict.state, VerdictState::pass);
  EXPECT_NEAR(*verdict.measured.lower, 0.25, 1e-12);
  EXPECT_NEAR(*verdict.measured.upper, 412.0 / 320 - 1, 1e-12);
  s.drill.manifest.finished = parse_wall("2027-03-02").value();
  EXPECT_EQ(s.drill.verdict(2).state, VerdictState::not_proven) << "the forecast's day is past";
  EXPECT_EQ(s.drill.verdict(2).needed, "a forecast for a day to come");
}

// The chance of the capacity row's fail at >= 420/s, when the step at 412/s has this share of slow answers (1 % is allowed).
double chance_with(double slow_at_412) {
  Searched s;
  s.at(100, 0).at(200, 0).at(400, 0).at(800, 0.5).at(600, 0.5).at(500, 0.5).at(450, 0.5).at(425, 0.5).at(412, slow_at_412);
  s.drill.requirement(1).objective.limit = 420;
  EXPECT_EQ(s.drill.verdict(1).state, VerdictState::fail) << slow_at_412;
  const Timeline timeline = s.drill.timeline();
  return judging::chance_of_fail(s.drill.requirement(1), judging::collect(s.drill.scenario, timeline, s.drill.manifest));
}

TEST(TruthChanceOfASearch, ABreachFarFromChanceDecidesBesideOtherRowsAndANarrowOneDoesNot) {
  EXPECT_LT(chance_with(0.5), 1e-6);
  // 60 of 4120 where 41.2 are allowed, at one of nine steps that may take four looks each: no better than the row's own 5 %.
  EXPECT_NEAR(chance_with(6.0 / 412), 0.05, 1e-9);
}

}  // namespace
}  // namespace shakedown
