#include "controller/chronicle.h"

#include <gtest/gtest.h>

namespace shakedown {
namespace {

using namespace std::chrono_literals;

Scenario one_operation() {
  Scenario scenario;
  scenario.agents.push_back({"a", true, true, true});
  scenario.agents.push_back({"b", true, true, true});
  scenario.operations.resize(1);
  scenario.phases.resize(1);
  return scenario;
}

Snapshot snapshot(AgentId agent, uint64_t seq, uint64_t ok_count) {
  Snapshot s;
  s.agent = agent;
  s.seq = seq;
  s.from = run_time(1s * (seq - 1));
  s.to = run_time(1s * seq);
  Cell cell;
  cell.counts[0] = ok_count;
  s.cells[{static_cast<int64_t>(seq) - 1, StageId(0), OperationId(0)}] = cell;
  return s;
}

uint64_t total_ok(const Timeline& timeline) {
  uint64_t sum = 0;
  timeline.seconds().each_row([&](const SecondRow& row) { sum += row.count(Outcome::ok); });
  return sum;
}

TEST(Chronicle, MergesAgentsAndIgnoresWhatItHasSeen) {
  const Scenario scenario = one_operation();
  Chronicle chronicle(scenario, nullptr);
  chronicle.add(snapshot(AgentId(0), 1, 5));
  chronicle.add(snapshot(AgentId(1), 1, 7));
  chronicle.add(snapshot(AgentId(0), 1, 5));  // sent again after a broken stream
  chronicle.flush();
  EXPECT_EQ(total_ok(chronicle.timeline()), 12U);
  chronicle.add(snapshot(AgentId(0), 2, 1));
  chronicle.flush();
  EXPECT_EQ(total_ok(chronicle.timeline()), 13U);
}

TEST(Chronicle, AGapMarksTheAgentAsLost) {
  const Scenario scenario = one_operation();
  Chronicle chronicle(scenario, nullptr);
  chronicle.add(snapshot(AgentId(0), 1, 5));
  chronicle.add(snapshot(AgentId(0), 4, 5));
  chronicle.flush();
  ASSERT_TRUE(chronicle.timeline().agents().contains(AgentId(0)));
  EXPECT_TRUE(chronicle.timeline().agents().at(AgentId(0)).lost);
}

TEST(Chronicle, AMergedSnapshotThatCoversTheTimeIsNoGap) {
  const Scenario scenario = one_operation();
  Chronicle chronicle(scenario, nullptr);
  chronicle.add(snapshot(AgentId(0), 1, 5));
  Snapshot merged = snapshot(AgentId(0), 4, 5);
  merged.from = run_time(1s);
  chronicle.add(std::move(merged));
  chronicle.flush();
  EXPECT_FALSE(chronicle.timeline().agents().at(AgentId(0)).lost);
}

}  // namespace
}  // namespace shakedown
