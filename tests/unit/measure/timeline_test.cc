#include "controller/measure/timeline.h"

#include <gtest/gtest.h>

#include "tests/support/instants.h"

namespace shakedown {
namespace {

using std::chrono::milliseconds;

Scenario scenario() {
  Scenario out;
  out.probes.resize(2);
  out.ledgers.resize(1);
  out.phases.resize(2);
  return out;
}

class TimelineTest : public ::testing::Test {
 protected:
  const Scenario scenario_ = scenario();
  Timeline timeline_{scenario_};
  uint64_t agent_seq_ = 1;

  Snapshot snapshot(uint64_t seq, double from, double to, uint64_t oks = 0) {
    Snapshot out;
    out.agent = AgentId(0);
    out.seq = seq;
    out.from = at(from);
    out.to = at(to);
    if (oks > 0) {
      out.cells[{second_of(out.from), StageId(0), OperationId(0)}].counts[0] = oks;
      out.offered[StageId(0)] = oks;
    }
    return out;
  }
  uint64_t oks() const {
    uint64_t sum = 0;
    timeline_.seconds().each_row([&](const SecondRow& row) { sum += row.count(Outcome::ok); });
    return sum;
  }
  const AgentRecord& agent() const { return timeline_.agents().at(AgentId(0)); }
};

TEST_F(TimelineTest, MergedSnapshotsAreNumberedWithoutAGap) {
  timeline_.apply(snapshot(1, 0, 1, 10));
  timeline_.apply(snapshot(2, 1, 2, 20));
  EXPECT_EQ(oks(), 30U);
  EXPECT_EQ(timeline_.stages().at(0).offered, 30U);
  EXPECT_EQ(timeline_.snapshot_damage(), "");
  timeline_.apply(snapshot(4, 3, 4));
  const std::string first = "merged snapshot 4 follows 2: some are missing, doubled or out of order";
  EXPECT_EQ(timeline_.snapshot_damage(), first);
  timeline_.apply(snapshot(9, 4, 5));
  EXPECT_EQ(timeline_.snapshot_damage(), first);
}

TEST_F(TimelineTest, MergedSnapshotsOfEarlierJournalsHaveNoNumbers) {
  timeline_.apply(snapshot(0, 0, 1, 10));
  timeline_.apply(snapshot(0, 1, 2, 20));
  EXPECT_EQ(oks(), 30U);
  EXPECT_EQ(timeline_.snapshot_damage(), "");
  EXPECT_EQ(timeline_.last(), at(2));
}

TEST_F(TimelineTest, OfHealthLinesIsKeptWhatIsJudged) {
  timeline_.apply(AgentHealthLine{AgentId(0), at(2), {.cpu_seconds = 0.5, .steal_ratio = 0.2, .worst_lag = milliseconds(4)}});
  timeline_.apply(AgentHealthLine{AgentId(0), at(3), {.cpu_seconds = 0.25, .steal_ratio = 0.1, .worst_lag = milliseconds(2)}});
  timeline_.apply(AgentHealthLine{AgentId(0), at(4), {.cpu_seconds = 0.125, .worst_lag = milliseconds(1)}});
  const HealthRecord& health = agent().health;
  EXPECT_EQ(health.lines, 3U);
  EXPECT_EQ(health.span(), std::chrono::seconds(2));
  EXPECT_EQ(health.before_last_at, at(3));
  EXPECT_DOUBLE_EQ(health.cpu_seconds, 0.875);
  EXPECT_DOUBLE_EQ(health.later_cpu_seconds, 0.375);
  EXPECT_DOUBLE_EQ(health.worst_steal, 0.2);
  EXPECT_EQ(health.last.worst_lag, milliseconds(1));
  EXPECT_EQ(health.worst_lag.count(), 3U);
}

TEST_F(TimelineTest, ProbeResultsAreKeptInOrderOfStart) {
  Snapshot late = snapshot(1, 0, 1), early = snapshot(2, 1, 2);
  late.probes[ProbeId(1)] = {{at(0.3), at(0.31), true}, {at(0.1), at(0.9), false}, {at(0.5), at(0.51), true}};
  early.probes[ProbeId(1)] = {{at(0.4), at(3), true}, {at(0.2), at(0.21), true}};
  timeline_.apply(late);
  timeline_.apply(early);
  std::vector<RunTime> starts;
  for (const ProbeResult& r : timeline_.probe(ProbeId(1))) starts.push_back(r.start);
  EXPECT_EQ(starts, (std::vector<RunTime>{at(0.1), at(0.2), at(0.3), at(0.4), at(0.5)}));
  EXPECT_TRUE(timeline_.probe(ProbeId(0)).empty());
  EXPECT_EQ(timeline_.last(), at(3));
}

TEST_F(TimelineTest, ACompletionReplacesAPendingWriteAndNothingElse) {
  const LedgerWrite pending{.id = 7, .invoked = at(1)};
  const LedgerWrite acked{.id = 7, .invoked = at(1), .completed = at(1.5), .outcome = WriteClass::acked};
  const LedgerWrite other{.id = 7, .invoked = at(1), .completed = at(2), .outcome = WriteClass::unknown};
  for (const LedgerWrite& write : {pending, acked, pending, other}) {
    Snapshot s = snapshot(agent_seq_++, 0, 1);
    s.writes[LedgerId(0)] = {write};
    timeline_.apply(s);
  }
  const LedgerRecord ledger = timeline_.ledger(LedgerId(0)).record();
  ASSERT_EQ(ledger.writes.size(), 1U);
  EXPECT_EQ(ledger.write(7)->outcome, WriteClass::acked);
  EXPECT_EQ(ledger.write(7)->completed, at(1.5));
}

TEST_F(TimelineTest, APassIsReplacedByItsFinalForm) {
  LedgerPass pass{.pass = 3, .injection = InjectionId(0), .first_id = 5, .end_id = 9};
  timeline_.apply(Event(pass));
  pass.complete = true;
  timeline_.apply(Event(pass));
  pass.pass = 4;
  pass.ledger = LedgerId(0);
  timeline_.apply(Event(pass));
  const std::vector<LedgerPass>& passes = timeline_.ledger(LedgerId(0)).passes();
  ASSERT_EQ(passes.size(), 2U);
  EXPECT_TRUE(passes[0].complete);
  pass.ledger = LedgerId(9);
  timeline_.apply(Event(pass));
  EXPECT_EQ(passes.size(), 2U);
}

TEST_F(TimelineTest, WhatNamesNothingOfTheScenarioIsIgnoredWithAWarning) {
  Snapshot s = snapshot(1, 0, 1);
  s.probes[ProbeId(7)] = {{at(0), at(1), true}};
  s.writes[LedgerId(7)] = {{.id = 1}};
  s.reads[LedgerId(7)] = {{.id = 1}};
  s.offered[StageId(4'000'000'000U)] = 1;
  s.cells[{0, StageId(), OperationId(0)}].counts[0] = 1;
  timeline_.apply(s);
  EXPECT_EQ(timeline_.warnings().size(), 5U);
  s.seq = 2;
  timeline_.apply(s);
  EXPECT_EQ(timeline_.warnings().size(), 5U);
  EXPECT_TRUE(timeline_.seconds().empty());
  EXPECT_TRUE(timeline_.stages().empty());
  EXPECT_TRUE(timeline_.ledger(LedgerId(7)).record().writes.empty());
}

StageEvent stage_event(StageEvent::Kind kind, double start, double end) {
  return {.kind = kind, .stage = StageId(1), .phase = PhaseId(1), .iteration = 2, .start = at(start), .end = at(end)};
}

// A number that no run reaches comes from a broken journal: it takes no memory.
TEST_F(TimelineTest, AnEventOfAStageOrInjectionThatNoRunReachesIsIgnored) {
  StageEvent stage = stage_event(StageEvent::Kind::planned, 0, 9);
  stage.stage = StageId(100'000);
  timeline_.apply(Event(stage));
  EXPECT_EQ(timeline_.stages().size(), 0U);
  stage.stage = StageId(99'999);
  timeline_.apply(Event(stage));
  EXPECT_EQ(timeline_.stages().size(), 100'000U);
  FaultEvent fault;
  fault.injection = InjectionId(100'000);
  fault.fault = FaultId(0);
  StepEvent step{.kind = StepEvent::Kind::undo, .injection = InjectionId(100'000)};
  timeline_.apply(Event(fault));
  timeline_.apply(Event(step));
  EXPECT_EQ(timeline_.injections().size(), 0U);
  fault.injection = step.injection = InjectionId(99'999);
  timeline_.apply(Event(fault));
  timeline_.apply(Event(step));
  EXPECT_EQ(timeline_.injections().size(), 100'000U);
  EXPECT_EQ(timeline_.injections().back().steps.size(), 1U);
}

TEST_F(TimelineTest, AStageIsAnnouncedThenEnded) {
  timeline_.apply(Event(stage_event(StageEvent::Kind::planned, 10, 20)));
  ASSERT_EQ(timeline_.stages().size(), 2U);
  const StageRecord& stage = timeline_.stages()[1];
  EXPECT_EQ(stage.range, (TimeRange{at(10), at(20)}));
  EXPECT_FALSE(stage.ended);
  EXPECT_EQ(timeline_.last(), RunTime{});
  timeline_.apply(Event(stage_event(StageEvent::Kind::ended, 10, 15)));
  EXPECT_EQ(stage.range, (TimeRange{at(10), at(15)}));
  EXPECT_TRUE(stage.ended);
  EXPECT_EQ(stage.iteration, 2U);
  EXPECT_EQ(timeline_.last(), at(15));
}

TEST_F(TimelineTest, AnAnnouncementThatComesLateDoesNotUndoTheEnd) {
  timeline_.apply(Event(stage_event(StageEvent::Kind::ended, 10, 15)));
  timeline_.apply(Event(stage_event(StageEvent::Kind::planned, 10, 20)));
  EXPECT_EQ(timeline_.stages()[1].range, (TimeRange{at(10), at(15)}));
}

TEST_F(TimelineTest, AStageThatDidNotRunSaysWhy) {
  StageEvent event = stage_event(StageEvent::Kind::not_run, 0, 0);
  event.reason = "stopped";
  timeline_.apply(Event(event));
  EXPECT_TRUE(timeline_.stages()[1].not_run);
  EXPECT_EQ(timeline_.stages()[1].reason, "stopped");
}

FaultEvent fault_event(int injection, int fault, FaultState state, double t) {
  return {.injection = InjectionId(injection),
          .fault = FaultId(fault),
          .stage = StageId(0),
          .state = state,
          .earliest = at(t),
          .latest = at(t)};
}

TEST_F(TimelineTest, InjectionsAreNumberedWithinTheirFault) {
  for (const auto& [injection, fault] : {std::pair{2, 0}, {0, 0}, {1, 1}, {3, 0}}) {
    timeline_.apply(Event(fault_event(injection, fault, FaultState::armed, 1)));
  }
  ASSERT_EQ(timeline_.injections().size(), 4U);
  EXPECT_EQ(timeline_.injections()[0].number, 1U);
  EXPECT_EQ(timeline_.injections()[1].number, 1U);
  EXPECT_EQ(timeline_.injections()[2].number, 2U);
  EXPECT_EQ(timeline_.injections()[3].number, 3U);
}

TEST_F(TimelineTest, TheStateOfAnInjectionIsTheLatestWhateverTheOrder) {
  timeline_.apply(Event(fault_event(0, 0, FaultState::injected, 2)));
  timeline_.apply(Event(fault_event(0, 0, FaultState::clean, 4)));
  timeline_.apply(Event(fault_event(0, 0, FaultState::effective, 3)));
  const InjectionRecord& record = timeline_.injections()[0];
  EXPECT_EQ(record.state, FaultState::clean);
  EXPECT_EQ(record.history.size(), 3U);
  ASSERT_NE(record.find(FaultState::effective), nullptr);
  EXPECT_EQ(record.find(FaultState::effective)->latest, at(3));
  EXPECT_EQ(record.find(FaultState::leftover), nullptr);
}

TEST_F(TimelineTest, StepsGoToTheirInjectionOrToTheRun) {
  timeline_.apply(Event(StepEvent{.kind = StepEvent::Kind::recover, .injection = InjectionId(0), .ended = at(9)}));
  timeline_.apply(Event(StepEvent{.kind = StepEvent::Kind::setup, .what = "start ledger"}));
  timeline_.apply(Event(StepEvent{.kind = StepEvent::Kind::teardown, .what = "stop ledger"}));
  EXPECT_EQ(timeline_.injections().at(0).steps.size(), 1U);
  EXPECT_EQ(timeline_.steps().size(), 2U);
  EXPECT_EQ(timeline_.last(), at(9));
}

TEST_F(TimelineTest, AgentsAndTheRun) {
  const auto agent_event = [](AgentEvent::Kind kind, double t, std::string detail = "") {
    return Event(AgentEvent{.kind = kind, .agent = AgentId(0), .at = at(t), .detail = std::move(detail)});
  };
  timeline_.apply(agent_event(AgentEvent::Kind::lost, 8));
  timeline_.apply(agent_event(AgentEvent::Kind::lost, 7));
  timeline_.apply(agent_event(AgentEvent::Kind::leftover, 9, "process 7 stopped"));
  timeline_.apply(agent_event(AgentEvent::Kind::warning, 9, "few ports"));
  timeline_.apply(Event(RunEvent{.kind = RunEvent::Kind::finished, .at = at(11)}));
  EXPECT_TRUE(agent().lost);
  EXPECT_EQ(agent().lost_at, at(7));
  EXPECT_EQ(agent().leftovers, std::vector<std::string>{"process 7 stopped"});
  EXPECT_EQ(agent().warnings, std::vector<std::string>{"few ports"});
  EXPECT_EQ(timeline_.last(), at(11));
}

}  // namespace
}  // namespace shakedown
