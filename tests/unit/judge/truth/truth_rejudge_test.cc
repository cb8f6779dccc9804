// Another scenario on the same journal: everything by name, nothing by position, and what the run did not have is refused.
#include <gtest/gtest.h>

#include "controller/judge/rejudge/rejudge.h"
#include "tests/support/faults.h"
#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using judging::Rejudged;
using testing::Drill;

// read answers in 5 ms, write in 30 ms; PE-R: p99 of read <= 20 ms, PE-W: p99 of write <= 50 ms, DR-1 on three kills.
struct TwoOperations {
  Drill drill;
  OperationId write = drill.add_operation("write");
  PhaseId steady = drill.add_phase("steady", 100, 100);
  PhaseId crash = drill.add_phase("crash", 30, 0);
  FaultId kill = drill.add_kill("kill-ledger", crash);

  TwoOperations() {
    drill.require("PE-R", LatencySli{OperationId(0), 0.99, {{steady}, {}}}, Comparison::at_most, 0.020);
    drill.require("PE-W", LatencySli{write, 0.99, {{steady}, {}}}, Comparison::at_most, 0.050);
    drill.require("DR-1", RtoSli{kill, {ProbeId(0)}}, Comparison::at_most, 5);
    const StageId stage = drill.run(steady, 0);
    drill.load(stage, 0, 100, 50, 0, 0.005).load(stage, 0, 100, 50, 0, 0.030, write);
    std::vector<std::pair<double, double>> outages;
    for (int i = 0; i < 3; ++i) {
      const double start = 100 + 30 * i;
      drill.inject(kill, drill.run(crash, start), start + 10, start + 15);
      outages.emplace_back(start + 10, start + 12);
    }
    drill.probe(0, 190, outages);
  }

  Scorecard by(const Scenario& asked) const {
    Rejudged other = judging::rejudge(drill.scenario, asked);
    Timeline timeline(other.scenario);
    for (const Snapshot& snapshot : drill.snapshots()) timeline.apply(snapshot);
    for (const Event& event : drill.events()) timeline.apply(event);
    Manifest manifest = drill.manifest;
    manifest.rejudged_from = "abc";
    return judge(other.scenario, timeline, manifest, manifest.finished, other.refused);
  }
};

TEST(TruthRejudge, ARowOfEqualMeaningKeepsItsVerdictAndTheDecisionIsAtMostNotProven) {
  const TwoOperations run;
  const Scorecard own = run.drill.judge(), other = run.by(run.drill.scenario);
  EXPECT_EQ(own.decision, DecisionState::go) << testing::all_text(own);
  EXPECT_EQ(other.decision, DecisionState::not_proven);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(other.requirements[i].verdict.state, own.requirements[i].verdict.state);
}

// An outage in a phase that the run did not measure was left out; the other file would count it.
TEST(TruthRejudge, RowsOverOutagesAskForTheSameMeasuredPhasesToo) {
  Drill drill;
  const PhaseId first = drill.add_phase("first", 20, 100, false), steady = drill.add_phase("steady", 20, 100);
  drill.load(drill.run(first, 0), 0, 20, 100).load(drill.run(steady, 20), 20, 40, 100).probe(0, 40, {{5, 7}});
  drill.require("OU-1", OutagesSli{{ProbeId(0)}}, Comparison::at_most, 0);
  drill.require("MB-1", MtbfSli{{ProbeId(0)}}, Comparison::at_least, 1);
  EXPECT_EQ(drill.verdict(0).state, VerdictState::pass) << drill.verdict(0).reason;
  Scenario asked = drill.scenario;
  asked.phases[0].measured = true;
  const Rejudged other = judging::rejudge(drill.scenario, asked);
  EXPECT_EQ(other.refused.size(), 2U);
}

TEST(TruthRejudge, OperationsSwappedInTheFileAreNotSwappedInTheEvidence) {
  const TwoOperations run;
  Scenario asked = run.drill.scenario;
  std::swap(asked.operations[0], asked.operations[1]);
  asked.probes[0].operation = OperationId(1);
  for (Phase& phase : asked.phases) {
    if (phase.load) phase.load->mix[0].operation = OperationId(1);
  }
  std::get<LatencySli>(asked.requirements[0].sli).operation = OperationId(1);  // still the read
  std::get<LatencySli>(asked.requirements[1].sli).operation = OperationId(0);
  asked.requirements[1].objective.limit = 0.020;  // the write takes 30 ms
  const Scorecard card = run.by(asked);
  EXPECT_EQ(card.requirements[0].verdict.state, VerdictState::pass);
  EXPECT_EQ(card.requirements[1].verdict.state, VerdictState::fail);
  EXPECT_NEAR(*card.requirements[1].verdict.measured.value, 0.030, 0.001);
  EXPECT_EQ(card.decision, DecisionState::no_go);
}

TEST(TruthRejudge, ARowAboutAllMeasuredPhasesIsRefusedWhereTheOtherFileMeasuresOthers) {
  Drill drill;
  const PhaseId first = drill.add_phase("first", 10, 100, false), second = drill.add_phase("second", 100, 100);
  drill.load(drill.run(first, 0), 0, 10, 0, 100).load(drill.run(second, 10), 10, 110, 100);
  drill.require("AV-1", AvailabilitySli{}, Comparison::at_least, 0.9);
  drill.require("AV-2", AvailabilitySli{{}, {{second}, {}, {}}}, Comparison::at_least, 0.9);
  const auto refused = [&](const Scenario& asked) { return judging::rejudge(drill.scenario, asked).refused; };
  EXPECT_TRUE(refused(drill.scenario).empty());
  Scenario measured = drill.scenario;
  measured.phases[0].measured = true;
  EXPECT_EQ(refused(measured).at(RequirementId(0)), "the run's phase `first` was another one");
  EXPECT_FALSE(refused(measured).contains(RequirementId(1))) << "about a phase that both have alike";
  Scenario less = drill.scenario;
  less.phases[1].measured = false;
  EXPECT_EQ(refused(less).at(RequirementId(0)), "the run measured phase `second`");
  Scenario harder = drill.scenario;
  harder.phases[1].load->kind = OpenLoad{ConstantRate{{1000}}};
  EXPECT_EQ(refused(harder).at(RequirementId(0)), "the run's phase `second` was another one");
  EXPECT_EQ(refused(harder).at(RequirementId(1)), "the run's phase `second` was another one");
  Scenario more = drill.scenario;
  more.phases.push_back(more.phases[1]);
  more.phases.back().name = "third";
  EXPECT_EQ(refused(more).at(RequirementId(0)), "the run had no phase `third`");
}

TEST(TruthRejudge, WhatADependencyCanTakeIsThatOfTheFileJudgedBy) {
  Drill drill;
  const PhaseId phase = drill.add_phase("steady", 100, 100);
  drill.load(drill.run(phase, 0), 0, 100, 100);
  drill.scenario.forecast = Forecast{{100}, "", {}};
  Dependency db;
  db.name = "db";
  db.owner = "dba";
  db.calls = {{DependencyId(), 1}};
  db.capacity = Rate{300};
  db.commitment = Commitment{"dba", {200}, "", ""};
  drill.scenario.dependencies = {db};
  drill.require("DS-1", DownstreamSli{{DependencyId(0)}}, Comparison::at_least, 0);
  ASSERT_EQ(drill.verdict().state, VerdictState::pass) << drill.verdict().reason;
  Scenario asked = drill.scenario;
  asked.dependencies[0].capacity = Rate{50};
  const Rejudged other = judging::rejudge(drill.scenario, asked);
  EXPECT_TRUE(other.refused.empty());
  EXPECT_EQ(other.scenario.dependencies[0].capacity->per_second, 50);
  asked.dependencies[0].calls[0].per_request = 3;
  EXPECT_EQ(judging::rejudge(drill.scenario, asked).refused.at(RequirementId(0)), "the run's dependency `db` was another one");
}

// A search of 100 to 200/s that held AV-1; CA-1 rests on it.
Drill searched() {
  Drill drill;
  const PhaseId phase = drill.add_phase("limit", 100, 100, false);
  drill.require("AV-1", AvailabilitySli{}, Comparison::at_least, 0.9);
  drill.require("PE-1", LatencySli{}, Comparison::at_most, 0.001);
  drill.require("CA-1", CapacitySli{phase}, Comparison::at_least, 80);
  Search search;
  search.phase = phase;
  search.from = Rate{100};
  search.to = Rate{200};
  search.hold = {RequirementId(0)};
  search.window = std::chrono::seconds(8);
  search.resolution = Share{0.05};
  drill.scenario.searches.push_back(search);
  return drill;
}

TEST(TruthRejudge, ASearchAnswersOnlyForTheRowsThatItHeld) {
  const Drill drill = searched();
  const auto why = [&](const Scenario& asked) {
    const auto refused = judging::rejudge(drill.scenario, asked).refused;
    return refused.contains(RequirementId(2)) ? refused.at(RequirementId(2)) : "";
  };
  EXPECT_EQ(why(drill.scenario), "");
  Scenario more = drill.scenario;
  more.searches[0].hold.emplace_back(1);
  EXPECT_EQ(why(more), "the run's search held other requirements than these");
  Scenario sense = drill.scenario;
  sense.requirements[0].sli = ErrorRatioSli{};
  EXPECT_EQ(why(sense), "the run's search held other requirements than these");
  Scenario limit = drill.scenario;
  limit.requirements[0].objective.limit = 0.99;
  EXPECT_EQ(why(limit), "the run's search held other requirements than these");
}

TEST(TruthRejudge, AnotherSearchOrSeriesOfTheSameNameIsNotTheSame) {
  const Drill drill = searched();
  Scenario asked = drill.scenario;
  asked.searches[0].to = Rate{300};
  EXPECT_EQ(judging::rejudge(drill.scenario, asked).refused.at(RequirementId(2)), "the run's phase `limit` was another one");
  asked = drill.scenario;
  asked.searches[0].confirm = std::chrono::seconds(60);
  EXPECT_TRUE(judging::rejudge(drill.scenario, asked).refused.contains(RequirementId(2)));
  Drill stepped;
  const PhaseId phase = stepped.add_phase("levels", 30, 0, false);
  stepped.require("EF-1", EfficiencySli{phase, 4}, Comparison::at_least, 0.5);
  StepSeries series;
  series.phase = phase;
  series.levels = {1, 2, 4};
  stepped.scenario.step_series.push_back(series);
  EXPECT_TRUE(judging::rejudge(stepped.scenario, stepped.scenario).refused.empty());
  asked = stepped.scenario;
  asked.step_series[0].axis = StepAxis::replicas;
  EXPECT_TRUE(judging::rejudge(stepped.scenario, asked).refused.contains(RequirementId(0)));
}

TEST(TruthRejudge, CountersAreThoseOfTheLimitsThatTheRunCounted) {
  TwoOperations run;
  Scenario asked = run.drill.scenario;
  asked.requirements[0].objective.limit = 0.001;
  asked.operations[0].limits = {std::chrono::milliseconds(1)};  // as the decoder of the other file says
  EXPECT_EQ(run.by(asked).requirements[0].verdict.state, VerdictState::fail);
  asked.requirements[0].objective.limit = 0.010;
  asked.operations[0].limits = {std::chrono::milliseconds(10)};
  const Verdict verdict = run.by(asked).requirements[0].verdict;
  EXPECT_EQ(verdict.state, VerdictState::pass);
  EXPECT_NE(verdict.reason.find("did not count this limit"), std::string::npos) << verdict.reason;
}

TEST(TruthRejudge, ARowAboutWhatTheRunDidNotHaveIsRefused) {
  const TwoOperations run;
  Scenario asked = run.drill.scenario;
  asked.operations[0].name = "search";
  asked.faults[0].name = "stop-ledger";
  asked.requirements.push_back(asked.requirements[0]);
  asked.requirements.back().sli = RpoSli{FaultId(0), LedgerId(0)};
  asked.ledgers[0].name = "orders";
  asked.requirements.push_back(asked.requirements[0]);
  asked.requirements.back().sli = AvailabilitySli{{}, {{PhaseId(0)}, {}}};
  asked.phases[0].name = "peak";
  const Scorecard card = run.by(asked);
  for (std::size_t i = 0; i < card.requirements.size(); ++i) {
    EXPECT_EQ(card.requirements[i].verdict.state, VerdictState::unknown) << i;
    EXPECT_NE(card.requirements[i].verdict.reason.find("the run had no "), std::string::npos)
        << card.requirements[i].verdict.reason;
  }
  EXPECT_FALSE(testing::all_text(card).empty());
}

TEST(TruthRejudge, AnotherThingOfTheSameNameIsNotTheSame) {
  const TwoOperations run;
  Scenario asked = run.drill.scenario;
  asked.operations[0].request.document = mapping_document({{"method", text_document("POST")}});
  const Scorecard card = run.by(asked);
  EXPECT_EQ(card.requirements[0].verdict.state, VerdictState::unknown);
  EXPECT_NE(card.requirements[0].verdict.reason.find("was another one"), std::string::npos);
  EXPECT_EQ(card.requirements[1].verdict.state, VerdictState::pass);
}

TEST(TruthRejudge, AScenarioWithoutTheRunsFaultsAndProbesDoesNotCrash) {
  const TwoOperations run;
  Scenario asked = run.drill.scenario;
  asked.faults.clear();
  asked.probes.clear();
  asked.ledgers.clear();
  asked.components.clear();
  asked.requirements.resize(2);
  EXPECT_EQ(run.by(asked).requirements[0].verdict.state, VerdictState::pass);
  const Scorecard none = judge(asked, Timeline(asked), run.drill.manifest, {}, judging::refuse_all(asked, "no").refused);
  EXPECT_EQ(none.decision, DecisionState::not_proven);
}

TEST(TruthRejudge, ARowAboutAllOperationsIsRefusedWhereOneIsAnother) {
  Drill drill;
  drill.load(drill.run(drill.add_phase("steady", 100, 100), 0), 0, 100, 100);
  drill.require("AV", AvailabilitySli{}, Comparison::at_least, 0.9);
  drill.require("ER", ErrorRatioSli{}, Comparison::at_most, 0.1);
  drill.require("PE", LatencySli{}, Comparison::at_most, 0.1);
  Scenario asked = drill.scenario;
  EXPECT_TRUE(judging::rejudge(drill.scenario, asked).refused.empty());
  asked.operations[0].expect = mapping_document({{"status", integer_document(500)}});
  EXPECT_EQ(judging::rejudge(drill.scenario, asked).refused.size(), 3U);
  asked = drill.scenario;
  asked.operations[0].request.document = mapping_document({{"method", text_document("POST")}});
  EXPECT_EQ(judging::rejudge(drill.scenario, asked).refused.size(), 3U);
}

TEST(TruthRejudge, AFaultThatTheRunDidNotHaveBringsNothingOfItsOwn) {
  const Drill drill = searched();
  Scenario asked = drill.scenario;
  asked.components.push_back(asked.components[0]);
  asked.components.back().name = "queue";
  Action start;
  start.kind = Action::Kind::start;
  start.component = ComponentId(1);
  Fault fault;
  fault.name = "new";
  fault.phase = PhaseId(0);
  fault.kind = faults::kill(ComponentId(1), 9);
  fault.recover = fault.undo = {start};
  asked.faults = {fault};
  asked.phases[0].faults = {FaultId(0)};
  asked.requirements[0].sli = RtoSli{FaultId(0), {ProbeId(0)}, 1, {}};
  const Rejudged other = judging::rejudge(drill.scenario, asked);
  ASSERT_EQ(other.scenario.faults.size(), 1U);
  EXPECT_TRUE(other.scenario.faults[0].recover.empty());
  EXPECT_TRUE(other.scenario.faults[0].undo.empty());
  EXPECT_TRUE(other.refused.contains(RequirementId(0)));
}

}  // namespace
}  // namespace shakedown
