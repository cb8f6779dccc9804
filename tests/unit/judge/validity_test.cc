// The validity table, row by row: each signal with its limit and what it turns unknown.
#include <gtest/gtest.h>

#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::at;
using testing::Drill;

bool raised(const Scorecard& card, const std::string& signal, bool invalidates) {
  for (const ValidityReason& r : card.reasons) {
    if (to_string(r.signal) == signal && r.invalidates == invalidates) return true;
  }
  return false;
}

// steady [0,100) at 100/s, AV-1 >= 99.9 % and PE-1 p99 <= 20 ms; then three kills of 2 s each in [100,190), DR-1, DR-2.
struct Subject {
  Drill drill;
  PhaseId steady = drill.add_phase("steady", 100, 100);
  PhaseId crash = drill.add_phase("crash", 30, 0);
  FaultId kill = drill.add_kill("kill-ledger", crash);
  StageId stage;
  std::vector<InjectionId> injections;
  static constexpr std::size_t kAv = 0, kPe = 1, kRto = 2, kRpo = 3;

  explicit Subject(uint64_t bad = 0, double latency = 0.005) {
    drill.require("AV-1", AvailabilitySli{{}, {{steady}, {}}}, Comparison::at_least, 0.999);
    drill.require("PE-1", LatencySli{OperationId(0), 0.99, {{steady}, {}}}, Comparison::at_most, 0.020);
    drill.require("DR-1", RtoSli{kill, {ProbeId(0)}}, Comparison::at_most, 5);
    drill.require("DR-2", RpoSli{kill, LedgerId(0)}, Comparison::at_most, 0);
    stage = drill.run(steady, 0);
    drill.load(stage, 0, 100, 100 - bad, bad, latency);
    std::vector<std::pair<double, double>> outages;
    for (int i = 0; i < 3; ++i) {
      const double start = 100 + 30 * i;
      const StageId crashed = drill.run(crash, start);
      drill.writes(start, start + 10);
      injections.push_back(drill.inject(kill, crashed, start + 10, start + 15));
      drill.verify(injections.back(), start + 25, {});
      outages.emplace_back(start + 10, start + 12);
    }
    drill.probe(0, 190, outages);
  }
  VerdictState state(std::size_t i) const { return drill.verdict(i).state; }
};

TEST(Validity, AnUndisturbedRunIsValidAndGo) {
  const Scorecard card = Subject().drill.judge();
  EXPECT_TRUE(card.valid);
  EXPECT_EQ(card.decision, DecisionState::go) << testing::all_text(card);
}

// What came of the one cleanup of a run, or nothing.
Scorecard after_cleanup(const std::optional<StepEvent>& event) {
  Subject subject;
  Cleanup cleanup;
  cleanup.name = "mine";
  cleanup.remains.emplace();
  subject.drill.scenario.cleanups.push_back(cleanup);
  if (event) subject.drill.add(Event(*event));
  return subject.drill.judge();
}

StepEvent cleanup_step(bool ok, std::optional<double> remains, const std::string& detail) {
  StepEvent step;
  step.kind = StepEvent::Kind::cleanup;
  step.what = "mine";
  step.ok = ok;
  step.remains = remains;
  step.detail = detail;
  return step;
}

TEST(Validity, WhatRemainsOfTheDrillsDataIsToldAndChangesNoVerdict) {
  const Scorecard clean = after_cleanup(cleanup_step(true, 0, ""));
  EXPECT_FALSE(raised(clean, "cleanup", false));
  ASSERT_EQ(clean.cleanups.size(), 1U);
  EXPECT_TRUE(clean.cleanups[0].deleted);
  EXPECT_EQ(clean.cleanups[0].remains, 0);
  for (const std::optional<StepEvent>& event :
       {std::optional(cleanup_step(true, 3, "")), std::optional(cleanup_step(true, std::nullopt, "not counted: no answer")),
        std::optional(cleanup_step(false, 3, "not deleted: status 500")), std::optional<StepEvent>()}) {
    const Scorecard card = after_cleanup(event);
    EXPECT_TRUE(raised(card, "cleanup", false)) << (event ? event->detail : "not carried out");
    EXPECT_TRUE(card.valid);
    EXPECT_EQ(card.decision, DecisionState::go);
  }
}

// 34 of 10 000 arrivals are over a limit that 10 may pass; the first `ours` of them were released 60 ms late by us.
VerdictState far_tail(int ours) {
  Drill drill;
  drill.require("PE", LatencySli{OperationId(0), 0.999, {}}, Comparison::at_most, 0.05);
  const StageId stage = drill.run(drill.add_phase("steady", 100, 100), 0);
  for (int64_t s = 0; s < 100; ++s) {
    const bool slow = s % 3 == 0;
    drill.load(stage, s, s + 1, slow ? 99 : 100);
    drill.lag(stage, s, 0.0001, slow ? 99 : 100);
    if (!slow) continue;
    drill.load(stage, s, s + 1, 1, 0, 0.065);
    drill.lag(stage, s, ours-- > 0 ? 0.06 : 0.0001, 1);
  }
  return drill.verdict().state;
}

TEST(TruthValidity, AFailOfTheFarTailThatRestsOnOurLagIsNone) {
  EXPECT_EQ(far_tail(0), VerdictState::fail);
  EXPECT_EQ(far_tail(34), VerdictState::unknown);
  EXPECT_EQ(far_tail(5), VerdictState::fail) << "29 are enough";
}

TEST(Validity, LagTurnsLatencyFailsUnknownAndLeavesPasses) {
  Subject slow(0, 0.030);
  EXPECT_EQ(slow.state(Subject::kPe), VerdictState::fail);
  slow.drill.lag(slow.stage, 10, 0.0019, 1000);
  EXPECT_EQ(slow.state(Subject::kPe), VerdictState::fail);  // under 10 % of 20 ms
  slow.drill.lag(slow.stage, 11, 0.0025, 1000);
  EXPECT_EQ(slow.state(Subject::kPe), VerdictState::unknown);
  EXPECT_FALSE(slow.drill.verdict(Subject::kPe).untouched);
  EXPECT_TRUE(raised(slow.drill.judge(), "lag", false));
  Subject quick;
  quick.drill.lag(quick.stage, 10, 0.0025, 1000);
  EXPECT_EQ(quick.state(Subject::kPe), VerdictState::pass);
  EXPECT_EQ(quick.drill.judge().decision, DecisionState::go);
}

TEST(Validity, OurDropsAndClientErrorsThatTheVerdictDependsOn) {
  for (const Outcome o : {Outcome::dropped_by_us, Outcome::client_error}) {
    Subject few;
    few.drill.outcome(few.stage, 50, o, 2);  // all bad: 0.063 % at most
    EXPECT_EQ(few.state(Subject::kAv), VerdictState::pass) << to_string(o);
    Subject many;
    many.drill.outcome(many.stage, 50, o, 20);
    EXPECT_EQ(many.state(Subject::kAv), VerdictState::unknown) << to_string(o);
    EXPECT_EQ(many.state(Subject::kPe), VerdictState::pass);  // all bad: 0.29 % at most, of 1 %
    EXPECT_TRUE(raised(many.drill.judge(), "our losses", false));
    EXPECT_NE(many.drill.judge().decision, DecisionState::go);
  }
}

TEST(Validity, OurDropsAreExcludedFromTheRatio) {
  Subject run;
  run.drill.outcome(run.stage, 50, Outcome::dropped_by_us, 1);
  EXPECT_DOUBLE_EQ(*run.drill.verdict(Subject::kAv).measured.value, 1);
  EXPECT_EQ(run.drill.verdict(Subject::kAv).measured.samples, 10000U);
}

TEST(Validity, OurShortfallTurnsLoadRowsUnknown) {
  Subject run;
  std::get<OpenLoad>(run.drill.scenario.phases[0].load->kind).shape = ConstantRate{Rate{102}};  // 200 were never offered
  EXPECT_EQ(run.state(Subject::kAv), VerdictState::unknown);
  EXPECT_EQ(run.state(Subject::kPe), VerdictState::unknown);
  EXPECT_EQ(run.state(Subject::kRto), VerdictState::pass);
  Subject poisson;
  auto& open = std::get<OpenLoad>(poisson.drill.scenario.phases[0].load->kind);
  open = OpenLoad{ConstantRate{Rate{102}}, Arrivals::poisson};
  EXPECT_EQ(poisson.state(Subject::kAv), VerdictState::pass);  // within four standard deviations of chance
}

TEST(Validity, AFailStandsWhenAllOurLossesHadBeenGood) {
  Subject run(5);
  EXPECT_EQ(run.state(Subject::kAv), VerdictState::fail);
  run.drill.outcome(run.stage, 50, Outcome::dropped_by_us, 100);
  EXPECT_EQ(run.state(Subject::kAv), VerdictState::fail);
  EXPECT_EQ(run.drill.judge().decision, DecisionState::no_go);
  Subject few(1);  // 1 %
  EXPECT_EQ(few.state(Subject::kAv), VerdictState::fail);
  for (int64_t s = 0; s < 100; ++s) few.drill.outcome(few.stage, s, Outcome::dropped_by_us, 2000);
  EXPECT_EQ(few.state(Subject::kAv), VerdictState::unknown);
}

TEST(Validity, LostAgentTouchesEverythingFromThenOn) {
  Subject run;
  run.drill.add(AgentEvent{AgentEvent::Kind::lost, AgentId(0), at(120), "stream broke"});
  const Scorecard card = run.drill.judge();
  EXPECT_FALSE(card.valid);
  EXPECT_TRUE(raised(card, "lost agent", true));
  EXPECT_EQ(card.requirements[Subject::kAv].verdict.state, VerdictState::pass);  // steady was over by then
  EXPECT_NE(card.requirements[Subject::kRto].verdict.state, VerdictState::pass);
  EXPECT_FALSE(card.requirements[Subject::kRto].verdict.injections[1].valid);
  EXPECT_EQ(card.decision, DecisionState::not_proven);
  Subject early;
  early.drill.add(AgentEvent{AgentEvent::Kind::lost, AgentId(0), at(50), "stream broke"});
  EXPECT_EQ(early.state(Subject::kAv), VerdictState::unknown);
}

TEST(Validity, ClockOffsetOverTenPercentOfTheLimit) {
  for (const auto& [ms, valid] : {std::pair{500, true}, std::pair{501, false}}) {
    Subject run;
    const AgentId far = run.drill.add_agent("far", std::chrono::milliseconds(ms));
    run.drill.scenario.components[0].agent = far;
    EXPECT_EQ(run.drill.verdict(Subject::kRto).injections[0].valid, valid) << ms;
    EXPECT_EQ(run.state(Subject::kRto), valid ? VerdictState::pass : VerdictState::unknown);
    EXPECT_EQ(raised(run.drill.judge(), "clock offset", false), !valid);
  }
}

TEST(Validity, AFaultThatDidNotBiteProvesNothing) {
  Subject run;
  const StageId stage = run.drill.run(run.crash, 190);
  run.drill.probe(190, 220).writes(190, 200);
  const InjectionId id = run.drill.inject_without_effect(run.kill, stage, 200, 205);
  run.drill.verify(id, 215, {});
  const Scorecard card = run.drill.judge();
  EXPECT_FALSE(card.requirements[Subject::kRto].verdict.injections[3].valid);
  EXPECT_FALSE(card.requirements[Subject::kRpo].verdict.injections[3].valid);
  EXPECT_EQ(card.requirements[Subject::kRto].verdict.measured.samples, 3U);
  EXPECT_TRUE(raised(card, "bite", false));
}

TEST(Validity, BrokenAccountingIdentityTurnsEverythingUnknown) {
  for (const bool more : {true, false}) {
    Subject run;
    if (more) {
      run.drill.offered_only(run.stage, 10, 1);
    } else {
      run.drill.lag(run.stage, 10, 0, 1);
      run.drill.offered_only(run.stage, 10, UINT64_MAX);  // one less
    }
    const Scorecard card = run.drill.judge();
    EXPECT_TRUE(raised(card, "accounting identity", true));
    for (const ScoredRequirement& r : card.requirements) {
      EXPECT_EQ(r.verdict.state, VerdictState::unknown);
      EXPECT_FALSE(r.verdict.untouched);
    }
  }
}

TEST(Validity, IncompleteJournalTurnsEverythingUnknown) {
  Subject gap(5);
  gap.drill.drop_snapshot(150);
  EXPECT_TRUE(raised(gap.drill.judge(), "journal", true));
  EXPECT_EQ(gap.state(Subject::kAv), VerdictState::unknown);
  EXPECT_EQ(gap.drill.judge().decision, DecisionState::not_proven);  // a fail does not decide on such evidence
  Subject open;
  open.drill.manifest.state = RunState::running;
  EXPECT_EQ(open.state(Subject::kAv), VerdictState::unknown);
  EXPECT_TRUE(raised(open.drill.judge(), "journal", true));
}

TEST(Validity, AChangedReleaseTurnsEverythingUnknown) {
  Subject run;
  run.drill.manifest.release_start = "9f2c1e";
  run.drill.manifest.release_end = "9f2c1e";
  EXPECT_EQ(run.drill.judge().decision, DecisionState::go);
  run.drill.manifest.release_end = "a00000";
  const Scorecard card = run.drill.judge();
  EXPECT_TRUE(raised(card, "release", true));
  for (const ScoredRequirement& r : card.requirements) EXPECT_EQ(r.verdict.state, VerdictState::unknown);
}

TEST(Validity, ALeftoverTouchesWhatCameAfterIt) {
  Subject run;
  run.drill.fault_event(run.injections[1], FaultState::leftover, 146, "two processes run");
  const Scorecard card = run.drill.judge();
  EXPECT_TRUE(raised(card, "leftover", true));
  EXPECT_EQ(card.requirements[Subject::kAv].verdict.state, VerdictState::pass);
  EXPECT_TRUE(card.requirements[Subject::kRto].verdict.injections[1].valid);
  EXPECT_FALSE(card.requirements[Subject::kRto].verdict.injections[2].valid);
  EXPECT_EQ(card.decision, DecisionState::not_proven);
  EXPECT_EQ(exit_code(card), 4);
  Subject agent;
  agent.drill.add(AgentEvent{AgentEvent::Kind::leftover, AgentId(0), at(50), "a stopped process"});
  EXPECT_EQ(agent.state(Subject::kAv), VerdictState::unknown);
  Subject late;
  late.drill.add(AgentEvent{AgentEvent::Kind::leftover, AgentId(0), at(300), "a stopped process"});
  EXPECT_EQ(late.state(Subject::kAv), VerdictState::pass);
  EXPECT_NE(late.drill.judge().decision, DecisionState::go);
}

TEST(Validity, OutageRowsAreTouchedByALeftoverToo) {
  Subject run;
  run.drill.require("MT", MtbfSli{{ProbeId(0)}}, Comparison::at_least, 10);
  EXPECT_EQ(run.state(4), VerdictState::pass);
  run.drill.fault_event(run.injections[1], FaultState::leftover, 146, "two processes run");
  EXPECT_EQ(run.state(4), VerdictState::unknown);
}

TEST(Validity, StrainOnTheGeneratorIsAWarningWithFigures) {
  Subject run;
  for (int64_t s = 0; s < 190; ++s) run.drill.health(s, {.cpu_seconds = 0.9, .steal_ratio = 0.03});
  const Scorecard card = run.drill.judge();
  EXPECT_TRUE(raised(card, "cpu", false));
  EXPECT_TRUE(raised(card, "steal", false));
  EXPECT_TRUE(raised(card, "shared cores", false));
  EXPECT_TRUE(card.valid);
  EXPECT_EQ(card.decision, DecisionState::go);
  EXPECT_NE(testing::all_text(card).find("3 %"), std::string::npos) << testing::all_text(card);
}

// Only `local` sends the load; `lost` goes after `when` of 10 s.
Drill without_agent(AgentId lost, double when) {
  Drill drill;
  drill.add_agent("other", {});
  drill.require("AV-1", AvailabilitySli{}, Comparison::at_least, 0.9);
  const PhaseId phase = drill.add_phase("steady", 10, 100);
  drill.scenario.phases[phase.value].load->from = AgentId(0);
  const StageId stage = drill.run(phase, 0);
  drill.load(stage, 0, 10, 100);
  return drill.add(AgentEvent{AgentEvent::Kind::lost, lost, at(when), "the stream ended"});
}

TEST(TruthLostAgent, OneThatSendsNothingOfTheScopeTouchesNoRowOfIt) {
  EXPECT_EQ(without_agent(AgentId(1), 5).verdict().state, VerdictState::pass) << without_agent(AgentId(1), 5).verdict().reason;
  EXPECT_EQ(without_agent(AgentId(0), 5).verdict().state, VerdictState::unknown);
  EXPECT_EQ(without_agent(AgentId(0), 10.5).verdict().state, VerdictState::pass);
}

TEST(TruthLostAgent, OneThatSendsNothingExcusesNoBrokenIdentity) {
  Drill drill = without_agent(AgentId(1), 5);
  drill.offered_only(StageId(0), 4, 30);
  EXPECT_NE(drill.verdict().reason.find("accounting identity"), std::string::npos) << drill.verdict().reason;
  Drill sender = without_agent(AgentId(0), 5);
  sender.offered_only(StageId(0), 4, 30);
  EXPECT_EQ(sender.verdict().reason.find("accounting identity"), std::string::npos) << sender.verdict().reason;
}

TEST(TruthLostAgent, ItsOwnPhaseWasOverWhenItWent) {
  Drill drill;
  drill.add_agent("other", {});
  drill.require("AV-1", AvailabilitySli{}, Comparison::at_least, 0.9);
  const PhaseId first = drill.add_phase("first", 10, 100), second = drill.add_phase("second", 10, 100);
  drill.scenario.phases[first.value].load->from = AgentId(1);
  drill.scenario.phases[second.value].load->from = AgentId(0);
  drill.load(drill.run(first, 0), 0, 10, 100).load(drill.run(second, 10), 10, 20, 100);
  drill.add(AgentEvent{AgentEvent::Kind::lost, AgentId(1), at(15), "the stream ended"});
  EXPECT_EQ(drill.verdict().state, VerdictState::pass) << drill.verdict().reason;
}

}  // namespace
}  // namespace shakedown
