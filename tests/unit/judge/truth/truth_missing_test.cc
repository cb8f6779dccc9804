// What we did not send or see is missing data: a pass holds with all of it bad, a fail with all of it good, and only
// between the two the row is unknown. And what nobody asked of the target is not its failure.
#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <tuple>

#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::Drill;

// 30 s at 100/s, down in [10, 13); for `held` arrivals after that our own backoff kept us from sending.
Drill outage_then_backoff(Sli sli, Comparison comparison, double limit, uint64_t held) {
  Drill drill;
  drill.require("R", std::move(sli), comparison, limit);
  const StageId stage = drill.run(drill.add_phase("steady", 30, 100), 0);
  drill.load(stage, 0, 10, 100);
  for (int64_t s = 10; s < 13; ++s) drill.outcome(stage, s, Outcome::refused, 100);
  drill.load(stage, 13, 14, 100 - held).outcome(stage, 13, Outcome::dropped_by_us, held);
  return drill.load(stage, 14, 30, 100);
}

TEST(TruthMissing, OurBackoffDoesNotTurnARealOutageUnknown) {
  for (const uint64_t held : {0, 30, 100}) {
    EXPECT_EQ(outage_then_backoff(AvailabilitySli{}, Comparison::at_least, 0.999, held).verdict().state, VerdictState::fail)
        << held;
    EXPECT_EQ(outage_then_backoff(ErrorRatioSli{}, Comparison::at_most, 0.001, held).verdict().state, VerdictState::fail) << held;
    const Verdict latency = outage_then_backoff(LatencySli{OperationId(0), 0.99, {}}, Comparison::at_most, 0.02, held).verdict();
    EXPECT_EQ(latency.state, VerdictState::fail) << held << latency.reason;
    EXPECT_EQ(
        outage_then_backoff(ErrorRatioSli{{}, std::chrono::seconds(3), {}}, Comparison::at_most, 0.05, held).verdict().state,
        VerdictState::fail)
        << held;
  }
}

TEST(TruthMissing, OurBackoffChangesNoVerdictOfAnOutage) {
  for (const double objective : {0.999, 0.95}) {
    const VerdictState without = outage_then_backoff(AvailabilitySli{}, Comparison::at_least, objective, 0).verdict().state;
    const VerdictState with = outage_then_backoff(AvailabilitySli{}, Comparison::at_least, objective, 40).verdict().state;
    EXPECT_EQ(with, without) << objective;
    EXPECT_NE(with, VerdictState::pass) << objective;
  }
}

// 100 s at 100/s without a failure, `ours` of them lost by us.
Drill with_our_losses(Sli sli, Comparison comparison, double limit, uint64_t ours) {
  Drill drill;
  drill.require("R", std::move(sli), comparison, limit);
  const StageId stage = drill.run(drill.add_phase("steady", 100, 100), 0);
  drill.load(stage, 0, 100, 100);
  return drill.outcome(stage, 50, Outcome::dropped_by_us, ours);
}

TEST(TruthMissing, APassHoldsOnlyWithEveryMissingOneBad) {
  EXPECT_EQ(with_our_losses(AvailabilitySli{}, Comparison::at_least, 0.999, 2).verdict().state, VerdictState::pass);
  EXPECT_EQ(with_our_losses(AvailabilitySli{}, Comparison::at_least, 0.999, 20).verdict().state, VerdictState::unknown);
  EXPECT_EQ(with_our_losses(LatencySli{OperationId(0), 0.99, {}}, Comparison::at_most, 0.02, 20).verdict().state,
            VerdictState::pass);
  EXPECT_EQ(with_our_losses(LatencySli{OperationId(0), 0.99, {}}, Comparison::at_most, 0.02, 200).verdict().state,
            VerdictState::unknown);
  EXPECT_EQ(with_our_losses(ErrorRatioSli{}, Comparison::at_most, 0.001, 20).verdict().state, VerdictState::unknown);
}

TEST(TruthMissing, AWindowOfWhichNothingIsKnownIsNoGoodWindow) {
  Drill drill;
  drill.require("R", ErrorRatioSli{{}, std::chrono::seconds(2), {}}, Comparison::at_most, 0.1);
  const StageId stage = drill.run(drill.add_phase("steady", 20, 100), 0);
  drill.load(stage, 0, 10, 100).load(stage, 12, 20, 100);
  EXPECT_EQ(drill.outcome(stage, 10, Outcome::dropped_by_us, 100).outcome(stage, 11, Outcome::dropped_by_us, 100).verdict().state,
            VerdictState::unknown);
}

TEST(TruthMissing, TheRowSaysWhatIsMissing) {
  const Verdict v = with_our_losses(AvailabilitySli{}, Comparison::at_least, 0.999, 2).verdict();
  EXPECT_NE(v.reason.find("itself lost 2 arrivals"), std::string::npos) << v.reason;
  EXPECT_DOUBLE_EQ(*v.measured.value, 1);
  EXPECT_LT(*v.measured.lower, 1 - 3.0 / 10000);
}

// 64 users, 10 ms a request; from 45 s on a black hole for 10 s, in which each of them makes two requests.
Drill closed_outage(Sli sli, Comparison comparison, double limit) {
  Drill drill;
  drill.require("R", std::move(sli), comparison, limit);
  const PhaseId phase = drill.add_phase("steady", 100, 100);
  drill.scenario.phases[phase.value].load->kind = ClosedLoad{64, {}};
  const StageId stage = drill.run(phase, 0);
  drill.load(stage, 0, 45, 6400, 0, 0.01).load(stage, 55, 100, 6400, 0, 0.01);
  return drill.outcome(stage, 45, Outcome::timeout, 64, 5).outcome(stage, 50, Outcome::timeout, 64, 5);
}

TEST(TruthClosedLoop, AnOutageThatItsUsersWaitedThroughIsNoPass) {
  const Verdict v = closed_outage(AvailabilitySli{}, Comparison::at_least, 0.999).verdict();
  EXPECT_EQ(v.state, VerdictState::unknown) << v.reason;
  EXPECT_NE(v.reason.find("closed load"), std::string::npos) << v.reason;
  EXPECT_NE(v.needed.find("open load"), std::string::npos) << v.needed;
  EXPECT_LT(*v.measured.lower, 0.91);
  EXPECT_EQ(closed_outage(ErrorRatioSli{}, Comparison::at_most, 0.001).verdict().state, VerdictState::unknown);
  EXPECT_EQ(closed_outage(LatencySli{OperationId(0), 0.99, {}}, Comparison::at_most, 0.02).verdict().state,
            VerdictState::unknown);
  EXPECT_EQ(closed_outage(ErrorRatioSli{{}, std::chrono::seconds(5), {}}, Comparison::at_most, 0.01).verdict().state,
            VerdictState::fail);
}

TEST(TruthClosedLoop, QuickFailuresHoldNobodyUp) {
  Drill drill;
  drill.require("R", AvailabilitySli{}, Comparison::at_least, 0.98);
  const PhaseId phase = drill.add_phase("steady", 100, 100);
  drill.scenario.phases[phase.value].load->kind = ClosedLoad{4, {}};
  const StageId stage = drill.run(phase, 0);
  drill.load(stage, 0, 100, 396, 4, 0.01);
  EXPECT_EQ(drill.verdict().state, VerdictState::pass) << drill.verdict().reason;
  drill.requirement(0).objective.limit = 0.999;
  EXPECT_EQ(drill.verdict().state, VerdictState::fail);
}

TEST(TruthMissing, TheRowSaysHowADeclaredCapWasShared) {
  const auto reason = [](uint32_t agents, uint32_t cap, bool from) {
    Drill drill;
    drill.require("R", AvailabilitySli{}, Comparison::at_least, 0.9);
    for (uint32_t i = 1; i < agents; ++i) drill.add_agent("other-" + std::to_string(i), {});
    const PhaseId phase = drill.add_phase("steady", 10, 100);
    drill.scenario.phases[phase.value].load->max_outstanding = cap;
    if (from) drill.scenario.phases[phase.value].load->from = AgentId(0);
    const StageId stage = drill.run(phase, 0);
    drill.load(stage, 0, 9, 100).outcome(stage, 9, Outcome::dropped_by_target, 100);
    return drill.verdict().reason;
  };
  EXPECT_NE(reason(4, 10, false).find("Each of 4 load agents kept its part of `max_outstanding` (10: 2 or 3)."),
            std::string::npos)
      << reason(4, 10, false);
  EXPECT_NE(reason(2, 10, false).find("(10: 5)"), std::string::npos) << reason(2, 10, false);
  EXPECT_EQ(reason(1, 10, false).find("kept its part"), std::string::npos);
  EXPECT_EQ(reason(4, 10, true).find("kept its part"), std::string::npos);
}

// 10 s at 100/s, cut short: of the last `out` nobody knows what became.
Verdict cut_short(Sli sli, Comparison comparison, double limit, uint64_t ok, uint64_t out) {
  Drill drill;
  drill.require("R", std::move(sli), comparison, limit);
  const StageId stage = drill.run(drill.add_phase("steady", 10, 100), 0);
  for (int64_t s = 0; s < 10; ++s) drill.outcome(stage, s, Outcome::ok, ok).outcome(stage, s, Outcome::unfinished, out, 5);
  return drill.verdict();
}

TEST(TruthUnfinished, RequestsThatWeCutOffAreNoFigureOfTheTarget) {
  for (const auto& [sli, comparison, limit] : std::initializer_list<std::tuple<Sli, Comparison, double>>{
           {AvailabilitySli{}, Comparison::at_least, 0.5},
           {ErrorRatioSli{}, Comparison::at_most, 0.5},
           {ErrorRatioSli{{}, std::chrono::seconds(2), {}}, Comparison::at_most, 0.5},
           {LatencySli{OperationId(0), 0.5, {}}, Comparison::at_most, 0.8}}) {
    const Verdict none = cut_short(sli, comparison, limit, 0, 100);
    EXPECT_EQ(none.state, VerdictState::unknown) << none.reason;
    EXPECT_FALSE(none.measured.value) << none.reason;
    const Verdict half = cut_short(sli, comparison, limit, 48, 52);
    EXPECT_EQ(half.state, VerdictState::not_proven) << half.reason;
    const auto* ratio = std::get_if<ErrorRatioSli>(&sli);
    if (ratio == nullptr || ratio->over == Duration{}) {
      EXPECT_EQ(half.needed, "a run that is not cut short: 520 requests were still out when it ended") << half.reason;
    }
    EXPECT_EQ(cut_short(sli, comparison, limit, 90, 10).state, VerdictState::pass) << half.reason;
  }
  const Verdict half = cut_short(AvailabilitySli{}, Comparison::at_least, 0.5, 48, 52);
  EXPECT_DOUBLE_EQ(*half.measured.value, 1);
  EXPECT_NE(half.reason.find("480 of 480 requests succeeded"), std::string::npos) << half.reason;
  EXPECT_NE(half.reason.find("520 requests were still out when the run ended"), std::string::npos) << half.reason;
}

// A load of 50/s of which `ok` are answered, and an objective of 100/s.
Verdict asked_too_little(uint64_t ok, Outcome rest) {
  Drill drill;
  drill.require("R", ThroughputSli{}, Comparison::at_least, 100);
  const StageId stage = drill.run(drill.add_phase("steady", 60, 50), 0);
  drill.load(stage, 0, 60, ok);
  for (int64_t s = 0; s < 60; ++s) drill.outcome(stage, s, rest, 50 - ok);
  return drill.verdict();
}

TEST(TruthThroughput, WhatWasNeverAskedIsNotTheTargetsFailure) {
  const Verdict v = asked_too_little(50, Outcome::ok);
  EXPECT_EQ(v.state, VerdictState::not_proven) << v.reason;
  EXPECT_NE(v.reason.find("asked for only 50"), std::string::npos) << v.reason;
  EXPECT_NE(v.needed.find("100"), std::string::npos) << v.needed;
}

// A share of a larger load may be enough; of nothing there is no share.
TEST(TruthThroughput, WhereNothingWasAnsweredMoreAskedWouldNotHelp) {
  EXPECT_EQ(asked_too_little(10, Outcome::timeout).state, VerdictState::not_proven);
  EXPECT_EQ(asked_too_little(0, Outcome::timeout).state, VerdictState::fail);
}

// 4 users without time to think, answered in 80 ms each: 50/s. A row about latency promises of 99 % of the reads `promised`.
Verdict users_wait(double think, double promised, double objective = 100) {
  Drill drill;
  drill.require("R", ThroughputSli{}, Comparison::at_least, objective);
  if (promised > 0) drill.require("L", LatencySli{OperationId(0), 0.99, {}}, Comparison::at_most, promised);
  const PhaseId phase = drill.add_phase("steady", 60, 50);
  drill.scenario.phases[phase.value].load->kind = ClosedLoad{4, from_seconds(think)};
  const StageId stage = drill.run(phase, 0);
  drill.load(stage, 0, 60, 50, 0, 0.08);
  return drill.verdict();
}

TEST(TruthThroughput, FewUsersWhoAreAnsweredInTimeDidNotAskForMore) {
  const Verdict v = users_wait(0, 0);
  EXPECT_EQ(v.state, VerdictState::not_proven) << v.reason;
  EXPECT_NE(v.reason.find("users of the closed load asked for only 50 a second"), std::string::npos) << v.reason;
  EXPECT_NE(v.needed.find("open load of 100/s"), std::string::npos) << v.needed;
  EXPECT_EQ(users_wait(0, 0.1).state, VerdictState::not_proven) << "slower than 4 users may find it, and as promised";
  EXPECT_EQ(users_wait(0.08, 0).state, VerdictState::not_proven);
  EXPECT_EQ(users_wait(0, 0, 45).state, VerdictState::pass);
}

TEST(TruthThroughput, UsersWhoWaitLongerThanPromisedDidAsk) {
  EXPECT_EQ(users_wait(0, 0.02).state, VerdictState::fail);
  EXPECT_EQ(users_wait(0.08, 0.02).state, VerdictState::not_proven) << "4 users who think for 80 ms ask for 50/s at most";
}

TEST(TruthThroughput, WhatUsersAskOfAnotherOperationIsNotAskedOfThis) {
  Drill drill;
  drill.add_operation("write");
  drill.require("R", ThroughputSli{{OperationId(0)}, {}}, Comparison::at_least, 50);
  const PhaseId phase = drill.add_phase("steady", 60, 100);
  auto& load = *drill.scenario.phases[phase.value].load;
  load.kind = ClosedLoad{10, std::chrono::milliseconds(100)};
  load.mix = {{OperationId(0), 1}, {OperationId(1), 9}};
  const StageId stage = drill.run(phase, 0);
  drill.load(stage, 0, 60, 10, 0, 0.001).load(stage, 0, 60, 90, 0, 0.001, OperationId(1));
  EXPECT_EQ(drill.verdict().state, VerdictState::not_proven) << drill.verdict().reason;
}

TEST(TruthThroughput, UsersWhoAskedEnoughAndWereRefusedAreTheTargetsFailure) {
  Drill drill;
  drill.require("R", ThroughputSli{}, Comparison::at_least, 100);
  const PhaseId phase = drill.add_phase("steady", 60, 100);
  drill.scenario.phases[phase.value].load->kind = ClosedLoad{4, {}};
  const StageId stage = drill.run(phase, 0);
  drill.load(stage, 0, 60, 60, 60, 0.01);
  EXPECT_EQ(drill.verdict().state, VerdictState::fail) << drill.verdict().reason;
}

// Two users whose requests take 100 ms each, of which `lag` is our own. The target answers in what is left. A row about latency
// promises 99 % in `promised`.
Drill with_standstill(double objective, double lag, double promised = 1) {
  Drill drill;
  drill.require("R", ThroughputSli{}, Comparison::at_least, objective);
  drill.require("L", LatencySli{OperationId(0), 0.99, {}}, Comparison::at_most, promised);
  const PhaseId phase = drill.add_phase("steady", 60, 20);
  drill.scenario.phases[phase.value].load->kind = ClosedLoad{2, {}};
  const StageId stage = drill.run(phase, 0);
  for (int64_t s = 0; s < 60; ++s) {
    drill.load(stage, s, s + 1, 20, 0, 0.1).lag(stage, s, 20 * lag / 2, 2);
    drill.cell(stage, s, OperationId(0)).service = {};
    drill.cell(stage, s, OperationId(0)).service.add(from_seconds(0.1 - lag), 20);
  }
  return drill;
}

TEST(TruthThroughput, WhatUsersDidNotAskWhileWeStoodStillIsNotTheTargetsFailure) {
  const Scorecard card = with_standstill(30, 0.05).judge();
  const Verdict& v = card.requirements[0].verdict;
  EXPECT_EQ(v.state, VerdictState::unknown) << v.reason;
  EXPECT_NE(v.reason.find("came late to the users"), std::string::npos) << v.reason;
  EXPECT_TRUE(
      std::any_of(card.reasons.begin(), card.reasons.end(), [](const ValidityReason& r) { return r.signal == Signal::lag; }));
  EXPECT_DOUBLE_EQ(*v.measured.value, 20);
  EXPECT_NEAR(*v.measured.upper, 40, 1);
}

TEST(TruthThroughput, AStandstillThatCouldNotHaveMadeUpForItChangesNothing) {
  EXPECT_EQ(with_standstill(50, 0.05, 0.02).verdict().state, VerdictState::fail);
  EXPECT_EQ(with_standstill(50, 0.05).verdict().state, VerdictState::not_proven);
  EXPECT_EQ(with_standstill(30, 0, 0.02).verdict().state, VerdictState::fail);
  EXPECT_EQ(with_standstill(15, 0.05).verdict().state, VerdictState::pass);
}

TEST(TruthThroughput, WhereNoRequestEverLeftUsNothingIsKnown) {
  Drill drill;
  drill.require("R", ThroughputSli{}, Comparison::at_least, 30);
  const PhaseId phase = drill.add_phase("steady", 60, 2);
  drill.scenario.phases[phase.value].load->kind = ClosedLoad{2, {}};
  const StageId stage = drill.run(phase, 0);
  for (int64_t s = 0; s < 60; ++s) drill.outcome(stage, s, Outcome::dropped_by_us, 2).lag(stage, s, 1.1, 2);
  EXPECT_EQ(drill.verdict().state, VerdictState::unknown) << drill.verdict().reason;
}

TEST(TruthThroughput, OurOwnDropsAreNotTheTargetsEither) {
  Drill drill;
  drill.require("R", ThroughputSli{}, Comparison::at_least, 95);
  const StageId stage = drill.run(drill.add_phase("steady", 60, 100), 0);
  drill.load(stage, 0, 60, 90);
  EXPECT_EQ(drill.verdict().state, VerdictState::unknown);  // 600 never offered
  for (int64_t s = 0; s < 60; ++s) drill.outcome(stage, s, Outcome::dropped_by_us, 10);
  EXPECT_EQ(drill.verdict().state, VerdictState::unknown);
}

}  // namespace
}  // namespace shakedown
