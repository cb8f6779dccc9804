#include <gtest/gtest.h>

#include "agent/fault/mechanisms/process/scope.h"

namespace shakedown {
namespace {

ProcessState running(size_t members, uint32_t stopped = 0) {
  ProcessState state;
  state.running = true;
  state.leader = {100, 1};
  for (size_t i = 0; i < members; ++i) state.members.push_back({static_cast<pid_t>(100 + i), 1});
  state.stopped = stopped;
  return state;
}

TEST(ProcessState, ARestartIsNoDifference) {
  ProcessState now = running(2);
  now.leader = {200, 9};
  EXPECT_TRUE(differences(running(2), now, 0).empty());
}

TEST(ProcessState, WhatDiffersIsNamed) {
  ProcessState down;
  down.why = "there is no pidfile";
  EXPECT_EQ(differences(running(1), down, 0).size(), 1U);
  EXPECT_NE(differences(running(1), down, 0)[0].find("there is no pidfile"), std::string::npos);
  EXPECT_EQ(differences(running(3), running(3, 1), 0).size(), 1U);
  EXPECT_EQ(differences(running(3), running(0, 1), 0).size(), 2U);
}

TEST(ProcessState, MoreMembersAndWhatWasDownBeforeAreNone) {
  EXPECT_TRUE(differences(running(1), running(2), 0).empty());
  EXPECT_TRUE(differences(ProcessState{}, ProcessState{}, 0).empty());
}

// A server with a process for each connection had 70 under load and 16 after its restart.
TEST(TruthProcessState, FewerProcessesUnderLessLoadAreNoLeftover) {
  EXPECT_TRUE(differences(running(70), running(16), 0).empty());
  EXPECT_EQ(differences(running(70), running(0), 0).size(), 1U);
  EXPECT_EQ(differences(running(70), running(16, 1), 0).size(), 1U);
}

TEST(TruthProcessState, ADeclaredNumberOfProcessesMustBeThereAgain) {
  EXPECT_TRUE(differences(running(4), running(4), 4).empty());
  EXPECT_TRUE(differences(running(4), running(5), 4).empty());
  ASSERT_EQ(differences(running(4), running(3), 4).size(), 1U);
  EXPECT_NE(differences(running(4), running(3), 4)[0].find("3 processes, declared are 4"), std::string::npos);
}

}  // namespace
}  // namespace shakedown
