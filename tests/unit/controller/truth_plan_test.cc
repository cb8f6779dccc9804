// The plan promises nothing that the judge then rejects.
#include <gtest/gtest.h>

#include "controller/agents/planner.h"
#include "controller/plan/parts.h"
#include "controller/plan/text.h"
#include "core/base/printable.h"
#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using namespace std::chrono_literals;
using testing::Drill;

std::string plan_of(const Drill& drill, std::size_t row = 0) {
  return evidence_text(drill.scenario, drill.scenario.requirements[row]);
}

#define EXPECT_SAYS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (part) << " is not in " << (text)
#define EXPECT_SILENT(text) EXPECT_EQ((text).find("TOO"), std::string::npos) << (text)

TEST(TruthPlan, ARowIsToldTheRequestsOfItsOwnScopeAndTheJudgeAgrees) {
  Drill drill;
  const PhaseId quiet = drill.add_phase("quiet", 15, 100);
  const PhaseId busy = drill.add_phase("busy", 35, 100);
  drill.require("AV-1", AvailabilitySli{{}, {{quiet}, {}}}, Comparison::at_least, 0.999);
  drill.require("AV-2", AvailabilitySli{}, Comparison::at_least, 0.999);
  EXPECT_SAYS(plan_of(drill), "2995 requests without a violation; 1500 are offered in its scope: TOO FEW");
  EXPECT_SILENT(plan_of(drill, 1));
  const std::vector<std::string> warnings = falling_short(drill.scenario);
  ASSERT_EQ(warnings.size(), 1U) << "validate warns of what plan finds too few";
  EXPECT_EQ(warnings[0].rfind("AV-1: 2995 requests without a violation; 1500 are", 0), 0U) << warnings[0];
  drill.load(drill.run(quiet, 0), 0, 15, 100).load(drill.run(busy, 15), 15, 50, 100);
  EXPECT_EQ(drill.verdict(0).state, VerdictState::not_proven);
  EXPECT_EQ(drill.verdict(1).state, VerdictState::pass);
}

TEST(TruthPlan, ADeclaredPoolThatTheLoadOutgrowsIsSaid) {
  Drill drill;
  const PhaseId steady = drill.add_phase("steady", 50, 200), users = drill.add_phase("users", 50, 0);
  drill.scenario.phases[users.value].load = Load{ClosedLoad{100, {}}, {{OperationId(0), 1}}, 0, {}};
  EXPECT_SAYS(connections_text(drill.scenario, steady), "as many connections as requests are out: 200 when nothing is answered");
  EXPECT_SAYS(connections_text(drill.scenario, users), "as many connections as requests are out: 100");
  drill.scenario.connections.max = 64;
  EXPECT_SAYS(connections_text(drill.scenario, steady), "at 200/s, what is answered in more than 320ms makes others wait");
  EXPECT_SAYS(connections_text(drill.scenario, users), "for 100 users: TOO FEW");
}

TEST(TruthPlan, AnOperationHasOnlyItsShareOfTheMix) {
  Drill drill;
  const OperationId write = drill.add_operation("write");
  const PhaseId phase = drill.add_phase("steady", 50, 100);
  drill.scenario.phases[phase.value].load->mix.push_back({write, 1});
  drill.require("AV-1", AvailabilitySli{{write}, {}}, Comparison::at_least, 0.999);
  EXPECT_SAYS(plan_of(drill), "TOO FEW");
  drill.scenario.phases[phase.value].load->mix[1].weight = 9;
  EXPECT_SILENT(plan_of(drill));
}

TEST(TruthPlan, AnOperationThatIsNeverSentIsSaidBeforeTheRun) {
  Drill drill;
  const OperationId write = drill.add_operation("write");
  drill.add_phase("steady", 50, 100);
  drill.require("AV-1", AvailabilitySli{{OperationId(0), write}, {}}, Comparison::at_least, 0.999);
  drill.require("AV-2", ErrorRatioSli{{write}, 5s, {}}, Comparison::at_most, 0.1);
  drill.require("AV-3", ThroughputSli{{write}, {}}, Comparison::at_least, 10);
  for (const std::size_t row : {0, 1, 2}) EXPECT_SAYS(plan_of(drill, row), "write is NEVER SENT in its scope");
  drill.scenario.phases[0].load->mix.push_back({write, 1});
  for (const std::size_t row : {0, 1, 2}) EXPECT_EQ(plan_of(drill, row).find("NEVER"), std::string::npos);
}

TEST(TruthPlan, ASoakWithAFaultInItIsSaid) {
  Drill drill;
  const PhaseId before = drill.add_phase("before", 20, 100), soak = drill.add_phase("soak", 60, 100);
  const FaultId kill = drill.add_kill("kill-it", soak);
  drill.scenario.faults[kill.value].at = 30s;
  drill.scenario.phases[soak.value].faults = {kill};
  drill.require("DG-1", DegradationSli{{}, 60s, {{soak}, {}}}, Comparison::at_most, 0.1);
  drill.require("DG-2", DegradationSli{{}, 60s, {{before}, {}}}, Comparison::at_most, 0.1);
  EXPECT_SAYS(plan_of(drill), "kill-it breaks the service IN IT");
  EXPECT_EQ(plan_of(drill, 1).find("IN IT"), std::string::npos);
}

TEST(TruthPlan, EfficiencyOfOneAloneIsSaid) {
  Drill drill;
  const PhaseId phase = drill.add_phase("steps", 60, 0);
  drill.scenario.step_series.push_back({phase, StepAxis::concurrency, {2, 4, 6, 8}});
  drill.require("EF-1", EfficiencySli{phase, 1}, Comparison::at_least, 0.5);
  drill.require("EF-2", EfficiencySli{phase, 2}, Comparison::at_least, 0.5);
  EXPECT_SAYS(plan_of(drill), "at 1 nothing is shared: TOO LOW");
  EXPECT_SILENT(plan_of(drill, 1));
}

TEST(TruthPlan, ASearchThatCannotDecideWhatItHoldsIsSaid) {
  Drill drill;
  const OperationId write = drill.add_operation("write");
  const PhaseId phase = drill.add_phase("limit", 3600, 10);
  drill.require("AV", AvailabilitySli{}, Comparison::at_least, 0.99);
  drill.require("PE", LatencySli{write, 0.9, {}}, Comparison::at_most, 0.5);
  drill.require("CA", CapacitySli{phase}, Comparison::at_least, 15);
  Search search;
  search.phase = phase;
  search.from = Rate{10};
  search.to = Rate{20};
  search.hold = {RequirementId(0)};
  search.window = 8s;
  search.windows = 1;
  search.resolution = Share{0.1};
  drill.scenario.searches.push_back(search);
  EXPECT_SAYS(plan_of(drill, 2), "AV needs 4");
  EXPECT_SAYS(plan_of(drill, 2), "offers 160 at most: TOO FEW");
  drill.scenario.searches[0].hold = {RequirementId(1)};
  EXPECT_SAYS(plan_of(drill, 2), "write is NEVER SENT in it");
  drill.scenario.searches[0].hold = {RequirementId(0)};
  drill.scenario.searches[0].window = 60s;
  EXPECT_SILENT(plan_of(drill, 2));
}

TEST(TruthPlan, OfAShortFaultOnlyWhatIsDueInItIsOffered) {
  Drill drill;
  const PhaseId phase = drill.add_phase("steady", 20, 100);
  const FaultId kill = drill.add_kill("hang", phase);
  Fault& fault = drill.scenario.faults[kill.value];
  fault.at = 5500ms;
  fault.kind.hold = 300ms;
  fault.recover_within = 300ms;
  drill.scenario.phases[phase.value].faults = {kill};
  drill.require("AV", AvailabilitySli{{}, {{}, kill, {}}}, Comparison::at_least, 0.99);
  EXPECT_SAYS(plan_of(drill), "30 to 60 are offered in its scope: TOO FEW");
}

TEST(TruthPlan, SecondsThatAreNotWholeCountAsFarAsTheyGo) {
  Drill drill;
  drill.add_phase("steady", 16.5, 10);
  drill.require("TP", ThroughputSli{}, Comparison::at_least, 10);
  EXPECT_SILENT(plan_of(drill));
}

TEST(TruthPlan, SecondsInsideFaultWindowsAreNotPromised) {
  Drill drill;
  const PhaseId phase = drill.add_phase("crash", 40, 100);
  const FaultId fault = drill.add_kill("crash", phase);
  drill.scenario.phases[phase.value].faults = {fault};
  drill.scenario.faults[0].at = 5s;
  drill.scenario.faults[0].recover_within = 20s;
  drill.require("AV-1", AvailabilitySli{}, Comparison::at_least, 0.999);
  EXPECT_SAYS(plan_of(drill), "perhaps TOO FEW");
  drill.require("DR-1", RtoSli{fault, {ProbeId(0)}, 3, {}}, Comparison::at_most, 4);
  EXPECT_SILENT(plan_of(drill));
  drill.require("AV-2", AvailabilitySli{{}, {{}, fault}}, Comparison::at_least, 0.999);
  EXPECT_SAYS(plan_of(drill, 2), "TOO FEW");
}

TEST(TruthPlan, ASearchsStepsAndUnmeasuredPhasesAreNoEvidenceForOtherRows) {
  Drill drill;
  drill.add_phase("warm", 100, 100, false);
  drill.add_phase("steady", 10, 100);
  drill.require("AV-1", AvailabilitySli{}, Comparison::at_least, 0.999);
  EXPECT_SAYS(plan_of(drill), "1000 are offered in its scope: TOO FEW");
}

TEST(TruthPlan, ToleratedNinetyNinePercentNeeds299InjectionsNot3) {
  Drill drill;
  const PhaseId phase = drill.add_phase("crash", 10, 100);
  const FaultId fault = drill.add_kill("crash", phase);
  drill.scenario.phases[phase.value].faults = {fault};
  drill.scenario.phases[phase.value].repeat = 3;
  drill.require("RE-1", ToleratedSli{{fault}, {ProbeId(0)}}, Comparison::at_least, 0.99);
  EXPECT_SAYS(plan_of(drill), "299 injections of crash that meet it (3 planned): TOO FEW");
  drill.requirement(0).objective.limit = 1;
  EXPECT_SILENT(plan_of(drill));
}

TEST(TruthPlan, EachWindowOfAnErrorRatioNeedsItsOwnRequests) {
  Drill drill;
  drill.add_phase("steady", 100, 100);
  drill.require("AV-1", ErrorRatioSli{{}, 10s, {}}, Comparison::at_most, 0.001);
  EXPECT_SAYS(plan_of(drill), "the thinnest has 1000: TOO FEW");
  drill.requirement(0).objective.limit = 0.01;
  EXPECT_SILENT(plan_of(drill));
}

TEST(TruthPlan, ThroughputAboveWhatIsOfferedIsTold) {
  Drill drill;
  drill.add_phase("steady", 100, 100);
  drill.require("PE-1", ThroughputSli{}, Comparison::at_least, 120);
  EXPECT_SAYS(plan_of(drill), "TOO LITTLE");
  drill.requirement(0).objective.limit = 90;
  EXPECT_SILENT(plan_of(drill));
}

TEST(TruthPlan, TheWholeTimeIsToldWithItsVerifyingSteps) {
  Drill drill;
  const PhaseId phase = drill.add_phase("crash", 20, 100);
  const FaultId fault = drill.add_kill("crash", phase);
  drill.scenario.phases[phase.value].faults = {fault};
  drill.scenario.phases[phase.value].repeat = 3;
  Ledger& ledger = drill.scenario.ledgers[0];
  ledger.rate = Rate{50};
  ledger.verify_rate = Rate{200};
  ledger.settle = 1s;
  const PlannedTime time = planned_time(drill.scenario);
  EXPECT_EQ(time.phases, 60s);
  // Three steps over 1000 new ids each, the last over all 3000; twice before the probes are up (3 x 100 ms).
  EXPECT_NEAR(seconds(time.least), 60 + 3 * 11 + 31 + 2 * 0.3, 1e-6);
  EXPECT_NEAR(seconds(time.most), 60 + 11 + 21 + 31 + 31 + 2 * 0.3, 1e-6);
  EXPECT_SAYS(plan_text(drill.scenario), "1m of phases, 2m5s to 2m35s with what comes between");
}

// A search of 10 to 1000/s that holds AV-1, and a row on it.
Drill with_search(Sli sli, double limit, Duration longest) {
  Drill drill;
  const PhaseId phase = drill.add_phase("limit", seconds(longest), 100, false);
  drill.require("AV-1", AvailabilitySli{}, Comparison::at_least, 0.9);
  drill.require("CA-1", std::move(sli), Comparison::at_least, limit);
  drill.scenario.operations[0].timeout = 10ms;
  drill.scenario.forecast = Forecast{Rate{100}, "", {}};
  Search search;
  search.phase = phase;
  search.from = Rate{10};
  search.to = Rate{1000};
  search.hold = {RequirementId(0)};
  search.settle = 1s;
  search.window = 8s;
  search.windows = 1;
  search.confirm = 20s;
  search.resolution = Share{0.05};
  drill.scenario.searches.push_back(search);
  return drill;
}

TEST(TruthPlan, ACapacityThatTheSearchCannotShowIsTold) {
  EXPECT_SILENT(plan_of(with_search(CapacitySli{PhaseId(0)}, 900, 600s), 1));
  EXPECT_SAYS(plan_of(with_search(CapacitySli{PhaseId(0)}, 2000, 600s), 1),
              "it shows 1000/s at most, and 2000/s are asked for: TOO LOW");
  EXPECT_SILENT(plan_of(with_search(HeadroomSli{PhaseId(0)}, 8, 600s), 1));
  EXPECT_SAYS(plan_of(with_search(HeadroomSli{PhaseId(0)}, 9.5, 600s), 1), "1050/s are asked for: TOO LOW");
  // Seven doublings of 9 s each, a step and its confirmation.
  EXPECT_SAYS(plan_of(with_search(CapacitySli{PhaseId(0)}, 900, 92s), 1),
              "it needs 1m33s to show 900/s and may take 1m32s: TOO SHORT");
  EXPECT_SILENT(plan_of(with_search(CapacitySli{PhaseId(0)}, 900, 93s), 1));
}

TEST(TruthPlan, AnEfficiencyBeyondTheStepsOrOfTooFewIsTold) {
  Drill drill;
  StepSeries series;
  series.phase = drill.add_phase("levels", 60, 0, false);
  series.levels = {1, 2, 4, 8};
  drill.scenario.step_series.push_back(series);
  drill.require("EF-1", EfficiencySli{series.phase, 8}, Comparison::at_least, 0.5);
  EXPECT_SILENT(plan_of(drill));
  std::get<EfficiencySli>(drill.requirement(0).sli).at = 9;
  EXPECT_SAYS(plan_of(drill), "the largest of which is 8: TOO LOW for 9");
  std::get<EfficiencySli>(drill.requirement(0).sli).at = 4;
  drill.scenario.step_series[0].levels.pop_back();
  EXPECT_SAYS(plan_of(drill), "TOO FEW");
}

TEST(TruthPlan, ADegradationOfAFewSecondsAndADependencyWithoutACommitmentAreTold) {
  Drill drill;
  drill.add_phase("short", 4, 100);
  drill.require("DG-1", DegradationSli{}, Comparison::at_most, 0.5);
  EXPECT_SAYS(plan_of(drill), "8 s at the least (4 s planned): TOO SHORT");
  drill.add_phase("longer", 4, 100);
  EXPECT_SILENT(plan_of(drill));
  Dependency db;
  db.name = "db";
  drill.scenario.dependencies = {db};
  drill.require("DS-1", DownstreamSli{}, Comparison::at_least, 0);
  EXPECT_SAYS(plan_of(drill, 1), "NOTHING says what db can take");
  EXPECT_SAYS(plan_of(drill, 1), "NOBODY has committed for db");
  drill.scenario.dependencies[0].capacity = Rate{5};
  drill.scenario.dependencies[0].commitment = Commitment{};
  EXPECT_EQ(plan_of(drill, 1).find("will not pass"), std::string::npos);
}

TEST(TruthPlan, WhatASearchCannotTellIsTold) {
  Drill drill;
  const PhaseId phase = drill.add_phase("limit", 600, 100, false);
  drill.scenario.operations[0].timeout = 10s;
  LatencySli sli;
  sli.operation = OperationId(0);
  drill.require("PE-1", sli, Comparison::at_most, 2);
  Search search;
  search.phase = phase;
  search.from = Rate{10};
  search.to = Rate{1000};
  search.hold = {RequirementId(0)};
  search.window = 8s;
  search.windows = 1;
  search.confirm = 20s;
  search.resolution = Share{0.05};
  drill.scenario.searches.push_back(search);
  const std::string plan = plan_text(drill.scenario);
  EXPECT_SAYS(plan, "cannot tell rates closer than 11 % to the capacity");
  EXPECT_SAYS(plan, "at 10/s a step has 80 requests for PE-1, which needs 437: TOO FEW");
}

// What one is about to allow is what is shown: no text of the scenario clears or replaces a line.
TEST(TruthPlan, NoTextOfAScenarioMovesTheCursor) {
  const std::string nasty =
      "harmless\x1b[2K\rother\x9b"
      "2J\nfake line\xE2\x80\xAE";
  Drill drill;
  drill.add_phase("steady", 50, 100);
  drill.require("AV-1", AvailabilitySli{}, Comparison::at_least, 0.999);
  drill.scenario.name = drill.scenario.service = drill.scenario.requirements[0].title = nasty;
  drill.scenario.targets[0].base_path = "/" + nasty;
  Action step;
  step.argv = {"true", nasty};
  step.describe = "exec " + nasty;
  drill.scenario.setup = drill.scenario.teardown = {step};
  const std::string plan = plan_text(drill.scenario);
  for (const char* part : {"\x1b", "\r", "\x9b", "\nfake", "\xE2\x80\xAE"})
    EXPECT_EQ(plan.find(part), std::string::npos) << visible(part) << " in " << visible(plan);
}

TEST(TruthPlan, ALedgerThatItsLimitLeavesNoTimeToReadIsTold) {
  Drill drill;
  const PhaseId crash = drill.add_phase("crash", 14, 0);
  Ledger& ledger = drill.scenario.ledgers[0];
  ledger.rate = ledger.verify_rate = Rate{20};
  ledger.verify_limit = 4s;
  drill.require("DU-1", DurabilitySli{LedgerId(0)}, Comparison::at_most, 0);
  drill.require("DR-1", RpoSli{drill.add_kill("kill-ledger", crash), LedgerId(0), RpoUnit::writes, 1, {}}, Comparison::at_most,
                0);
  for (std::size_t row = 0; row < 2; ++row) EXPECT_SAYS(plan_of(drill, row), "verify_limit is 4s: TOO SHORT");
  ledger.verify_limit = 30s;
  for (std::size_t row = 0; row < 2; ++row) EXPECT_EQ(plan_of(drill, row).find("TOO SHORT"), std::string::npos);
}

TEST(TruthPlan, ARunTooShortToShowAnOutageIsTold) {
  Drill drill;
  drill.scenario.probes[0].every = 5s;
  drill.add_phase("steady", 11, 0);
  drill.require("OU-1", OutagesSli{{ProbeId(0)}}, Comparison::at_most, 0);
  EXPECT_SAYS(plan_of(drill), "front-door can show no outage in less than 20s");
  drill.scenario.probes[0].every = 1s;
  EXPECT_SILENT(plan_of(drill));
}

TEST(TruthPlan, AWordOrACommitmentThatEndsTooSoonIsTold) {
  Drill drill;
  drill.scenario.launch = "2026-12-15";
  drill.require("CO-1", AttestedSli{"it is so", "sam@example.com", "", "2026-01-01", "2026-06-30"}, Comparison::at_least, 1);
  Dependency mail;
  mail.name = "mail";
  mail.commitment = Commitment{"mail@example.com", Rate{100}, "2026-01-01", "2026-12-01"};
  drill.scenario.dependencies = {mail};
  const std::vector<std::string> now = ends_too_soon(drill.scenario, "2026-11-29");
  ASSERT_EQ(now.size(), 2U);
  EXPECT_SAYS(now[0], "CO-1: the word of sam@example.com ended on 2026-06-30: it will fail");
  EXPECT_SAYS(now[1], "the commitment of mail@example.com ends on 2026-12-01, before the launch on 2026-12-15");
  EXPECT_SAYS(ends_too_soon(drill.scenario, "2026-12-02")[1], "ended on 2026-12-01: it will fail its downstream rows");
  drill.scenario.launch.clear();
  EXPECT_TRUE(ends_too_soon(drill.scenario, "2026-06-30").empty());
}

TEST(TruthPlan, AFaultStandsAtLeastUntilItsDeclaredRecovery) {
  Drill drill;
  const PhaseId crash = drill.add_phase("crash", 25, 60);
  const FaultId kill = drill.add_kill("errors", crash);
  drill.scenario.phases[0].faults = {kill};
  drill.scenario.faults[0].at = 5s;
  Action later;
  later.after = 6s;
  drill.scenario.faults[0].recover = {later};
  drill.require("ER-2", ErrorRatioSli{.over = 2s, .scope = {{}, kill}}, Comparison::at_most, 0.6);
  EXPECT_SILENT(plan_of(drill));
}

}  // namespace
}  // namespace shakedown
