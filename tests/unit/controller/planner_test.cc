#include "controller/agents/planner.h"

#include <gtest/gtest.h>

#include <set>

namespace shakedown {
namespace {

using namespace std::chrono_literals;

Scenario with_phases() {
  Scenario scenario;
  scenario.agents.push_back({"local", true, true, true});
  Phase warm{.name = "warm", .duration = 5s, .measured = false};
  Phase steady{.name = "steady", .duration = 10s, .repeat = 2};
  Phase crash{.name = "crash", .duration = 20s, .repeat = 3, .faults = {FaultId(0), FaultId(1)}};
  scenario.phases = {warm, steady, crash, steady};
  scenario.faults.resize(2);
  return scenario;
}

TEST(Planner, RepeatsAreStagesOfTheirOwn) {
  const auto stages = plan_stages(with_phases());
  ASSERT_EQ(stages.size(), 1U + 2 + 3 + 2);
  for (std::size_t i = 0; i < stages.size(); ++i) EXPECT_EQ(stages[i].id.value, i);
  EXPECT_EQ(stages[5].iteration, 2U);
  EXPECT_EQ(stages[5].phase, PhaseId(2));
}

TEST(Planner, InjectionsCountUpPerFaultAndAreUnique) {
  std::set<uint32_t> ids;
  std::vector<uint32_t> numbers;
  for (const auto& stage : plan_stages(with_phases())) {
    for (const auto& injection : stage.injections) {
      EXPECT_TRUE(ids.insert(injection.id.value).second);
      if (injection.fault == FaultId(1)) numbers.push_back(injection.number);
    }
  }
  EXPECT_EQ(ids.size(), 6U);
  EXPECT_EQ(numbers, (std::vector<uint32_t>{1, 2, 3}));
}

TEST(Planner, OnlyTheLastStageOfAGroupBreaksThings) {
  const Scenario scenario = with_phases();
  const auto groups = gapless_groups(plan_stages(scenario), scenario);
  ASSERT_EQ(groups.size(), 4U);
  EXPECT_EQ(groups[0].size(), 4U);  // warm, steady, steady, crash 1
  EXPECT_EQ(groups[1].size(), 1U);
  EXPECT_EQ(groups[3].size(), 2U);  // the steady stages after the last crash
  for (const auto& group : groups) {
    for (std::size_t i = 0; i + 1 < group.size(); ++i) EXPECT_TRUE(group[i].injections.empty());
  }
}

TEST(Planner, SpawnMultipliesOneAgentAndKeepsItsFirstPlace) {
  const auto roster = with_roster(with_phases(), 3);
  ASSERT_TRUE(roster);
  ASSERT_EQ(roster.value().agents.size(), 3U);
  EXPECT_EQ(roster.value().agents[0].name, "local-1");
  EXPECT_TRUE(roster.value().agents[0].inject);
  EXPECT_FALSE(roster.value().agents[2].inject);
}

TEST(Planner, SpawnMustFitDeclaredAgents) {
  Scenario scenario = with_phases();
  scenario.agents.push_back({"other", true, false, false});
  EXPECT_TRUE(with_roster(scenario, 2));
  const auto wrong = with_roster(scenario, 3);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().kind, ErrorKind::usage);
}

TEST(Planner, TruthMoreAgentsThanPlacesAreRefused) {
  Scenario scenario = with_phases();
  Load& load = scenario.phases[0].load.emplace();
  load.max_outstanding = 3;
  EXPECT_TRUE(with_roster(scenario, 3));
  const auto wrong = with_roster(scenario, 4);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().kind, ErrorKind::usage);
  EXPECT_NE(wrong.error().message.find("4 agents cannot share `max_outstanding: 3`"), std::string::npos) << wrong.error().message;
  load.from = AgentId(0);
  EXPECT_TRUE(with_roster(scenario, 4));
  load.from = AgentId();
  scenario.agents.assign(4, scenario.agents.front());
  EXPECT_FALSE(with_roster(scenario, 0));
  scenario.agents[3].load = false;
  EXPECT_TRUE(with_roster(scenario, 0));
}

TEST(Planner, LanesCoverTheAgentsThatLoad) {
  Scenario scenario = with_phases();
  scenario.agents = {{"a", true, true, false}, {"faults-only", false, true, false}, {"b", true, false, false}};
  const Assignment a = make_assignment(scenario, AgentId(0), "r");
  const Assignment faults = make_assignment(scenario, AgentId(1), "r");
  const Assignment b = make_assignment(scenario, AgentId(2), "r");
  EXPECT_EQ(a.lane.count, 2U);
  EXPECT_EQ(a.lane.index, 0U);
  EXPECT_EQ(b.lane.index, 1U);
  EXPECT_EQ(faults.lane.count, 0U);
  EXPECT_EQ(agent_or_first_loader(scenario, AgentId()), AgentId(0));
  EXPECT_EQ(agent_or_first_loader(scenario, AgentId(1)), AgentId(1));
}

TEST(Planner, DurationCountsRepeats) { EXPECT_EQ(planned_duration(with_phases()), 5s + 20s + 60s + 20s); }

}  // namespace
}  // namespace shakedown
