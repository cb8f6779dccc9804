// A fault whose process is not the one that answers: nobody sees the service go, which proves nothing of a service that has but
// one.
#include <gtest/gtest.h>

#include "controller/report/words/page_one.h"
#include "tests/unit/judge/timeline_builder.h"

namespace shakedown {
namespace {

using testing::Drill;

Drill three_kills(bool down, bool beside) {
  Drill drill;
  drill.scenario.operations[0].request.target = TargetId(0);
  const PhaseId crash = drill.add_phase("crash", 20, 0);
  const FaultId kill = drill.add_kill("kill-w1", crash);
  if (beside) drill.served_by_others = {TargetId(0)};
  std::vector<std::pair<double, double>> outages;
  for (int i = 0; i < 3; ++i) {
    drill.inject(kill, drill.run(crash, 20.0 * i), 20.0 * i + 5, 20.0 * i + 8);
    if (down) outages.emplace_back(20.0 * i + 5, 20.0 * i + 6);
  }
  drill.probe(0, 60, outages);
  drill.require("DR-1", RtoSli{kill, {ProbeId(0)}}, Comparison::at_most, 5);
  drill.require("RE-2", ToleratedSli{{kill}, {ProbeId(0)}}, Comparison::at_least, 1);
  return drill;
}

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(TruthBeside, WhoKillsAnotherProcessThanTheOneThatAnswersIsTold) {
  const std::string row = "In 3 injections nobody saw anything go away: not ledger answers at api, but another process.";
  const std::string page = "; what was broken is not what answers there.";
  for (const bool beside : {true, false}) {
    const Scorecard card = three_kills(false, beside).judge();
    EXPECT_EQ(says(card.requirements[0].verdict.reason, row), beside) << card.requirements[0].verdict.reason;
    EXPECT_EQ(says(card.requirements[1].verdict.reason, row), beside) << card.requirements[1].verdict.reason;
    EXPECT_EQ(says(report::tldr_words(card).at(0), page), beside) << report::tldr_words(card).at(0);
    EXPECT_EQ(card.requirements[0].verdict.state, VerdictState::pass) << "a redundant process may be broken on purpose";
  }
  // A dependency behind the door: what goes away with it was seen.
  const Scorecard behind = three_kills(true, true).judge();
  EXPECT_FALSE(says(behind.requirements[0].verdict.reason, "nobody saw")) << behind.requirements[0].verdict.reason;
}

TEST(TruthBeside, OnAnotherHostTheSameAddressIsAnotherDoor) {
  Drill drill = three_kills(false, true);
  drill.scenario.agents.push_back({.name = "far"});
  drill.scenario.components[0].agent = AgentId(1);
  drill.manifest.agents.push_back({.name = "far", .version = "test"});
  EXPECT_FALSE(says(drill.judge().requirements[0].verdict.reason, "nobody saw"));
}

}  // namespace
}  // namespace shakedown
