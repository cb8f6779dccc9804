// A capacity that is reported holds the true one: short windows, long queues, confirmations that fail.
#include <gtest/gtest.h>

#include <cmath>
#include <deque>
#include <queue>

#include "controller/judge/capacity/search.h"
#include "controller/judge/capacity/transient.h"
#include "core/base/rng.h"
#include "tests/support/md_c.h"
#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::Drill;
using Kind = SearchOrder::Kind;

Search search_between(double from, double to, int window, int confirm) {
  Search search;
  search.phase = PhaseId(0);
  search.from = Rate{from};
  search.to = Rate{to};
  search.hold = {RequirementId(0)};
  search.window = std::chrono::seconds(window);
  search.windows = 4;
  search.confirm = std::chrono::seconds(confirm);
  search.resolution = Share{0.05};
  return search;
}

// Servers of one fixed time and Poisson arrivals, under a search: each step starts with an empty queue.
class SearchedQueue {
 public:
  SearchedQueue(uint64_t seed, int servers, double service, double limit, const Search& search)
      : rng_(seed), servers_(servers), service_(service) {
    drill_.add_phase("limit", 3600, 100, false);
    std::get<OpenLoad>(drill_.scenario.phases[0].load->kind).arrivals = Arrivals::poisson;
    drill_.scenario.operations[0].timeout = std::chrono::seconds(60);
    LatencySli sli;
    sli.operation = OperationId(0);
    drill_.require("PE-1", sli, Comparison::at_most, limit);
    drill_.require("SC-1", CapacitySli{PhaseId(0)}, Comparison::at_least, 1);
    drill_.scenario.searches.push_back(search);
  }

  ScoredSearch run() {
    std::vector<ScoredSearchStep> steps;
    while (steps.size() < 60) {
      const SearchOrder order = next_search_order(search(), steps);
      if (order.kind == Kind::done) break;
      steps.push_back(step(order));
    }
    return drill_.judge().searches.at(0);
  }

  ScoredSearchStep step(const SearchOrder& order) {
    const bool confirm = order.kind == Kind::confirm;
    std::priority_queue<double, std::vector<double>, std::greater<>> free;
    for (int i = 0; i < servers_; ++i) free.push(now_);
    double arrival = now_;
    ScoredSearchStep found;
    for (uint32_t i = 0; i < (confirm ? 1 : search().windows); ++i) {
      const double end = now_ + seconds(confirm ? search().confirm : search().window);
      const StageId stage = drill_.level(PhaseId(0), confirm ? StageRole::confirmation : StageRole::window, order.rate, number_,
                                         i, now_, end - now_);
      for (; arrival < end; arrival += rng_.exponential() / order.rate) {
        const double begin = std::max(arrival, free.top());
        free.pop();
        free.push(begin + service_);
        drill_.outcome(stage, static_cast<int64_t>(arrival), Outcome::ok, 1, begin + service_ - arrival);
      }
      now_ = end;
      const Timeline timeline = drill_.timeline();
      found = judge_search_step(search(), number_, timeline, drill_.manifest);
      if (found.outcome != StepOutcome::open) break;
    }
    ++number_;
    return found;
  }

  Verdict verdict() const { return drill_.verdict(1); }

 private:
  const Search& search() const { return drill_.scenario.searches[0]; }

  Drill drill_;
  Rng rng_;
  int servers_;
  double service_;
  double now_ = 0;
  uint32_t number_ = 0;
};

TEST(TruthCapacity, AQueueThatFillsUpDoesNotHoldBecauseTheWindowIsShort) {
  SearchedQueue queue(1, 2, 0.02, 2, search_between(50, 400, 8, 20));  // carries 100/s
  const ScoredSearchStep step = queue.step({Kind::step, 125, ""});
  EXPECT_NE(step.outcome, StepOutcome::holds);
  EXPECT_NE(queue.step({Kind::confirm, 125, ""}).outcome, StepOutcome::holds);
}

TEST(TruthCapacity, TheReportedIntervalHoldsTheTruthWhenLimitsAreLongAndWindowsShort) {
  const double truth = testing::capacity_md_c(2, 0.02, 0.99, 2);
  int above = 0, below = 0, confirmed = 0;
  for (uint64_t seed = 0; seed < 8; ++seed) {
    SearchedQueue queue(seed, 2, 0.02, 2, search_between(30 + 2 * static_cast<double>(seed), 400, 8, 20));
    const ScoredSearch found = queue.run();
    above += found.lower && *found.lower > truth ? 1 : 0;
    below += found.upper && *found.upper < truth ? 1 : 0;
    confirmed += found.confirmed ? 1 : 0;
  }
  EXPECT_LE(above, 1) << "of 8, each end at 95 %";
  EXPECT_LE(below, 1);
  EXPECT_GE(confirmed, 6) << "and it is still found";
}

TEST(TruthCapacity, AShortLimitIsFoundAsBefore) {
  const double truth = testing::capacity_md_c(2, 0.02, 0.99, 0.1);
  int wrong = 0, confirmed = 0;
  for (uint64_t seed = 0; seed < 5; ++seed) {
    SearchedQueue queue(100 + seed, 2, 0.02, 0.1, search_between(20 + static_cast<double>(seed), 400, 30, 60));
    const ScoredSearch found = queue.run();
    wrong += (found.lower && *found.lower > truth) || (found.upper && *found.upper < truth) ? 1 : 0;
    confirmed += found.confirmed ? 1 : 0;
  }
  EXPECT_LE(wrong, 1);
  EXPECT_GE(confirmed, 3);
}

TEST(TruthCapacity, WhatAWindowCannotTellIsTakenOff) {
  Search search = search_between(50, 400, 8, 20);
  Drill drill;
  drill.scenario.operations[0].timeout = std::chrono::seconds(10);
  LatencySli sli;
  sli.operation = OperationId(0);
  sli.quantile = 1;
  drill.require("PE-1", sli, Comparison::at_most, 2);
  using std::chrono::seconds;
  EXPECT_NEAR(judging::blind_share(search, seconds(8), drill.scenario), 2.0 / 6, 1e-12) << "W = limit (1 + d) / d";
  EXPECT_NEAR(judging::planned_blind_share(search, drill.scenario), 2.0 / 30, 1e-12);
  search.settle = seconds(2);
  EXPECT_NEAR(judging::blind_share(search, seconds(8), drill.scenario), 2.0 / 8, 1e-12);
  EXPECT_TRUE(std::isinf(judging::blind_share(search, Duration{}, drill.scenario)));
  drill.requirement(0).objective.limit = 0.02;
  EXPECT_EQ(judging::blind_share(search, seconds(20), drill.scenario), 0);
  drill.requirement(0).sli = AvailabilitySli{};
  drill.requirement(0).objective = {Comparison::at_least, 1, ""};
  EXPECT_TRUE(std::isinf(judging::blind_share(search, seconds(8), drill.scenario))) << "failures come with the timeout";
}

TEST(TruthCapacity, WindowsShorterThanTheLimitShowNoCapacityAtAll) {
  SearchedQueue queue(1, 2, 0.02, 40, search_between(50, 60, 8, 20));
  const ScoredSearch found = queue.run();
  EXPECT_FALSE(found.lower);
  EXPECT_FALSE(found.confirmed);
  EXPECT_EQ(queue.verdict().state, VerdictState::not_proven);
  EXPECT_LT(queue.verdict().needed_seconds, 0) << "no date: a longer drill like this would not show it";
}

ScoredSearchStep answer(const SearchOrder& order, double holds_up_to, double confirms_up_to) {
  ScoredSearchStep step;
  step.rate = order.rate;
  step.confirmation = order.kind == Kind::confirm;
  step.outcome = order.rate <= (step.confirmation ? confirms_up_to : holds_up_to) ? StepOutcome::holds : StepOutcome::breaches;
  return step;
}

// A service whose confirmations hold up to less than its steps: the interval stays as narrow as asked for.
TEST(TruthCapacity, AFailedConfirmationIsFollowedByAStepOfItsOwnNotByTheLastOneShown) {
  const Search search = search_between(100, 10000, 10, 20);
  for (const double less : {0.99, 0.96, 0.93}) {
    for (double truth = 110; truth < 10000; truth *= 1.13) {
      std::vector<ScoredSearchStep> steps;
      while (steps.size() < 60) {
        const SearchOrder order = next_search_order(search, steps);
        if (order.kind == Kind::done) break;
        ASSERT_GE(order.rate, 100) << truth;
        steps.push_back(answer(order, truth, truth * less));
      }
      ASSERT_LT(steps.size(), 60U) << "it ends";
      if (!steps.back().confirmation || steps.back().outcome != StepOutcome::holds) continue;
      double upper = INFINITY;
      for (const auto& s : steps) upper = s.outcome == StepOutcome::breaches ? std::min(upper, s.rate) : upper;
      EXPECT_LE((upper - steps.back().rate) / upper, 0.0501) << truth << " " << less;
    }
  }
}

TEST(TruthCapacity, NoRateIsConfirmedByTryingTheSameOneAgain) {
  const Search search = search_between(100, 10000, 10, 20);
  std::vector<ScoredSearchStep> steps;
  while (steps.size() < 60) {
    const SearchOrder order = next_search_order(search, steps);
    if (order.kind == Kind::done) break;
    steps.push_back(answer(order, 103, 50));
  }
  int at_lowest = 0;
  for (const auto& step : steps) at_lowest += step.confirmation && step.rate == 100 ? 1 : 0;
  EXPECT_LE(at_lowest, 1);
}

}  // namespace
}  // namespace shakedown
