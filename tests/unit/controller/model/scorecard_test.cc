#include "controller/model/scorecard.h"

#include <gtest/gtest.h>

namespace shakedown {
namespace {

Scorecard card(DecisionState decision, RunState state) {
  Scorecard out;
  out.decision = decision;
  out.manifest.state = state;
  return out;
}

// Design section 4: 4 leftovers, 1 NO-GO, 3 not completed, 2 NOT PROVEN, 0 GO; the first that applies.
TEST(ExitCode, OfACompletedRunIsItsDecision) {
  EXPECT_EQ(exit_code(card(DecisionState::go, RunState::completed)), 0);
  EXPECT_EQ(exit_code(card(DecisionState::no_go, RunState::completed)), 1);
  EXPECT_EQ(exit_code(card(DecisionState::not_proven, RunState::completed)), 2);
}

TEST(ExitCode, OnlyACompletedRunIsGo) {
  for (const RunState state : {RunState::running, RunState::stopped, RunState::aborted, RunState::interrupted}) {
    EXPECT_EQ(exit_code(card(DecisionState::go, state)), 3) << to_string(state);
    EXPECT_EQ(exit_code(card(DecisionState::not_proven, state)), 3) << to_string(state);
    EXPECT_EQ(exit_code(card(DecisionState::no_go, state)), 1) << to_string(state);
  }
}

TEST(ExitCode, LeftoversComeFirst) {
  Scorecard by_list = card(DecisionState::no_go, RunState::completed);
  by_list.faults.push_back({.name = "kill", .leftovers = {"process 7 still stopped"}});
  EXPECT_EQ(exit_code(by_list), 4);

  Scorecard by_state = card(DecisionState::go, RunState::completed);
  by_state.faults.push_back({.name = "kill", .state = FaultState::clean});
  EXPECT_EQ(exit_code(by_state), 0);
  by_state.faults.push_back({.name = "pause", .state = FaultState::leftover});
  EXPECT_EQ(exit_code(by_state), 4);

  Scorecard by_reason = card(DecisionState::go, RunState::interrupted);
  by_reason.reasons.push_back({.signal = Signal::lag, .text = ""});
  EXPECT_EQ(exit_code(by_reason), 3);
  by_reason.reasons.push_back({.signal = Signal::leftover, .text = ""});
  EXPECT_EQ(exit_code(by_reason), 4);
}

}  // namespace
}  // namespace shakedown
