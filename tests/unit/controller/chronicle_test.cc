#include "controller/record/chronicle.h"

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

Exchange bad(Duration intended, Duration latency) {
  Exchange one;
  one.intended = run_time(intended);
  one.latency = latency;
  one.outcome = Outcome::failed;
  one.status = 404;
  return one;
}

TEST(Chronicle, WritesOnlyWhatIsNewOfTheFirstAndTheSlowest) {
  const Scenario scenario = one_operation();
  Chronicle chronicle(scenario, nullptr);
  const std::pair<StageId, OperationId> key{StageId(0), OperationId(0)};
  Witnesses expected;
  for (uint64_t second = 1; second <= 50; ++second) {
    for (uint32_t agent = 0; agent < 2; ++agent) {
      Snapshot s = snapshot(AgentId(agent), second, 1);
      for (int i = 0; i < 3; ++i) {
        const Exchange one = bad(1s * second + 1ms * i + 1us * agent, 10ms);
        s.witnesses[key].add(one);
        expected.add(one);
      }
      chronicle.add(std::move(s));
    }
    chronicle.flush();
    EXPECT_EQ(chronicle.timeline().witnesses().at(key), expected);
  }
  WitnessMap old = chronicle.timeline().witnesses();
  chronicle.timeline().keep_news(old);
  EXPECT_TRUE(old.empty());
  WitnessMap fresh;
  fresh[key].add(bad(99s, 11ms));
  fresh[key].add(bad(99s, 9ms));
  chronicle.timeline().keep_news(fresh);
  ASSERT_EQ(fresh[key].all().size(), 1u);
  EXPECT_EQ(fresh[key].all()[0].latency, Duration(11ms));
}

}  // namespace
}  // namespace shakedown
